package io.jarpipe.interop;

import io.jarpipe.MpConnection;
import io.jarpipe.MpLock;
import io.jarpipe.MpQueue;
import io.jarpipe.MpSharingException;
import io.jarpipe.MpSocket;
import io.jarpipe.PyTuple;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Workers that are given connections, queues, locks and sockets while they run, and pass them on. */
public final class PassingWorkers {
    private static final Duration VERY_LONG = Duration.ofSeconds(20);

    private PassingWorkers() {}

    /** Keeps what it is given under names, and does with it what is asked. */
    public static void remote(MpConnection calls) throws IOException, InterruptedException {
        Keeper keeper = new Keeper();
        Remote.serve(calls, keeper::call);
    }

    /** Does the same with arguments of the process, named by their place. */
    public static void remoteWith(MpConnection calls, List<Object> given) throws IOException, InterruptedException {
        Keeper keeper = new Keeper();
        for (int place = 0; place < given.size(); place++) {
            keeper.kept.put(String.valueOf(place), given.get(place));
        }
        Remote.serve(calls, keeper::call);
    }

    /** Receives connections; over each it receives one object, sends it back, and closes it. */
    public static void answerOnce(MpConnection calls, int times) throws IOException, InterruptedException {
        for (int i = 0; i < times; i++) {
            try (MpConnection connection = (MpConnection) Objects.requireNonNull(calls.recv())) {
                connection.send(connection.recv());
            }
        }
    }

    /**
     * Sends the same connection again and again, each time when it is asked for; stays until it is told to go, because
     * what it has sent is fetched from it.
     */
    public static void give(MpConnection calls, MpConnection given, int times)
            throws IOException, InterruptedException {
        for (int i = 0; i < times; i++) {
            calls.recv();
            calls.send(given);
        }
        calls.recv();
    }

    /** Sends a connection that nobody will ever fetch, says so, and stays until it is told to go. */
    public static void neverFetched(MpConnection calls, MpConnection given, MpConnection elsewhere)
            throws IOException, InterruptedException {
        elsewhere.send(given);
        calls.send("sent");
        calls.recv();
    }

    /** Greets over every connection that comes through a queue with a declared item type, until None comes. */
    public static void greet(MpQueue<MpConnection> connections) throws IOException, InterruptedException {
        for (MpConnection connection : connections.until(null)) {
            try (connection) {
                connection.send("greetings");
            }
        }
    }

    private static final class Keeper {
        private final Map<String, @Nullable Object> kept = new HashMap<>();

        @Nullable
        Object call(String method, List<? extends @Nullable Object> arguments)
                throws IOException, InterruptedException {
            String name = arguments.isEmpty() ? "" : String.valueOf(arguments.getFirst());
            Object object = kept.get(name);
            Object argument = arguments.size() > 1 ? arguments.get(1) : null;
            return switch (method) {
                case "keep" -> keep(name, argument);
                case "kinds" -> kinds(argument);
                case "same" -> Objects.equals(object, kept.get(String.valueOf(argument))); // by identity
                case "give" -> object;
                case "giveNested" -> nested(object);
                case "close" -> close(object);
                default ->
                    switch (object) {
                        case MpConnection connection -> onConnection(connection, method, argument);
                        case MpQueue<?> queue -> onQueue(queue, method, argument);
                        case MpLock lock -> onLock(lock, method);
                        case MpSocket socket -> onSocket(socket, method, argument);
                        case null, default -> throw new IllegalArgumentException(method + " of " + object);
                    };
            };
        }

        private @Nullable Object keep(String name, @Nullable Object object) {
            kept.put(name, object);
            return kind(object);
        }

        private static Map<String, @Nullable Object> nested(@Nullable Object object) {
            Map<String, @Nullable Object> nested = new LinkedHashMap<>();
            List<@Nullable Object> list = new ArrayList<>();
            list.add(object);
            list.add(PyTuple.of(1, object));
            nested.put("list", list);
            nested.put("plain", "text");
            return nested;
        }

        private static @Nullable Object close(@Nullable Object object) {
            switch (object) {
                case MpConnection connection -> connection.close();
                case MpQueue<?> queue -> queue.close();
                case MpLock lock -> lock.close();
                case MpSocket socket -> socket.close();
                case null, default -> throw new IllegalArgumentException("close " + object);
            }
            return null;
        }

        private @Nullable Object onConnection(MpConnection connection, String method, @Nullable Object argument)
                throws IOException, InterruptedException {
            switch (method) {
                case "send" -> connection.send(argument);
                case "sendKept" -> connection.send(kept.get(String.valueOf(argument)));
                case "recv" -> {
                    return connection.recv();
                }
                case "recvToKeep" -> {
                    try {
                        return keep(String.valueOf(argument), connection.recv());
                    } catch (MpSharingException e) {
                        throw new IOException(e.reason() + ": " + e.getMessage(), e);
                    }
                }
                case "abilities" -> {
                    return PyTuple.of(connection.readable(), connection.writable());
                }
                default -> throw new IllegalArgumentException(method);
            }
            return null;
        }

        @SuppressWarnings("unchecked") // a queue of a worker without a declared type takes anything
        private @Nullable Object onQueue(MpQueue<?> queue, String method, @Nullable Object argument)
                throws IOException, InterruptedException {
            MpQueue<@Nullable Object> any = (MpQueue<@Nullable Object>) queue;
            return switch (method) {
                case "put" -> {
                    any.put(argument);
                    yield null;
                }
                case "putKept" -> {
                    any.put(kept.get(String.valueOf(argument)));
                    yield null;
                }
                case "offerKept" -> any.offer(kept.get(String.valueOf(argument)), Duration.ZERO);
                case "get" -> any.poll(VERY_LONG).value();
                case "getToKeep" ->
                    keep(String.valueOf(argument), any.poll(VERY_LONG).value());
                default -> throw new IllegalArgumentException(method);
            };
        }

        private static @Nullable Object onLock(MpLock lock, String method) throws IOException, InterruptedException {
            return switch (method) {
                case "acquire" -> lock.acquire(VERY_LONG);
                case "try" -> lock.acquire(Duration.ZERO);
                case "release" -> {
                    lock.release();
                    yield null;
                }
                default -> throw new IllegalArgumentException(method);
            };
        }

        private static @Nullable Object onSocket(MpSocket socket, String method, @Nullable Object argument)
                throws IOException {
            return switch (method) {
                case "write" -> {
                    socket.outputStream().write((byte[]) argument);
                    yield null;
                }
                case "read" -> socket.inputStream().readNBytes(((Number) Objects.requireNonNull(argument)).intValue());
                case "readAll" -> new String(socket.inputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
                case "shutdown" -> {
                    socket.shutdownOutput();
                    yield null;
                }
                default -> throw new IllegalArgumentException(method);
            };
        }

        private static @Nullable Object kinds(@Nullable Object value) {
            return switch (value) {
                case PyTuple tuple ->
                    PyTuple.copyOf(tuple.stream().map(Keeper::kinds).toList());
                case List<?> list ->
                    new ArrayList<>(list.stream().map(Keeper::kinds).toList());
                case Map<?, ?> map -> {
                    Map<Object, @Nullable Object> kinds = new LinkedHashMap<>();
                    map.forEach((key, content) -> kinds.put(key, kinds(content)));
                    yield kinds;
                }
                case null, default -> kind(value);
            };
        }

        private static @Nullable Object kind(@Nullable Object value) {
            return switch (value) {
                case MpConnection connection -> "connection";
                case MpQueue<?> queue -> "queue";
                case MpLock lock -> "lock";
                case MpSocket socket -> "socket";
                case null, default -> value;
            };
        }
    }
}
