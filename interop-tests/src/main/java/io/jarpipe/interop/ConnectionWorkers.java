package io.jarpipe.interop;

import io.jarpipe.MpBufferTooShortException;
import io.jarpipe.MpConnection;
import io.jarpipe.MpMessageStream;
import io.jarpipe.PyTuple;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Lets Python call every method of a connection. */
public final class ConnectionWorkers {
    private ConnectionWorkers() {}

    /** Does what is asked with a connection, the one the questions come over or another. */
    public static void remote(MpConnection calls, MpConnection connection) throws IOException, InterruptedException {
        Remote.serve(calls, (method, arguments) -> call(connection, method, arguments));
    }

    private static @Nullable Object call(
            MpConnection connection, String method, List<? extends @Nullable Object> arguments)
            throws IOException, InterruptedException {
        return switch (method) {
            case "send", "sendBytes", "sendNative", "sendStream", "sendShortStream", "writeRaw" -> {
                send(connection, method, arguments);
                yield null;
            }
            case "close" -> {
                connection.close();
                yield null;
            }
            case "readable" -> connection.readable();
            case "writable" -> connection.writable();
            case "closed" -> connection.isClosed();
            case "fileno" -> connection.fileno();
            case "poll" ->
                arguments.isEmpty() ? connection.poll() : connection.poll(Remote.seconds(arguments.getFirst()));
            case "pollForEver" -> connection.poll(null);
            default -> receive(connection, method, arguments);
        };
    }

    private static void send(MpConnection connection, String method, List<? extends @Nullable Object> arguments)
            throws IOException, InterruptedException {
        Object value = arguments.getFirst();
        if (method.equals("send")) {
            connection.send(value);
            return;
        }
        byte[] bytes = value instanceof byte[] given ? given : new byte[number(value)];
        switch (method) {
            case "sendBytes" -> {
                if (arguments.size() == 1) {
                    connection.sendBytes(bytes);
                } else {
                    connection.sendBytes(bytes, number(arguments.get(1)), number(arguments.get(2)));
                }
            }
            case "sendNative" -> {
                try (Arena arena = Arena.ofConfined()) {
                    connection.sendBytes(arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes));
                }
            }
            case "sendStream" -> connection.sendStream(new ByteArrayInputStream(bytes), bytes.length);
            case "sendShortStream" -> connection.sendStream(new ByteArrayInputStream(bytes), bytes.length + 1L);
            default -> writeRaw(connection, bytes);
        }
    }

    /** Writes bytes into the pipe behind a connection, past it: no frame, or a part of one. */
    private static void writeRaw(MpConnection connection, byte[] bytes) throws IOException {
        try (OutputStream pipe = new FileOutputStream("/proc/self/fd/" + connection.fileno())) {
            pipe.write(bytes);
        }
    }

    private static @Nullable Object receive(
            MpConnection connection, String method, List<? extends @Nullable Object> arguments)
            throws IOException, InterruptedException {
        try {
            return switch (method) {
                case "recv" ->
                    arguments.isEmpty() ? connection.recv() : connection.recv(Remote.seconds(arguments.getFirst()));
                case "recvBytes" -> connection.recvBytes();
                case "recvBytesWithin" -> connection.recvBytes(Remote.seconds(arguments.getFirst()));
                case "recvBytesUpTo" -> connection.recvBytes(number(arguments.getFirst()));
                case "recvBytesInto" -> {
                    byte[] buffer = new byte[number(arguments.get(0))];
                    int count = connection.recvBytesInto(buffer, number(arguments.get(1)));
                    yield PyTuple.of(count, buffer);
                }
                case "recvNative" -> receiveNative(connection, number(arguments.getFirst()));
                case "recvStream" -> receiveStream(connection, number(arguments.getFirst()));
                default -> throw new IllegalArgumentException(method);
            };
        } catch (MpBufferTooShortException e) {
            return PyTuple.of("MpBufferTooShortException", e.content());
        } catch (TimeoutException e) {
            return "TimeoutException";
        }
    }

    private static byte[] receiveNative(MpConnection connection, int size) throws IOException, InterruptedException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(size);
            long count = connection.recvBytesInto(target);
            return target.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /**
     * Reads a message in pieces of some length; a negative one reads that many bytes in one piece and drops the rest.
     */
    private static PyTuple receiveStream(MpConnection connection, int piece) throws IOException, InterruptedException {
        try (MpMessageStream message = connection.recvStream()) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            byte[] buffer = new byte[Math.abs(piece)];
            if (piece < 0) {
                bytes.write(message.readNBytes(-piece));
            } else {
                copy(message, buffer, bytes);
            }
            return PyTuple.of(message.length(), bytes.toByteArray());
        }
    }

    private static void copy(InputStream from, byte[] buffer, OutputStream to) throws IOException {
        for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
            to.write(Arrays.copyOf(buffer, count));
        }
    }

    private static int number(@Nullable Object argument) {
        if (argument instanceof Number number) {
            return number.intValue();
        }
        throw new IllegalArgumentException("not a number: " + argument);
    }
}
