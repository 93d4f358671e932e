package io.jarpipe.connection;

import io.jarpipe.wire.FrameDescriptor;
import io.jarpipe.wire.FrameEncoder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A message on its way out: its header, its bytes, and how many of both have been written. */
public final class OutgoingFrame {
    private static final byte[] NO_HEADER = new byte[0];

    private final byte[] header;
    private final MemorySegment body;
    private final long length;
    private long written;

    private OutgoingFrame(byte[] header, MemorySegment body) {
        this.header = header;
        this.body = body;
        this.length = header.length + body.byteSize();
    }

    /**
     * Frames memory, native or not, which must neither change nor be freed until it is written.
     *
     * @param body the message, of any length
     */
    public OutgoingFrame(MemorySegment body) {
        this(FrameEncoder.header(body.byteSize()), body);
    }

    /**
     * Frames a part of an array, which must not change until it is written.
     *
     * @param body holds the message
     * @param offset where it begins
     * @param size its length in bytes
     */
    public OutgoingFrame(byte[] body, int offset, int size) {
        this(MemorySegment.ofArray(body).asSlice(offset, size));
    }

    /**
     * Frames a whole array, which must not change until it is written.
     *
     * @param body the message
     */
    public OutgoingFrame(byte[] body) {
        this(MemorySegment.ofArray(body));
    }

    /** Frames the beginning of a message whose rest is not known yet. */
    static OutgoingFrame beginning(long length, byte[] bytes) {
        return new OutgoingFrame(FrameEncoder.header(length), MemorySegment.ofArray(bytes));
    }

    /** Goes on with a message that was begun. */
    static OutgoingFrame continuation(byte[] bytes, int size) {
        return new OutgoingFrame(NO_HEADER, MemorySegment.ofArray(bytes).asSlice(0, size));
    }

    /**
     * Tells whether the first byte was written: only finishing it keeps the stream whole then.
     *
     * @return true from the first byte on
     */
    public boolean isBegun() {
        return written > 0;
    }

    /** Tells whether it begins a message, rather than going on with one. */
    boolean hasHeader() {
        return header.length > 0;
    }

    /** Returns how many bytes it has without the header. */
    long bodyLength() {
        return body.byteSize();
    }

    /** Returns how many bytes are left to write. */
    long remaining() {
        return length - written;
    }

    /**
     * Tells whether some bytes were written and others were not.
     *
     * @return true from the first byte until the last
     */
    public boolean isPartial() {
        return written > 0 && written < length;
    }

    /**
     * Tells whether all of it was written.
     *
     * @return true from the last byte on
     */
    public boolean isWritten() {
        return written == length;
    }

    /** Tells whether what comes next is a long piece of native memory, which needs no copy on its way to the kernel. */
    boolean isDirect() {
        return body.isNative() && body.byteSize() > FrameDescriptor.MAX_JOINED_LENGTH && written >= header.length;
    }

    /** Returns what is left of a direct piece. */
    MemorySegment rest() {
        return body.asSlice(written - header.length);
    }

    /**
     * Copies what comes next into a buffer and returns how many bytes that is; of a message sent directly, the header.
     */
    long copyTo(MemorySegment target) {
        long position = 0;
        if (written < header.length) {
            int rest = header.length - (int) written;
            MemorySegment.copy(header, (int) written, target, ValueLayout.JAVA_BYTE, 0, rest);
            position = rest;
            if (body.isNative() && body.byteSize() > FrameDescriptor.MAX_JOINED_LENGTH) {
                return position;
            }
        }
        long bodyWritten = Math.max(0, written - header.length);
        long count = Math.min(target.byteSize() - position, body.byteSize() - bodyWritten);
        MemorySegment.copy(body, bodyWritten, target, position, count);
        return position + count;
    }

    /** Copies all that is left, which fits, and returns how many bytes that is. */
    long copyAll(MemorySegment target) {
        int header = (int) Math.max(0, this.header.length - written);
        MemorySegment.copy(this.header, this.header.length - header, target, ValueLayout.JAVA_BYTE, 0, header);
        long count = remaining() - header;
        MemorySegment.copy(body, body.byteSize() - count, target, header, count);
        return header + count;
    }

    void advance(long count) {
        written += count;
    }
}
