package io.jarpipe.os;

/** What the kernel knows of the calling thread. */
public final class Threads {
    private Threads() {}

    /**
     * Returns the kernel's id of the calling platform thread: unique among all processes and threads of the machine, so
     * it can stand for a process id.
     *
     * @return {@code gettid(2)}
     */
    public static int kernelId() {
        return Libc.gettid();
    }
}
