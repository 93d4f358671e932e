package io.jarpipe.interop;

import io.jarpipe.MpAddress;
import io.jarpipe.MpConnection;
import io.jarpipe.PyTuple;
import io.jarpipe.connection.MpClient;
import io.jarpipe.connection.MpClientOptions;
import io.jarpipe.connection.MpListener;
import io.jarpipe.connection.MpListenerOptions;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A listener and a client that Python drives call by call. */
public final class ListenerWorkers {
    private ListenerWorkers() {}

    /** One connection that calls work with, of whichever side. */
    private abstract static class Side implements Remote.Callee, AutoCloseable {
        private @Nullable MpConnection connection;

        void take(MpConnection taken) {
            if (connection != null) {
                connection.close();
            }
            connection = taken;
        }

        @Override
        public @Nullable Object call(String method, List<? extends @Nullable Object> arguments)
                throws IOException, InterruptedException {
            MpConnection current = Objects.requireNonNull(connection, "not connected");
            switch (method) {
                case "recv" -> {
                    return current.recv();
                }
                case "recvBytes" -> {
                    return current.recvBytes();
                }
                case "send" -> current.send(arguments.getFirst());
                case "sendBytes" -> current.sendBytes((byte[]) Objects.requireNonNull(arguments.getFirst()));
                case "closeConnection" -> current.close();
                default -> throw new IllegalArgumentException(method);
            }
            return null;
        }

        @Override
        public void close() throws IOException {
            if (connection != null) {
                connection.close();
            }
        }
    }

    /** The listener's side. */
    private static final class Listening extends Side {
        private final List<String> refusals = new CopyOnWriteArrayList<>();
        private @Nullable MpListener listener;

        @Override
        public @Nullable Object call(String method, List<? extends @Nullable Object> arguments)
                throws IOException, InterruptedException {
            return switch (method) {
                case "open" -> open(arguments);
                case "accept" -> {
                    take(listener().accept());
                    yield listener().lastAccepted();
                }
                case "acceptWithin" ->
                    listener()
                            .accept(Remote.seconds(arguments.getFirst()))
                            .map(connection -> {
                                take(connection);
                                return true;
                            })
                            .orElse(false);
                case "lastAccepted" -> listener().lastAccepted();
                case "refusals" -> refusals;
                case "closeListener" -> {
                    listener().close();
                    yield null;
                }
                default -> super.call(method, arguments);
            };
        }

        /** Takes address, key, seconds for a handshake, most handshakes, and a mode for the file. */
        private String open(List<? extends @Nullable Object> arguments) throws IOException {
            MpListenerOptions options = MpListenerOptions.defaults()
                    .withRefused((peer, why) -> refusals.add(why.getClass().getSimpleName() + ": " + why.getMessage()));
            if (arguments.size() > 2) {
                options = options.withHandshakeTimeout(Remote.seconds(arguments.get(2)));
            }
            if (arguments.size() > 3) {
                options = options.withLimits(((Number) Objects.requireNonNull(arguments.get(3))).intValue(), 128);
            }
            if (arguments.size() > 4) {
                options = options.withPermissions((String) Objects.requireNonNull(arguments.get(4)));
            }
            listener = MpListener.open(address(arguments), (byte[]) arguments.get(1), options);
            return listener.address().toString();
        }

        private MpListener listener() {
            return Objects.requireNonNull(listener, "not listening");
        }

        @Override
        public void close() throws IOException {
            super.close();
            if (listener != null) {
                listener.close();
            }
        }
    }

    /** The client's side. */
    private static final class Connecting extends Side {
        @Override
        public @Nullable Object call(String method, List<? extends @Nullable Object> arguments)
                throws IOException, InterruptedException {
            if (!method.equals("connect")) {
                return super.call(method, arguments);
            }
            MpClientOptions options = MpClientOptions.defaults();
            if (arguments.size() > 2) {
                options = options.withTimeout(Remote.seconds(arguments.get(2)));
            }
            take(MpClient.connect(address(arguments), (byte[]) arguments.get(1), options));
            return null;
        }
    }

    private static MpAddress address(List<? extends @Nullable Object> arguments) {
        return MpAddress.of((String) Objects.requireNonNull(arguments.getFirst()));
    }

    /** Listens as it is told. */
    public static void listener(MpConnection calls) throws IOException, InterruptedException {
        try (Listening side = new Listening()) {
            Remote.serve(calls, side);
        }
    }

    /** Connects as it is told. */
    public static void client(MpConnection calls) throws IOException, InterruptedException {
        try (Connecting side = new Connecting()) {
            Remote.serve(calls, side);
        }
    }

    /** Sends back what each client sends, one after another, until an empty message comes; says where it listens. */
    public static void echo(MpConnection told, String address, byte[] key) throws IOException, InterruptedException {
        try (MpListener listener = MpListener.open(MpAddress.of(address), key)) {
            told.send(PyTuple.of("listening", listener.address().toString()));
            for (byte[] message = {0}; message.length > 0; ) {
                try (MpConnection client = listener.accept()) {
                    message = client.recvBytes();
                    client.sendBytes(message);
                }
            }
        }
    }
}
