package io.jarpipe.daemon.worker;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes {@code System.out} and {@code System.err} mean the streams of the worker or service whose thread uses them. */
public final class StandardStreams {
    /**
     * The output of the service that a thread works for; threads that it makes, virtual ones too, work for it as well.
     */
    private static final InheritableThreadLocal<@Nullable WorkerOutput> SERVICE = new InheritableThreadLocal<>();

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

    /** Returns the name of the worker or service that the calling thread works for. */
    static Optional<String> currentName() {
        return Optional.ofNullable(currentOutput()).map(WorkerOutput::name);
    }

    private static @Nullable WorkerOutput currentOutput() {
        WorkerGroup group = WorkerGroup.of(Thread.currentThread());
        return group == null ? SERVICE.get() : group.output();
    }

    private static PrintStream current(Function<WorkerOutput, PrintStream> stream, PrintStream fallback) {
        WorkerOutput output = currentOutput();
        return output == null ? fallback : stream.apply(output);
    }

    /** Lets the calling thread write to the output of a service from now on. */
    static void use(WorkerOutput output) {
        SERVICE.set(output);
    }
}
