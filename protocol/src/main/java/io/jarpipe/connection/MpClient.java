package io.jarpipe.connection;

import io.jarpipe.MpAddress;
import io.jarpipe.MpConnection;
import io.jarpipe.auth.Handshake;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Sockets;
import io.jarpipe.os.Transport;
import io.jarpipe.pickle.JarpipeCodec;
import io.jarpipe.pickle.PickleCodec;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Connects to a listener: {@code multiprocessing.connection.Client} of any CPython from 3.8 on, for a
 * {@code multiprocessing.connection.Listener}, a manager's server, or an {@link MpListener}.
 *
 * <p>Where one side alone has an authkey CPython hangs or reports nonsense. Here a missing challenge is an
 * {@link io.jarpipe.MpAuthenticationException} after the timeout, and a challenge that was not expected is explained by
 * the {@link io.jarpipe.PickleException} of the first {@code recv()}.
 */
public final class MpClient {
    private MpClient() {}

    /**
     * Connects without authentication.
     *
     * @param address where the listener is
     * @return the connection, to be closed by the caller
     * @throws io.jarpipe.PosixException with ECONNREFUSED or ENOENT when nobody listens there, ETIMEDOUT when the
     *     listener does not answer within 20 s
     * @throws IOException when the host is not known
     * @throws InterruptedException when interrupted while waiting
     */
    public static MpConnection connect(MpAddress address) throws IOException, InterruptedException {
        return connect(address, null, MpClientOptions.defaults());
    }

    /**
     * Connects and authenticates, each side to the other.
     *
     * @param address where the listener is
     * @param authkey its key, in Python {@code bytes(multiprocessing.current_process().authkey)}; null connects without
     *     authentication
     * @return the connection, to be closed by the caller
     * @throws io.jarpipe.MpAuthenticationException when the keys differ, or the handshake takes longer than 20 s
     * @throws io.jarpipe.PosixException with ECONNREFUSED or ENOENT when nobody listens there, ETIMEDOUT when the
     *     listener does not answer within 20 s
     * @throws IOException when the host is not known
     * @throws InterruptedException when interrupted while waiting
     */
    public static MpConnection connect(MpAddress address, byte @Nullable [] authkey)
            throws IOException, InterruptedException {
        return connect(address, authkey, MpClientOptions.defaults());
    }

    /**
     * Connects and authenticates, each side to the other.
     *
     * @param address where the listener is
     * @param authkey its key; null connects without authentication
     * @param options timeout and limits
     * @return the connection, to be closed by the caller
     * @throws io.jarpipe.MpAuthenticationException when the keys differ, or the handshake takes too long
     * @throws io.jarpipe.PosixException with ECONNREFUSED or ENOENT when nobody listens there, ETIMEDOUT when the
     *     listener does not answer in time
     * @throws IOException when the host is not known
     * @throws InterruptedException when interrupted while waiting
     */
    public static MpConnection connect(MpAddress address, byte @Nullable [] authkey, MpClientOptions options)
            throws IOException, InterruptedException {
        Deadline deadline = Deadline.after(options.timeout());
        Transport transport = Transport.adopt(Sockets.connect(address, deadline), true, true);
        try {
            PickleCodec codec = new JarpipeCodec();
            if (authkey != null) {
                Handshake.Md5 md5 = options.allowMd5() ? Handshake.Md5.ALLOWED : Handshake.Md5.REFUSED;
                Authentication.run(Handshake.Role.CLIENT, authkey, md5, transport, options.timeout(), deadline);
            }
            return new StreamConnection(
                    transport, true, true, authkey == null ? new KeylessCodec(codec) : codec, options.maxMessage());
        } catch (IOException | InterruptedException | RuntimeException e) {
            transport.close();
            throw e;
        }
    }
}
