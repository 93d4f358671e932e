package io.jarpipe;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One end of a {@code multiprocessing.Pipe} or an accepted connection whose other end is a Python
 * {@code multiprocessing.connection.Connection}.
 *
 * <p>One thread may receive while another sends; two that receive, or two that send, must take turns. Every wait ends
 * when its thread is interrupted ({@link InterruptedException}) or the connection is closed
 * ({@link ClosedChannelException}); a message that has begun to move is completed first. Source of the behaviour:
 * CPython {@code Lib/multiprocessing/connection.py}, class {@code Connection}.
 *
 * <p>When the other end of a two-way connection was closed before it had read everything sent to it, what it had sent
 * is still received, then comes one {@link PosixException} with ECONNRESET, then the end of the stream, as in Python.
 */
public interface MpConnection extends AutoCloseable {
    /**
     * Sends an object as a pickle.
     *
     * <p>The value may be or hold an {@link MpConnection}, {@link MpQueue}, {@link MpLock} or {@link MpSocket}: the
     * receiver gets a duplicate, and this side keeps its own, to be closed as before. A connection or socket among them
     * waits in this process until the receiver has fetched it, or until the worker ends.
     *
     * @param value any value that {@code PickleCodec} can write
     * @throws PickleException when it cannot; nothing was sent then
     * @throws MpBrokenPipeException when the other end is closed
     * @throws IOException when this end is closed, is read-only or fails
     * @throws InterruptedException when interrupted before the first byte was sent
     */
    void send(@Nullable Object value) throws IOException, InterruptedException;

    /**
     * Receives an object, waiting for it.
     *
     * <p>A {@code Connection}, {@code Queue}, {@code Lock} or {@code socket} in it, also inside lists, tuples and the
     * values of dicts, arrives as {@link MpConnection}, {@link MpQueue}, {@link MpLock} or {@link MpSocket}: a
     * duplicate of the sender's, to be closed here when it is no longer needed.
     *
     * @return the unpickled object
     * @throws EOFException when nothing is left to receive and the other end is closed
     * @throws PickleException when the message is not a pickle; it is consumed and the connection stays usable
     * @throws MpSharingException when something shared in the message cannot be had, likewise
     * @throws ProtocolException when the stream ends inside a message or announces an impossible length
     * @throws IOException when this end is closed, is write-only or fails
     * @throws InterruptedException when interrupted while waiting
     */
    @Nullable
    Object recv() throws IOException, InterruptedException;

    /**
     * Sends bytes as one message.
     *
     * @param message the bytes
     * @throws MpBrokenPipeException when the other end is closed
     * @throws IOException when this end is closed, is read-only or fails
     * @throws InterruptedException when interrupted before the first byte was sent
     */
    default void sendBytes(byte[] message) throws IOException, InterruptedException {
        sendBytes(message, 0, message.length);
    }

    /**
     * Sends a part of an array as one message.
     *
     * @param message holds the bytes
     * @param offset where they begin
     * @param size how many they are
     * @throws IndexOutOfBoundsException when the part is not inside the array
     * @throws MpBrokenPipeException when the other end is closed
     * @throws IOException when this end is closed, is read-only or fails
     * @throws InterruptedException when interrupted before the first byte was sent
     */
    void sendBytes(byte[] message, int offset, int size) throws IOException, InterruptedException;

    /**
     * Receives one message as bytes, waiting for it.
     *
     * @return the bytes of the message
     * @throws EOFException when nothing is left to receive and the other end is closed
     * @throws ProtocolException when the stream ends inside a message or announces an impossible length
     * @throws IOException when this end is closed, is write-only or fails
     * @throws InterruptedException when interrupted while waiting
     */
    byte[] recvBytes() throws IOException, InterruptedException;

    /**
     * Tells whether something can be received now, the end of the stream included.
     *
     * @return whether {@link #recv()} would begin without waiting
     * @throws IOException when this end is closed, is write-only or fails
     */
    boolean poll() throws IOException;

    /**
     * Waits until something can be received, the end of the stream included.
     *
     * @param timeout how long to wait; null waits for ever, negative does not wait
     * @return whether something can be received; false when the time is over
     * @throws IOException when this end is closed, is write-only or fails
     * @throws InterruptedException when interrupted while waiting
     */
    boolean poll(@Nullable Duration timeout) throws IOException, InterruptedException;

    /**
     * Tells whether this end can receive.
     *
     * @return true unless it is the sending end of a one-way pipe
     */
    boolean readable();

    /**
     * Tells whether this end can send.
     *
     * @return true unless it is the receiving end of a one-way pipe
     */
    boolean writable();

    /**
     * Tells whether this end was closed here.
     *
     * @return true from the moment of {@link #close()}
     */
    boolean isClosed();

    /** Closes this end: the other one sees the end of the stream. Idempotent. */
    @Override
    void close();
}
