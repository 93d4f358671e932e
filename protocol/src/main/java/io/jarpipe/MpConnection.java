package io.jarpipe;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One end of a {@code multiprocessing.Pipe} or an accepted connection whose other end is a Python
 * {@code multiprocessing.connection.Connection}.
 *
 * <p>One thread may receive while another sends; two that receive, or two that send, take turns. Every wait ends when
 * its thread is interrupted ({@link InterruptedException}) or the connection is closed
 * ({@link ClosedChannelException}); a message that has begun to move is completed first. A connection that is full
 * blocks its sender, as in Python. Source of the behaviour: CPython 3.8 - 3.15
 * {@code Lib/multiprocessing/connection.py}, class {@code Connection}.
 *
 * <table>
 *   <caption>What Python raises and Java throws</caption>
 *   <thead>
 *     <tr><th>situation</th><th>Python</th><th>Java</th></tr>
 *   </thead>
 *   <tbody>
 *     <tr><td>the stream ends before a message, or right behind a header</td><td>{@code EOFError()}</td>
 *       <td>{@link EOFException}, at each receive</td></tr>
 *     <tr><td>it ends elsewhere inside a message</td><td>{@code OSError('got end of file during message')}, then {@code
 *       EOFError()}</td><td>{@link ProtocolException} with this text, then {@link EOFException}</td></tr>
 *     <tr><td>the other end of a two-way connection was closed before it had read everything sent to it</td><td>what it
 *       had sent, one {@code ConnectionResetError}, then {@code EOFError()}</td><td>what it had sent, one {@link
 *       PosixException} with ECONNRESET, then {@link EOFException}</td></tr>
 *     <tr><td>nobody is left to read what is sent</td><td>{@code BrokenPipeError}</td><td>{@link
 *       MpBrokenPipeException}</td></tr>
 *     <tr><td>use after close</td><td>{@code OSError('handle is closed')}</td><td>{@link ClosedChannelException}</td></tr>
 *     <tr><td>receiving at the sending end, sending at the receiving end</td><td>{@code OSError('connection is
 *       write-only')}, {@code OSError('connection is read-only')}</td><td>{@link IOException} with this text</td></tr>
 *     <tr><td>a message longer than the {@code maxlength} of {@link #recvBytes(int)}</td><td>{@code OSError('bad message
 *       length')}</td><td>{@link ProtocolException} that begins with this text</td></tr>
 *     <tr><td>a message longer than the buffer</td><td>{@code BufferTooShort(message)}</td><td>{@link
 *       MpBufferTooShortException} with the message</td></tr>
 *     <tr><td>an empty message received as an object</td><td>{@code EOFError('Ran out of input')}</td><td>{@link
 *       PickleException}, which nobody takes for the end of the stream</td></tr>
 *     <tr><td>a negative length other than the announcement of a long one</td><td>an empty message, and garbage after
 *       it</td><td>{@link ProtocolException} "bad message length", and nothing more</td></tr>
 *     <tr><td>somebody has set O_NONBLOCK</td><td>{@code BlockingIOError}, and a torn stream</td><td>nothing: Java waits
 *       all the same</td></tr>
 *   </tbody>
 * </table>
 */
public interface MpConnection extends AutoCloseable {
    /**
     * Sends an object as a pickle: {@code send(obj)}.
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
     * Sends bytes as one message: {@code send_bytes(buf)}.
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
     * Sends a part of an array as one message: {@code send_bytes(buf, offset, size)}.
     *
     * @param message holds the bytes
     * @param offset where they begin
     * @param size how many they are
     * @throws IndexOutOfBoundsException when the part is not inside the array; Python's {@code ValueError}
     * @throws MpBrokenPipeException when the other end is closed
     * @throws IOException when this end is closed, is read-only or fails
     * @throws InterruptedException when interrupted before the first byte was sent
     */
    void sendBytes(byte[] message, int offset, int size) throws IOException, InterruptedException;

    /**
     * Sends memory of any length as one message: {@code send_bytes(buf)} with a {@code memoryview}. Long native memory
     * goes to the kernel without a copy.
     *
     * @param message the bytes; must neither change nor be freed until this returns. If it is freed nevertheless when a
     *     part of it was sent, the connection is closed
     * @throws WrongThreadException when the memory belongs to another thread
     * @throws IllegalStateException when the memory is freed
     * @throws MpBrokenPipeException when the other end is closed
     * @throws IOException when this end is closed, is read-only or fails
     * @throws InterruptedException when interrupted before the first byte was sent
     */
    void sendBytes(MemorySegment message) throws IOException, InterruptedException;

    /**
     * Sends bytes that come from a stream as one message of any length, which Python receives with {@code recv_bytes()}
     * like any other. Holds at most 64 KiB of it in memory.
     *
     * @param source where the bytes come from; neither read beyond the message nor closed
     * @param length how many they are; it stands before them, so it must be known
     * @throws IllegalArgumentException when the length is negative
     * @throws EOFException when the source has fewer bytes. If it ends, or fails, within its first 64 KiB nothing was
     *     sent; later the message can be neither completed nor taken back, and the connection is closed
     * @throws MpBrokenPipeException when the other end is closed
     * @throws IOException when this end is closed, is read-only or fails
     * @throws InterruptedException when interrupted before the first byte was sent
     */
    void sendStream(InputStream source, long length) throws IOException, InterruptedException;

    /**
     * Receives an object, waiting for it: {@code recv()}.
     *
     * <p>A {@code Connection}, {@code Queue}, {@code Lock} or {@code socket} in it, also inside lists, tuples and the
     * values of dicts, arrives as {@link MpConnection}, {@link MpQueue}, {@link MpLock} or {@link MpSocket}: a
     * duplicate of the sender's, to be closed here when it is no longer needed.
     *
     * @return the unpickled object
     * @throws EOFException when nothing is left to receive and the other end is closed
     * @throws PickleException when the message is not a pickle; it is consumed and the connection stays usable
     * @throws MpSharingException when something shared in the message cannot be had, likewise
     * @throws ProtocolException when the stream ends inside the message, the message is longer than the process accepts
     *     (it is skipped then), or its length is impossible
     * @throws IOException when this end is closed, is write-only or fails
     * @throws InterruptedException when interrupted before the first byte
     */
    @Nullable
    Object recv() throws IOException, InterruptedException;

    /**
     * Receives an object of a declared type, waiting for it: {@code recv()} and the conversion that the parameters of a
     * worker have, so that an instance of a Python class comes as the record that has this {@link PyClass}.
     *
     * @param type the type of the object: a record, a sealed interface of records, an enum, or any other type that a
     *     parameter may have
     * @param <T> that type
     * @return the object; null for {@code None}
     * @throws MpTypeException when it is not exactly representable as that type; it is consumed
     * @throws IllegalArgumentException when the type cannot stand for anything in Python; nothing is received then
     * @throws IOException as {@link #recv()}
     * @throws InterruptedException when interrupted before the first byte
     */
    <T> @Nullable T recv(Class<T> type) throws IOException, InterruptedException;

    /**
     * Receives an object if all of it comes in time. Python has no such thing: its {@code poll(timeout)} waits for the
     * first byte alone.
     *
     * @param timeout how long to wait for the whole message; null waits for ever, negative does not wait
     * @return the unpickled object
     * @throws TimeoutException when it did not; what has come of the message is kept, and the next receive goes on with
     *     it
     * @throws IOException as {@link #recv()}
     * @throws InterruptedException when interrupted before the first byte
     */
    @Nullable
    Object recv(@Nullable Duration timeout) throws IOException, InterruptedException, TimeoutException;

    /**
     * Receives one message as bytes, waiting for it: {@code recv_bytes()}.
     *
     * @return the bytes of the message
     * @throws EOFException when nothing is left to receive and the other end is closed
     * @throws ProtocolException when the stream ends inside the message, the message is longer than the process accepts
     *     (it is skipped then), or its length is impossible
     * @throws IOException when this end is closed, is write-only or fails
     * @throws InterruptedException when interrupted before the first byte
     */
    byte[] recvBytes() throws IOException, InterruptedException;

    /**
     * Receives one message as bytes if all of it comes in time.
     *
     * @param timeout how long to wait for the whole message; null waits for ever, negative does not wait
     * @return the bytes of the message
     * @throws TimeoutException when it did not; what has come of the message is kept, and the next receive goes on with
     *     it
     * @throws IOException as {@link #recvBytes()}
     * @throws InterruptedException when interrupted before the first byte
     */
    byte[] recvBytes(@Nullable Duration timeout) throws IOException, InterruptedException, TimeoutException;

    /**
     * Receives one message as bytes unless it is too long: {@code recv_bytes(maxlength)}.
     *
     * @param maxLength the longest message accepted, in bytes; one of exactly this length is
     * @return the bytes of the message
     * @throws IllegalArgumentException when the limit is negative; Python's {@code ValueError('negative maxlength')}
     * @throws ProtocolException "bad message length" when the message is longer. It is left unread, so nothing can be
     *     received behind it: a two-way connection only sends from then on, a one-way connection is closed
     * @throws IOException as {@link #recvBytes()}
     * @throws InterruptedException when interrupted before the first byte
     */
    byte[] recvBytes(int maxLength) throws IOException, InterruptedException;

    /**
     * Receives one message into an array: {@code recv_bytes_into(buf)}.
     *
     * @param buffer the bytes come to its beginning
     * @return the length of the message in bytes
     * @throws MpBufferTooShortException when it does not fit; the exception has it
     * @throws IOException as {@link #recvBytes()}
     * @throws InterruptedException when interrupted before the first byte
     */
    default int recvBytesInto(byte[] buffer) throws IOException, InterruptedException {
        return recvBytesInto(buffer, 0);
    }

    /**
     * Receives one message into a part of an array: {@code recv_bytes_into(buf, offset)}.
     *
     * @param buffer where to
     * @param offset where in the array the message begins
     * @return the length of the message in bytes
     * @throws IndexOutOfBoundsException when the offset is not inside the array; Python's {@code ValueError}
     * @throws MpBufferTooShortException when the message does not fit; the exception has it
     * @throws IOException as {@link #recvBytes()}
     * @throws InterruptedException when interrupted before the first byte
     */
    int recvBytesInto(byte[] buffer, int offset) throws IOException, InterruptedException;

    /**
     * Receives one message of any length into memory: {@code recv_bytes_into(buf)}. It comes into native memory
     * straight from the kernel.
     *
     * @param target the bytes come to its beginning; must not be freed until this returns. If it is freed nevertheless,
     *     the message is lost and nothing more can be received
     * @return the length of the message in bytes
     * @throws IllegalArgumentException when the memory is read-only
     * @throws WrongThreadException when the memory belongs to another thread
     * @throws IllegalStateException when the memory is freed
     * @throws MpBufferTooShortException when the message does not fit; the exception has it, unless it is longer than
     *     the process accepts as an array
     * @throws IOException as {@link #recvBytes()}
     * @throws InterruptedException when interrupted before the first byte
     */
    long recvBytesInto(MemorySegment target) throws IOException, InterruptedException;

    /**
     * Begins to receive one message of any length as a stream, waiting for its header. Before the next receive it has
     * to be read to its end, or closed.
     *
     * @return the message; closing it drops its rest and leaves the connection open
     * @throws EOFException when nothing is left to receive and the other end is closed
     * @throws IOException as {@link #recvBytes()}
     * @throws InterruptedException when interrupted before the first byte
     */
    MpMessageStream recvStream() throws IOException, InterruptedException;

    /**
     * Tells whether something can be received now, the end of the stream and errors included: {@code poll()}. At least
     * one byte is there; the rest of its message may still be on the way.
     *
     * @return whether {@link #recv()} would begin without waiting
     * @throws IOException when this end is closed, is write-only or fails
     */
    boolean poll() throws IOException;

    /**
     * Waits until something can be received, the end of the stream and errors included: {@code poll(timeout)}.
     *
     * @param timeout how long to wait; null waits for ever, negative does not wait
     * @return whether something can be received; false when the time is over
     * @throws IOException when this end is closed, is write-only or fails
     * @throws InterruptedException when interrupted while waiting
     */
    boolean poll(@Nullable Duration timeout) throws IOException, InterruptedException;

    /**
     * Returns the number of the descriptor, for diagnostics such as {@code lsof}: {@code fileno()}. It stays the
     * connection's own, which closes it; reading or writing it would corrupt the stream.
     *
     * @return the number in this process
     * @throws ClosedChannelException when this end is closed
     */
    int fileno() throws ClosedChannelException;

    /**
     * Tells whether this end can receive: {@code readable}.
     *
     * @return true unless it is the sending end of a one-way pipe, or a message was too long for
     *     {@link #recvBytes(int)}
     */
    boolean readable();

    /**
     * Tells whether this end can send: {@code writable}.
     *
     * @return true unless it is the receiving end of a one-way pipe
     */
    boolean writable();

    /**
     * Tells whether this end was closed here: {@code closed}.
     *
     * @return true from the moment of {@link #close()}
     */
    boolean isClosed();

    /**
     * Closes this end: the other one sees the end of the stream, unless somebody else holds a copy of this end.
     * {@code close()}. Idempotent.
     */
    @Override
    void close();
}
