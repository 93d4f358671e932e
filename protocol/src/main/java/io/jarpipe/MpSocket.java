package io.jarpipe;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A stream socket that a Python process has passed on: {@code connection.send(sock)}.
 *
 * <p>It is a duplicate of Python's: both work on the same connection, and its peer sees the end of the stream when the
 * last duplicate is closed, or at {@link #shutdownOutput()}. One thread may read while another writes. Waits end when
 * the socket is closed ({@link java.nio.channels.ClosedChannelException}) and when the thread is interrupted
 * ({@link java.io.InterruptedIOException}, with the interrupt status set again). A timeout that Python has set is
 * Python's own and has no effect here.
 */
public interface MpSocket extends AutoCloseable {
    /**
     * Returns the stream of bytes from the peer.
     *
     * @return the same unbuffered stream each time; closing it closes the socket
     */
    InputStream inputStream();

    /**
     * Returns the stream of bytes to the peer.
     *
     * @return the same unbuffered stream each time; closing it closes the socket
     */
    OutputStream outputStream();

    /**
     * Tells the peer that nothing more will be sent, on behalf of all who have this socket:
     * {@code sock.shutdown(socket.SHUT_WR)}.
     *
     * @throws IOException when the socket is closed or not connected
     */
    void shutdownOutput() throws IOException;

    /**
     * Tells whether this duplicate was closed here.
     *
     * @return true from the moment of {@link #close()}
     */
    boolean isClosed();

    /** Closes this duplicate. Idempotent; does not block. */
    @Override
    void close();
}
