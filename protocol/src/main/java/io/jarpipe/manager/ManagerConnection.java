package io.jarpipe.manager;

import io.jarpipe.MpAddress;
import io.jarpipe.PyTuple;
import io.jarpipe.auth.Handshake;
import io.jarpipe.connection.Authentication;
import io.jarpipe.connection.StreamConnection;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Flow;
import io.jarpipe.os.Sockets;
import io.jarpipe.os.Transport;
import io.jarpipe.pickle.PickleCodec;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a manager's server that carries calls of methods, one after another: what a proxy keeps for each
 * thread. For one thread at a time, except {@link #send} and {@link #close}.
 */
final class ManagerConnection {
    /** How long connecting may take, for all of it. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final StreamConnection connection;
    private final PickleCodec codec;

    private ManagerConnection(StreamConnection connection, PickleCodec codec) {
        this.connection = connection;
        this.codec = codec;
    }

    /**
     * How to reach a server.
     *
     * @param address where it listens
     * @param key its authkey
     * @param codec reads and writes what is called with, and returned
     * @param maxLength the longest reply accepted, in bytes
     */
    record Server(MpAddress address, byte[] key, PickleCodec codec, int maxLength) {}

    /** Connects, authenticates, and asks the server to accept calls of methods. */
    static ManagerConnection open(Server server) throws IOException, InterruptedException {
        Deadline deadline = Deadline.after(PATIENCE);
        Transport transport = Transport.adopt(Sockets.connect(server.address(), deadline), true, true);
        boolean done = false;
        try {
            Authentication.run(
                    Handshake.Role.CLIENT, server.key(), Handshake.Md5.ALLOWED, transport, PATIENCE, deadline);
            StreamConnection stream = new StreamConnection(transport, true, true, server.codec(), server.maxLength());
            ManagerConnection opened = new ManagerConnection(stream, server.codec());
            opened.send(opened.request(
                    null, "accept_connection", Thread.currentThread().getName()));
            Reply.of(opened.receive(), server.codec()).returned();
            done = true;
            return opened;
        } finally {
            if (!done) {
                transport.close();
            }
        }
    }

    /** Pickles a request. */
    byte[] request(@Nullable String id, String method, @Nullable Object... args) throws IOException {
        return codec.encode(PyTuple.of(id, method, PyTuple.of(args), Map.of()));
    }

    /** Sends a request that was pickled; interruptible before its first byte. */
    void send(byte[] request) throws IOException, InterruptedException {
        connection.sendBytes(request, 0, request.length);
    }

    /** Sends a request whatever interrupts; the thread's interrupt status is kept. */
    void sendRegardless(byte[] request) throws IOException {
        regardless(() -> {
            send(request);
            return true;
        });
    }

    /** Waits until the next reply has begun to come; false when the time is over. */
    boolean hasReply(Duration patience) throws IOException, InterruptedException {
        return connection.poll(patience);
    }

    /** Does the same whatever interrupts; the thread's interrupt status is kept. */
    boolean hasReplyRegardless(Duration patience) throws IOException {
        return regardless(() -> hasReply(patience));
    }

    /** Receives the pickled reply to the oldest request without one; interruptible before its first byte. */
    byte[] receive() throws IOException, InterruptedException {
        return connection.recvBytes();
    }

    /** Receives a reply whatever interrupts; the thread's interrupt status is kept. */
    byte[] receiveRegardless() throws IOException {
        return regardless(this::receive);
    }

    /** Something that an interrupt ends before it has had an effect. */
    @FunctionalInterface
    private interface Step<R> {
        R run() throws IOException, InterruptedException;
    }

    private static <R> R regardless(Step<R> step) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return step.run();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Counts requests and replies from now on. */
    void countInto(Flow flow) {
        connection.countInto(flow);
    }

    /** Closes the connection, also under a call that waits. Idempotent. */
    void close() {
        connection.close();
    }
}
