package io.jarpipe.connection;

import io.jarpipe.ProtocolException;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Flow.Direction;
import io.jarpipe.os.IoBuffer;
import io.jarpipe.os.Transport;
import io.jarpipe.os.Transport.Waiting;
import io.jarpipe.wire.FrameDescriptor;
import io.jarpipe.wire.FrameTooLongException;
import io.jarpipe.wire.HeaderDecoder;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Reads one message at a time from a transport, never a byte beyond it: the rest of the stream may be another reader's.
 *
 * <p>A message is read as one array with {@link #read}; or {@link #begin} reads its header alone, and {@link #readSome}
 * its body in pieces. What was read of a message when a deadline passes is kept, and the next call goes on with it.
 *
 * <p>For one thread at a time. The transport belongs to the caller.
 */
public final class FrameReader {
    /** After how many messages it is tried again whether the next one is there. */
    private static final int MOST_GUESSES = 8;

    private static final ValueLayout.OfInt SHORT_LENGTH =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final Transport transport;
    private final int maxLength;
    private final HeaderDecoder header = new HeaderDecoder();
    /** The message whose header was read and whose body was not yet read to its end. */
    private @Nullable IncomingFrame frame;

    private boolean failed;
    /** The last message that was tried to be read at once had not come. */
    private boolean late;

    private int guesses;

    /**
     * Reads from a transport.
     *
     * @param transport where the messages come from
     * @param maxLength the longest message that {@link #read} accepts, in bytes
     * @throws IllegalArgumentException if the limit is negative or larger than a Java array
     */
    public FrameReader(Transport transport, int maxLength) {
        if (maxLength < 0 || maxLength > FrameDescriptor.MAX_ARRAY_LENGTH) {
            throw new IllegalArgumentException(
                    "maxLength: " + maxLength + " (expected: 0-" + FrameDescriptor.MAX_ARRAY_LENGTH + ")");
        }
        this.transport = transport;
        this.maxLength = maxLength;
    }

    /**
     * Reads the next message, or what is left of one that was begun, as one array. Memory grows with the bytes that
     * come, not with the length announced.
     *
     * @param deadline how long to wait for all of it
     * @return the message without its header; null when the deadline passed before it was complete
     * @throws EOFException when the stream ends before a message, or right behind its header
     * @throws FrameTooLongException when it is longer than the limit; it was skipped, and the next one can be read
     * @throws ProtocolException when the stream ends inside it; or the announced length is impossible: then
     *     {@link #hasFailed()}
     * @throws IOException when the transport is closed or fails
     * @throws InterruptedException when interrupted before the first byte
     */
    public byte @Nullable [] read(Deadline deadline) throws IOException, InterruptedException {
        boolean guessed = guessesWait();
        if (guessed) {
            awaitMore(deadline);
        }
        byte[] message = readNow();
        if (!guessed) {
            late = message == null;
        }
        while (message == null && awaitMore(deadline)) {
            message = readNow();
        }
        return message;
    }

    /** Guesses that the next message has to be waited for, as the last one had: then no read is made in vain. */
    private boolean guessesWait() {
        return late
                && !isInside()
                && ++guesses % MOST_GUESSES != 0
                && !Thread.currentThread().isInterrupted();
    }

    /**
     * Reads the next message as {@link #read} does if its first byte has come: waits only for the rest.
     *
     * @param deadline how long to wait for all of it
     * @return the message without its header; null when nothing of one has come, or the deadline passed when a part
     *     had: then {@link #isInside()}
     * @throws IOException as {@link #read}
     * @throws InterruptedException never: an interrupt stays pending
     */
    public byte @Nullable [] readBegun(Deadline deadline) throws IOException, InterruptedException {
        while (true) {
            byte[] message = readNow();
            if (message != null || !isInside() || !awaitMore(deadline)) {
                return message;
            }
        }
    }

    /**
     * Tells whether a part of a message was read and the rest was not.
     *
     * @return false between two messages
     */
    public boolean isInside() {
        return frame != null || !header.isIdle();
    }

    /** Reads what has come; null when that is not a whole message. */
    private byte @Nullable [] readNow() throws IOException, InterruptedException {
        try (IoBuffer buffer = IoBuffer.borrow()) {
            IncomingFrame current = readHeader(buffer);
            return current != null && readBody(current, buffer) ? take(current) : null;
        }
    }

    /**
     * Reads the header of the next message, unless it was read already.
     *
     * @param deadline how long to wait for all of it
     * @return whether the length is known; false when the deadline passed
     * @throws EOFException when the stream ends before a message
     * @throws ProtocolException when the stream ends inside the header; or the announced length is impossible: then
     *     {@link #hasFailed()}
     * @throws IOException when the transport is closed or fails
     * @throws InterruptedException when interrupted before the first byte
     */
    public boolean begin(Deadline deadline) throws IOException, InterruptedException {
        while (true) {
            try (IoBuffer buffer = IoBuffer.borrow()) {
                if (readHeader(buffer) != null) {
                    return true;
                }
            }
            if (!awaitMore(deadline)) {
                return false;
            }
        }
    }

    /**
     * Returns the length of the message that was begun.
     *
     * @return the length of its body in bytes, beyond any limit
     * @throws IllegalStateException when no message was begun
     */
    public long length() {
        return current().length();
    }

    /**
     * Reads some of the body of the message that was begun, waiting for the first byte. With the last byte the message
     * is done.
     *
     * @param target where to, neither empty nor longer than what remains
     * @param waiting whether an interrupt ends the wait; nothing is lost then
     * @return how many bytes, positive
     * @throws EOFException when the stream ends right behind the header
     * @throws ProtocolException when it ends later inside the message
     * @throws IOException when the transport is closed or fails
     * @throws InterruptedException when interrupted while waiting
     */
    public long readSome(MemorySegment target, Waiting waiting) throws IOException, InterruptedException {
        IncomingFrame current = current();
        long count = current.passKept(target);
        if (count == 0) {
            count = target.isNative()
                    ? transport.read(target, Deadline.NEVER, waiting)
                    : readThroughBuffer(target, waiting);
            if (count == 0) {
                throw endOfStream();
            }
            current.pass(count);
        }
        endIfDone();
        return count;
    }

    private long readThroughBuffer(MemorySegment target, Waiting waiting) throws IOException, InterruptedException {
        while (true) {
            try (IoBuffer buffer = IoBuffer.borrow()) {
                long most = Math.min(target.byteSize(), IoBuffer.SIZE);
                long count = transport.read(buffer.address(), most, Deadline.NOW, waiting);
                if (count >= 0) {
                    MemorySegment.copy(buffer.memory(), 0, target, 0, count);
                    return count;
                }
            }
            transport.awaitReadable(Deadline.NEVER, waiting);
        }
    }

    /** Ends the message that was begun if nothing of it remains: an empty one has no last byte. */
    void endIfDone() {
        IncomingFrame current = current();
        if (current.remaining() == 0) {
            transport.count(Direction.IN, current.length());
            frame = null;
        }
    }

    /**
     * Reads what is left of the message that was begun, and drops it.
     *
     * @throws ProtocolException when the stream ends inside the message
     * @throws IOException when the transport is closed or fails
     * @throws InterruptedException never: an interrupt stays pending
     */
    void skip() throws IOException, InterruptedException {
        IncomingFrame current = current();
        current.drop();
        while (true) {
            try (IoBuffer buffer = IoBuffer.borrow()) {
                if (readBody(current, buffer)) {
                    frame = null;
                    return;
                }
            }
            transport.awaitReadable(Deadline.NEVER, Waiting.UNTIL_COMPLETE);
        }
    }

    private IncomingFrame current() {
        IncomingFrame current = frame;
        if (current == null) {
            throw new IllegalStateException("no message was begun");
        }
        return current;
    }

    /**
     * Tells whether an impossible length was announced: nothing can be read behind it.
     *
     * @return true from then on
     */
    public boolean hasFailed() {
        return failed;
    }

    /** Reads as much of a header as there is; null when that is not all of it. */
    private @Nullable IncomingFrame readHeader(IoBuffer buffer) throws IOException, InterruptedException {
        if (failed) {
            throw new ProtocolException("nothing can be read behind a bad message length");
        }
        while (frame == null) {
            int count = readNow(buffer, header.wanted());
            if (count < 0) {
                return null;
            }
            int length = buffer.memory().get(SHORT_LENGTH, 0);
            if (count == FrameDescriptor.HEADER_SIZE && length >= 0 && header.isIdle()) {
                frame = new IncomingFrame(length); // the usual case: all of a short header at once
            } else {
                feed(buffer.bytes().limit(count));
            }
        }
        return frame;
    }

    private void feed(ByteBuffer bytes) throws ProtocolException {
        failed = true;
        header.feed(bytes);
        if (header.isComplete()) {
            long length = header.length();
            if (length < 0) {
                throw new FrameTooLongException(length, maxLength);
            }
            frame = new IncomingFrame(length);
            header.reset();
        }
        failed = false;
    }

    /** Reads as much of a body as there is; tells whether that is all of it. */
    private boolean readBody(IncomingFrame current, IoBuffer buffer) throws IOException, InterruptedException {
        if (current.length() > maxLength) {
            current.drop();
        }
        while (!current.isReceived()) {
            if (current.isFull()) {
                if (current.isAtBoundary()) {
                    transport.expect(current.length());
                }
                current.makeRoom(current.missing() > IoBuffer.SIZE ? transport.bytesInside() : 0);
            }
            int count = readNow(buffer, (int) Math.min(current.missing(), IoBuffer.SIZE));
            if (count < 0) {
                return false;
            }
            current.keep(buffer.memory(), count);
        }
        return true;
    }

    private byte[] take(IncomingFrame current) throws FrameTooLongException {
        frame = null;
        if (current.isDropped()) {
            throw new FrameTooLongException(current.length(), maxLength);
        }
        transport.count(Direction.IN, current.length());
        return current.body();
    }

    /** Reads what is there, without waiting; -1 when that is nothing. */
    private int readNow(IoBuffer buffer, int most) throws IOException, InterruptedException {
        int count = (int) transport.read(buffer.address(), most, Deadline.NOW, waiting());
        if (count == 0) {
            throw endOfStream();
        }
        return count;
    }

    private boolean awaitMore(Deadline deadline) throws IOException, InterruptedException {
        return transport.awaitReadable(deadline, waiting());
    }

    private Waiting waiting() {
        return isInside() ? Waiting.UNTIL_COMPLETE : Waiting.INTERRUPTIBLE;
    }

    /** Says what the end of the stream means, and that it is an end: reading again finds a clean one. */
    private IOException endOfStream() {
        boolean clean = frame == null ? header.isAtBoundary() : frame.isAtBoundary();
        frame = null;
        header.reset();
        return HeaderDecoder.endOfStream(clean);
    }
}
