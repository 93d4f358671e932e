package io.jarpipe.os;

/** This process, as the kernel knows it. */
public final class ThisProcess {
    private ThisProcess() {}

    /**
     * Returns its id, without what {@link ProcessHandle} makes to watch other processes.
     *
     * @return {@code getpid(2)}
     */
    public static long id() {
        return Libc.getpid();
    }

    /**
     * Begins to link the C functions that this package calls, on a thread of its own: that takes a fifth of a start.
     * Who calls one of them meanwhile waits for it.
     */
    public static void beginLinking() {
        Thread.ofPlatform().name("linking").daemon().start(Libc::getpid);
    }

    /**
     * Ends the process without the JVM's taking part: no hook runs, and no archive of classes is written.
     *
     * @param exitCode what the parent is told
     */
    public static void endAtOnce(int exitCode) {
        Libc.exit(exitCode);
    }
}
