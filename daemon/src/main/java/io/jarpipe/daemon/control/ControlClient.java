package io.jarpipe.daemon.control;

import io.jarpipe.MpAddress;
import io.jarpipe.MpAuthenticationException;
import io.jarpipe.PosixException;
import io.jarpipe.ProtocolException;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.auth.Handshake;
import io.jarpipe.connection.Authentication;
import io.jarpipe.connection.StreamConnection;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Fd;
import io.jarpipe.os.Sockets;
import io.jarpipe.os.Transport;
import io.jarpipe.pickle.PickleCodec;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks a running daemon, as the Python client does. For one thread; blocks for at most ten seconds a step. */
public final class ControlClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int LONGEST_REPLY = 16 * 1024 * 1024;

    private final StreamConnection connection;
    private final PickleCodec codec;

    private ControlClient(StreamConnection connection, PickleCodec codec) {
        this.connection = connection;
        this.codec = codec;
    }

    /**
     * Connects and authenticates.
     *
     * @param address the daemon's address
     * @param key its authkey
     * @param codec reads replies and writes requests
     * @return the connection, to be closed by the caller
     * @throws MpAuthenticationException when the key is wrong
     * @throws IOException when no daemon listens there or it does not answer
     * @throws InterruptedException when interrupted while waiting
     */
    public static ControlClient connect(MpAddress address, byte[] key, PickleCodec codec)
            throws IOException, InterruptedException {
        Transport transport = Transport.adopt(connect(address), true, true);
        try {
            Authentication.run(
                    Handshake.Role.CLIENT, key, Handshake.Md5.ALLOWED, transport, PATIENCE, Deadline.after(PATIENCE));
            return new ControlClient(new StreamConnection(transport, true, true, codec, LONGEST_REPLY), codec);
        } catch (IOException | InterruptedException | RuntimeException e) {
            transport.close();
            throw e;
        }
    }

    private static Fd connect(MpAddress address) throws IOException, InterruptedException {
        try {
            return Sockets.connect(address, Deadline.after(PATIENCE));
        } catch (PosixException e) {
            throw new IOException(
                    "no daemon answers at " + address + " (" + e.getMessage()
                            + "): start one with 'jarpipe serve', or give its address with --address or JARPIPE_ADDRESS",
                    e);
        }
    }

    private byte[] receive() throws IOException, InterruptedException {
        byte[] frame = connection.recvBytes(Deadline.after(PATIENCE));
        if (frame == null) {
            throw new IOException("the daemon did not answer within " + PATIENCE.toSeconds() + " seconds");
        }
        return frame;
    }

    /**
     * Asks for something without arguments.
     *
     * @param method {@code "workers"}, {@code "endpoints"}, {@code "locks"}, {@code "services"} or {@code "version"}
     * @return the value replied
     * @throws IOException when the daemon reports an error or is gone
     * @throws InterruptedException when interrupted while waiting
     */
    public @Nullable Object call(String method) throws IOException, InterruptedException {
        connection.send(PyTuple.of(null, method, PyTuple.of(), Map.of()));
        if (!(codec.decode(receive()) instanceof PyTuple reply) || reply.size() != 2) {
            throw new ProtocolException("a reply is a tuple (kind, value)");
        }
        if (!"#RETURN".equals(reply.get(0))) {
            Object error = reply.get(1);
            throw new IOException(
                    error instanceof PyObject exception && !exception.args().isEmpty()
                            ? String.valueOf(exception.args().get(0))
                            : String.valueOf(error));
        }
        return reply.get(1);
    }

    @Override
    public void close() {
        connection.close();
    }
}
