package io.jarpipe.daemon.worker;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.function.Function;

/** Makes {@code System.out} and {@code System.err} mean the streams of the worker whose thread uses them. */
public final class StandardStreams {
    private StandardStreams() {}

    /**
     * Replaces the three standard streams of this JVM. Threads of no worker write to {@code fallback}; standard input
     * is empty for everybody, as it is for the children of {@code multiprocessing}.
     *
     * @param fallback where the daemon's own output goes
     */
    public static void install(PrintStream fallback) {
        System.setIn(InputStream.nullInputStream());
        System.setOut(new ThreadPrintStream(() -> current(WorkerOutput::out, fallback)));
        System.setErr(new ThreadPrintStream(() -> current(WorkerOutput::err, fallback)));
    }

    private static PrintStream current(Function<WorkerOutput, PrintStream> stream, PrintStream fallback) {
        WorkerGroup group = WorkerGroup.of(Thread.currentThread());
        return group == null ? fallback : stream.apply(group.output());
    }
}
