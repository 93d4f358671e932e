package io.jarpipe.wire;

import io.jarpipe.ProtocolException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Cuts frames out of a byte stream that the caller reads. Does no I/O; not thread-safe.
 *
 * <p>The decoder never wants bytes beyond the current frame, so a stream that is shared with other readers stays in
 * order: while {@link #isComplete()} is false, read up to {@link #wanted()} bytes and {@link #feed} them; then
 * {@link #take()} the frame. Memory grows with the bytes received; the announced length alone allocates at most 64 KiB.
 *
 * <pre>
 *  HEADER --n--&gt; BODY ------------&gt; COMPLETE --take--&gt; HEADER
 *    |            ^
 *    +--(-1)--&gt; EXTENDED_LENGTH
 *                                        too long: BODY is replaced by DRAINING or by FAILED
 * </pre>
 */
public final class FrameDecoder {
    /** Where in a frame the decoder stands. */
    public enum State {
        /** Collects the first length field; with none of its bytes received this is the boundary between frames. */
        HEADER,
        /** Collects the second length field. */
        EXTENDED_LENGTH,
        /** Collects the body. */
        BODY,
        /** Drops the body of a frame that is over the limit. */
        DRAINING,
        /** Holds a whole frame, or the news that one was dropped, until it is taken. */
        COMPLETE,
        /** Has seen a length that makes the stream unusable. */
        FAILED
    }

    /** What happens to a frame that is longer than the limit. */
    public enum OverLimit {
        /** {@link FrameDecoder#feed} throws, and the stream is unusable: right for a stream with one reader. */
        FAIL,
        /**
         * The body is read and dropped, then {@link FrameDecoder#take} throws, and the stream stays usable: right for a
         * stream that others read too.
         */
        DRAIN
    }

    /** The most that {@link #wanted()} ever returns, in bytes. */
    public static final int MAX_WANTED = 65536;

    private static final byte[] EMPTY = new byte[0];

    private final int maxLength;
    private final OverLimit overLimit;
    private final ByteBuffer lengthField =
            ByteBuffer.allocate(Math.max(FrameDescriptor.HEADER_SIZE, FrameDescriptor.EXTENDED_SIZE));
    private State state = State.HEADER;
    private byte[] body = EMPTY;
    private long length;
    private long received;

    /**
     * Creates a decoder that fails on a frame over the limit.
     *
     * @param maxLength the longest accepted body, in bytes
     * @throws IllegalArgumentException if the limit is negative or larger than a Java array
     */
    public FrameDecoder(int maxLength) {
        this(maxLength, OverLimit.FAIL);
    }

    /**
     * Creates a decoder.
     *
     * @param maxLength the longest accepted body, in bytes
     * @param overLimit what happens to longer frames
     * @throws IllegalArgumentException if the limit is negative or larger than a Java array
     */
    public FrameDecoder(int maxLength, OverLimit overLimit) {
        if (maxLength < 0 || maxLength > FrameDescriptor.MAX_ARRAY_LENGTH) {
            throw new IllegalArgumentException(
                    "maxLength: " + maxLength + " (expected: 0-" + FrameDescriptor.MAX_ARRAY_LENGTH + ")");
        }
        this.maxLength = maxLength;
        this.overLimit = overLimit;
        awaitField(State.HEADER, FrameDescriptor.HEADER_SIZE);
    }

    private void awaitField(State next, int size) {
        state = next;
        lengthField.clear().limit(size);
    }

    /**
     * Returns how many bytes the current part of the frame still lacks.
     *
     * @return 1 to {@link #MAX_WANTED}, or 0 when a frame is complete or the stream has failed
     */
    public int wanted() {
        return switch (state) {
            case HEADER, EXTENDED_LENGTH -> lengthField.remaining();
            case BODY, DRAINING -> (int) Math.min(length - received, MAX_WANTED);
            case COMPLETE, FAILED -> 0;
        };
    }

    /**
     * Consumes bytes that were read, at most {@link #wanted()} of them.
     *
     * @param source the bytes; those not consumed stay in it
     * @throws FrameTooLongException if the frame is over the limit and the decoder was told to fail
     * @throws ProtocolException if the length is negative, or too large to be skipped
     * @throws IllegalStateException if the stream has failed before
     */
    public void feed(ByteBuffer source) throws ProtocolException {
        int count = Math.min(wanted(), source.remaining());
        switch (state) {
            case HEADER, EXTENDED_LENGTH -> feedField(source, count);
            case BODY -> feedBody(source, count);
            case DRAINING -> {
                source.position(source.position() + count);
                countReceived(count);
            }
            case COMPLETE -> {}
            case FAILED -> throw new IllegalStateException("the stream has failed: close it");
        }
    }

    private void feedField(ByteBuffer source, int count) throws ProtocolException {
        lengthField.put(lengthField.position(), source, source.position(), count);
        lengthField.position(lengthField.position() + count);
        source.position(source.position() + count);
        if (lengthField.hasRemaining()) {
            return;
        }
        if (state == State.EXTENDED_LENGTH) {
            beginBody(lengthField.getLong(0));
        } else if (lengthField.getInt(0) == FrameDescriptor.EXTENDED_ESCAPE) {
            awaitField(State.EXTENDED_LENGTH, FrameDescriptor.EXTENDED_SIZE);
        } else {
            beginShortBody(lengthField.getInt(0));
        }
    }

    private void beginShortBody(int announced) throws ProtocolException {
        if (announced < 0) {
            state = State.FAILED;
            throw new ProtocolException("length: " + announced + " (expected: >= 0, or -1 before a 64-bit length)");
        }
        beginBody(announced);
    }

    private void beginBody(long announced) throws ProtocolException {
        length = announced;
        received = 0;
        if (announced >= 0 && announced <= maxLength) {
            body = announced == 0 ? EMPTY : new byte[(int) Math.min(announced, MAX_WANTED)];
            state = announced == 0 ? State.COMPLETE : State.BODY;
        } else if (overLimit == OverLimit.DRAIN && announced > 0) {
            state = State.DRAINING;
        } else {
            state = State.FAILED;
            throw new FrameTooLongException(announced, maxLength);
        }
    }

    private void feedBody(ByteBuffer source, int count) {
        int filled = (int) received;
        if (body.length - filled < count) {
            body = Arrays.copyOf(body, (int) Math.min(length, Math.max(2L * body.length, (long) filled + count)));
        }
        source.get(body, filled, count);
        countReceived(count);
    }

    private void countReceived(int count) {
        received += count;
        if (received == length) {
            state = State.COMPLETE;
        }
    }

    /**
     * Says whether {@link #take()} can be called.
     *
     * @return true if a whole frame was received, or dropped
     */
    public boolean isComplete() {
        return state == State.COMPLETE;
    }

    /**
     * Says whether the stream is between two frames.
     *
     * @return true if no byte of the next frame was consumed
     */
    public boolean isIdle() {
        return state == State.HEADER && lengthField.position() == 0;
    }

    /**
     * Returns where in a frame the decoder stands.
     *
     * @return the state
     */
    public State state() {
        return state;
    }

    /**
     * Returns the frame's body and makes the decoder ready for the next frame.
     *
     * @return the body; the caller's own
     * @throws FrameTooLongException if the frame was over the limit and has been dropped; the decoder is ready for the
     *     next
     * @throws IllegalStateException if no frame is complete
     */
    public byte[] take() throws FrameTooLongException {
        if (state != State.COMPLETE) {
            throw new IllegalStateException("no complete frame, state: " + state);
        }
        byte[] taken = body;
        body = EMPTY;
        awaitField(State.HEADER, FrameDescriptor.HEADER_SIZE);
        if (length > maxLength) {
            throw new FrameTooLongException(length, maxLength);
        }
        return taken;
    }

    /**
     * Says what the end of the stream means at this place, as CPython does: it is a clean end when no byte of the part
     * it was waiting for had come, even if that part was the body that a header had announced.
     *
     * @return an {@link EOFException} for a clean end, else a {@link ProtocolException} with CPython's text
     */
    public IOException endOfStream() {
        boolean clean = switch (state) {
            case HEADER, EXTENDED_LENGTH -> lengthField.position() == 0;
            case BODY, DRAINING -> received == 0;
            case COMPLETE -> true;
            case FAILED -> false;
        };
        return clean
                ? new EOFException("the peer closed the connection")
                : new ProtocolException("got end of file during message");
    }
}
