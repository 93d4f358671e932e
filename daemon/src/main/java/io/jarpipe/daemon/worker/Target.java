package io.jarpipe.daemon.worker;

/** What a worker runs, with its arguments already converted. */
@FunctionalInterface
interface Target {
    /** Runs it to its end, throwing what the worker's code throws. */
    void run() throws Throwable;
}
