package io.jarpipe.daemon.worker;

/** Exit codes as {@code multiprocessing.Process.exitcode} shows them: negative ones are signals. */
final class ExitCode {
    static final int RETURNED = 0;
    static final int UNCAUGHT_EXCEPTION = 1;
    static final int TERMINATED = -15;
    static final int KILLED = -9;

    private ExitCode() {}
}
