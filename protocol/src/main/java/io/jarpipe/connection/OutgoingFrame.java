package io.jarpipe.connection;

import io.jarpipe.wire.FrameEncoder;
import java.nio.ByteBuffer;

/** A message on its way out: its header, its bytes, and how many of both have been written. */
public final class OutgoingFrame {
    private final byte[] header;
    private final byte[] body;
    private final int offset;
    private final int size;
    private long written;

    /**
     * Frames a part of an array, which must not change until it is written.
     *
     * @param body holds the message
     * @param offset where it begins
     * @param size its length in bytes
     */
    public OutgoingFrame(byte[] body, int offset, int size) {
        this.header = FrameEncoder.header(size);
        this.body = body;
        this.offset = offset;
        this.size = size;
    }

    /**
     * Frames a whole array, which must not change until it is written.
     *
     * @param body the message
     */
    public OutgoingFrame(byte[] body) {
        this(body, 0, body.length);
    }

    /**
     * Tells whether the first byte was written: only finishing it keeps the stream whole then.
     *
     * @return true from the first byte on
     */
    public boolean isBegun() {
        return written > 0;
    }

    boolean isWritten() {
        return written == (long) header.length + size;
    }

    /** Copies what comes next into a cleared buffer and returns how many bytes that is. */
    int copyTo(ByteBuffer target) {
        if (written < header.length) {
            target.put(header, (int) written, header.length - (int) written);
        }
        int bodyWritten = (int) Math.max(0, written - header.length);
        int length = Math.min(target.remaining(), size - bodyWritten);
        target.put(body, offset + bodyWritten, length);
        return target.position();
    }

    void advance(int length) {
        written += length;
    }
}
