package io.jarpipe.wire;

import io.jarpipe.ProtocolException;
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
 *    +--(-1)--&gt; EXTENDED_LENGTH             too long: FAILED
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
        /** Holds a whole frame until it is taken. */
        COMPLETE,
        /** Has seen a length that makes the stream unusable. */
        FAILED
    }

    /** The most that {@link #wanted()} ever returns, in bytes. */
    public static final int MAX_WANTED = 65536;

    private static final byte[] EMPTY = new byte[0];

    private final int maxLength;
    private final HeaderDecoder header = new HeaderDecoder();
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
        if (maxLength < 0 || maxLength > FrameDescriptor.MAX_ARRAY_LENGTH) {
            throw new IllegalArgumentException(
                    "maxLength: " + maxLength + " (expected: 0-" + FrameDescriptor.MAX_ARRAY_LENGTH + ")");
        }
        this.maxLength = maxLength;
    }

    /**
     * Returns how many bytes the current part of the frame still lacks.
     *
     * @return 1 to {@link #MAX_WANTED}, or 0 when a frame is complete or the stream has failed
     */
    public int wanted() {
        return switch (state) {
            case HEADER, EXTENDED_LENGTH -> header.wanted();
            case BODY -> (int) Math.min(length - received, MAX_WANTED);
            case COMPLETE, FAILED -> 0;
        };
    }

    /**
     * Consumes bytes that were read, at most {@link #wanted()} of them.
     *
     * @param source the bytes; those not consumed stay in it
     * @throws FrameTooLongException if the frame is over the limit
     * @throws ProtocolException if the length is negative
     * @throws IllegalStateException if the stream has failed before
     */
    public void feed(ByteBuffer source) throws ProtocolException {
        switch (state) {
            case HEADER, EXTENDED_LENGTH -> feedHeader(source);
            case BODY -> feedBody(source, Math.min(wanted(), source.remaining()));
            case COMPLETE -> {}
            case FAILED -> throw new IllegalStateException("the stream has failed: close it");
        }
    }

    private void feedHeader(ByteBuffer source) throws ProtocolException {
        try {
            header.feed(source);
        } catch (ProtocolException e) {
            state = State.FAILED;
            throw e;
        }
        if (header.isComplete()) {
            beginBody(header.length());
        } else if (header.isExtended()) {
            state = State.EXTENDED_LENGTH;
        }
    }

    private void beginBody(long announced) throws ProtocolException {
        length = announced;
        received = 0;
        if (announced < 0 || announced > maxLength) {
            state = State.FAILED;
            throw new FrameTooLongException(announced, maxLength);
        }
        body = announced == 0 ? EMPTY : new byte[(int) Math.min(announced, MAX_WANTED)];
        state = announced == 0 ? State.COMPLETE : State.BODY;
    }

    private void feedBody(ByteBuffer source, int count) {
        int filled = (int) received;
        if (body.length - filled < count) {
            body = Arrays.copyOf(body, (int) Math.min(length, Math.max(2L * body.length, (long) filled + count)));
        }
        source.get(body, filled, count);
        received += count;
        if (received == length) {
            state = State.COMPLETE;
        }
    }

    /**
     * Says whether {@link #take()} can be called.
     *
     * @return true if a whole frame was received
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
        return state == State.HEADER && header.isIdle();
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
     * @throws IllegalStateException if no frame is complete
     */
    public byte[] take() {
        if (state != State.COMPLETE) {
            throw new IllegalStateException("no complete frame, state: " + state);
        }
        byte[] taken = body;
        body = EMPTY;
        header.reset();
        state = State.HEADER;
        return taken;
    }

    /**
     * Says what the end of the stream means at this place, as CPython does: it is a clean end when no byte of the part
     * it was waiting for had come, even if that part was the body that a header had announced.
     *
     * @return an {@link java.io.EOFException} for a clean end, else a {@link ProtocolException} with CPython's text
     */
    public IOException endOfStream() {
        return HeaderDecoder.endOfStream(
                switch (state) {
                    case HEADER, EXTENDED_LENGTH -> header.isAtBoundary();
                    case BODY -> received == 0;
                    case COMPLETE -> true;
                    case FAILED -> false;
                });
    }
}
