package io.jarpipe.interop;

import io.jarpipe.MpConnection;
import io.jarpipe.PyTuple;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lets Python call a Java object: receives (method, arguments...), sends (outcome, value), until None comes. */
final class Remote {
    /** The object that is called. */
    @FunctionalInterface
    interface Callee {
        /** Carries out one call and returns its result. */
        @Nullable
        Object call(String method, List<? extends @Nullable Object> arguments) throws IOException, InterruptedException;
    }

    private Remote() {}

    /** Carries out calls; what they throw is told to the caller, except an interrupt. */
    static void serve(MpConnection calls, Callee callee) throws IOException, InterruptedException {
        while (calls.recv() instanceof PyTuple call) {
            calls.send(outcome(callee, (String) call.getFirst(), call.subList(1, call.size())));
        }
    }

    private static PyTuple outcome(Callee callee, String method, List<? extends @Nullable Object> arguments)
            throws InterruptedException {
        try {
            return PyTuple.of("returned", callee.call(method, arguments));
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            return PyTuple.of("thrown", e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    /** Reads an argument that is a number of seconds. */
    static Duration seconds(@Nullable Object argument) {
        double seconds = argument instanceof Number number ? number.doubleValue() : 0;
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }
}
