package io.jarpipe.daemon.worker;

/** How a worker has ended. */
public enum Outcome {
    /** Its method returned. */
    RETURNED,
    /** It threw an exception that nobody caught. */
    FAILED,
    /** It called {@code System.exit} with a code of its own. */
    EXITED,
    /** It was told to end. */
    TERMINATED,
    /** It was cut off. */
    KILLED;

    /** Returns what an exit code, as Python sees it, means. */
    static Outcome of(int exitCode) {
        return switch (exitCode) {
            case ExitCode.RETURNED -> RETURNED;
            case ExitCode.UNCAUGHT_EXCEPTION -> FAILED;
            case ExitCode.TERMINATED -> TERMINATED;
            case ExitCode.KILLED -> KILLED;
            default -> EXITED;
        };
    }
}
