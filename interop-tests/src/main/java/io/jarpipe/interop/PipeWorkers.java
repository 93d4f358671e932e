package io.jarpipe.interop;

import io.jarpipe.MpBrokenPipeException;
import io.jarpipe.MpConnection;
import io.jarpipe.PyTuple;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Workers on pipes. */
public final class PipeWorkers {
    private static final Duration VERY_LONG = Duration.ofDays(1);

    private PipeWorkers() {}

    /** Sends back objects until the other end is closed. */
    public static void echo(MpConnection connection) throws IOException, InterruptedException {
        while (true) {
            Object object;
            try {
                object = connection.recv();
            } catch (EOFException e) {
                return;
            }
            connection.send(object);
        }
    }

    /** Sends back bytes until the other end is closed. */
    public static void echoBytes(MpConnection connection) throws IOException, InterruptedException {
        while (true) {
            byte[] message;
            try {
                message = connection.recvBytes();
            } catch (EOFException e) {
                return;
            }
            connection.sendBytes(message);
        }
    }

    /** Receives objects until the other end is closed, then tells what it got. */
    public static void collect(MpConnection from, MpConnection to) throws IOException, InterruptedException {
        List<@Nullable Object> received = new ArrayList<>();
        try {
            while (true) {
                received.add(from.recv());
            }
        } catch (EOFException e) {
            to.send(PyTuple.of("EOFException", received));
        }
    }

    /** Sends 0, 1, 2 and so on, then a part of an array, and returns. */
    public static void count(MpConnection to, int count) throws IOException, InterruptedException {
        for (int number = 0; number < count; number++) {
            to.send(number);
        }
        to.sendBytes(new byte[] {1, 2, 3, 4}, 1, 2);
    }

    /** Sends until that fails, then tells how. */
    public static void flood(MpConnection to, MpConnection witness) throws IOException, InterruptedException {
        witness.send("begins");
        try {
            while (true) {
                to.sendBytes(new byte[1 << 16]);
            }
        } catch (MpBrokenPipeException e) {
            witness.send(PyTuple.of("MpBrokenPipeException", e.getMessage()));
        }
    }

    /** Says that it runs, waits to be told to go on, and throws. */
    public static void fail(MpConnection connection) throws IOException, InterruptedException {
        connection.send("runs");
        connection.recv();
        throw new IllegalStateException("as the test wants it");
    }

    /** Does what is asked with a connection, the one the questions come over or another. */
    public static void remote(MpConnection calls, MpConnection connection) throws IOException, InterruptedException {
        Remote.serve(calls, (method, arguments) -> call(connection, method, arguments));
    }

    private static @Nullable Object call(
            MpConnection connection, String method, List<? extends @Nullable Object> arguments)
            throws IOException, InterruptedException {
        return switch (method) {
            case "poll" ->
                arguments.isEmpty() ? connection.poll() : connection.poll(Remote.seconds(arguments.getFirst()));
            case "pollForLong" -> connection.poll(VERY_LONG);
            case "pollForEver" -> connection.poll(null);
            case "recv" -> connection.recv();
            case "recvBytes" -> connection.recvBytes();
            case "send" -> {
                connection.send(arguments.getFirst());
                yield null;
            }
            case "sendUnpicklable" -> {
                connection.send(Thread.currentThread());
                yield null;
            }
            case "close" -> {
                connection.close();
                yield null;
            }
            case "abilities" -> PyTuple.of(connection.readable(), connection.writable(), connection.isClosed());
            default -> throw new IllegalArgumentException(method);
        };
    }

    /** Tells over both of two arguments whether they are one object. */
    public static void twice(MpConnection one, MpConnection other) throws IOException, InterruptedException {
        boolean same = one.equals(other);
        one.send(PyTuple.of("one", same));
        other.send(PyTuple.of("other", same));
    }
}
