package io.jarpipe.wire;

import io.jarpipe.ProtocolException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Cuts the header of a frame, in either of its forms, out of a byte stream that the caller reads. Does no I/O; not
 * thread-safe.
 *
 * <p>It never wants a byte beyond the header: while {@link #isComplete()} is false, read up to {@link #wanted()} bytes
 * and {@link #feed} them; then look at {@link #length()} and {@link #reset()} for the next frame.
 */
public final class HeaderDecoder {
    private final ByteBuffer field =
            ByteBuffer.allocate(Math.max(FrameDescriptor.HEADER_SIZE, FrameDescriptor.EXTENDED_SIZE));
    private boolean extended;
    private boolean complete;
    private long length;

    /** Creates a decoder at the boundary before a frame. */
    public HeaderDecoder() {
        reset();
    }

    /** Begins the header of the next frame. */
    public void reset() {
        extended = false;
        complete = false;
        field.clear().limit(FrameDescriptor.HEADER_SIZE);
    }

    /**
     * Returns how many bytes the current part of the header still lacks.
     *
     * @return 1 to 8, or 0 when the header is complete
     */
    public int wanted() {
        return complete ? 0 : field.remaining();
    }

    /**
     * Consumes bytes that were read, at most {@link #wanted()} of them.
     *
     * @param source the bytes; those not consumed stay in it
     * @throws ProtocolException if the length is negative without announcing the second form; CPython takes such a
     *     frame for an empty one and goes on in the middle of whatever follows
     */
    public void feed(ByteBuffer source) throws ProtocolException {
        int count = Math.min(wanted(), source.remaining());
        field.put(field.position(), source, source.position(), count);
        field.position(field.position() + count);
        source.position(source.position() + count);
        if (complete || field.hasRemaining()) {
            return;
        }
        if (extended) {
            complete(field.getLong(0));
        } else if (field.getInt(0) == FrameDescriptor.EXTENDED_ESCAPE) {
            extended = true;
            field.clear().limit(FrameDescriptor.EXTENDED_SIZE);
        } else if (field.getInt(0) < 0) {
            throw new ProtocolException(
                    "bad message length: " + field.getInt(0) + " (expected: >= 0, or -1 before a 64-bit length)");
        } else {
            complete(field.getInt(0));
        }
    }

    private void complete(long announced) {
        length = announced;
        complete = true;
    }

    /**
     * Says whether {@link #length()} is known.
     *
     * @return true if the whole header was received
     */
    public boolean isComplete() {
        return complete;
    }

    /**
     * Returns the length of the body that follows.
     *
     * @return the length in bytes, unsigned
     */
    public long length() {
        return length;
    }

    /**
     * Says whether the second form of the header is being received.
     *
     * @return true once the first length field was -1
     */
    public boolean isExtended() {
        return extended;
    }

    /**
     * Says whether the stream is between two frames.
     *
     * @return true if no byte of the next frame was consumed
     */
    public boolean isIdle() {
        return !extended && field.position() == 0;
    }

    /**
     * Says whether the stream may end here without anything missing in the eyes of CPython: no byte of the part it
     * waits for has come.
     *
     * @return true between frames, and right after a first length field of -1
     */
    public boolean isAtBoundary() {
        return field.position() == 0;
    }

    /**
     * Says what the end of a stream means, as CPython does ({@code Lib/multiprocessing/connection.py},
     * {@code Connection._recv}).
     *
     * @param clean whether no byte of the part that was being read had come, be that a header or a body
     * @return an {@link EOFException} for a clean end, else a {@link ProtocolException} with CPython's text
     */
    public static IOException endOfStream(boolean clean) {
        return clean
                ? new EOFException("the peer closed the connection")
                : new ProtocolException("got end of file during message");
    }
}
