package io.jarpipe.wire;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Puts bodies into frames, in the portions in which CPython writes them. Does no I/O and keeps no state.
 *
 * <p>Frames are not written atomically by the kernel: whoever shares a stream with other writers holds their lock
 * meanwhile.
 */
public final class FrameEncoder {
    private FrameEncoder() {}

    /**
     * Returns the size of the header that a body needs.
     *
     * @param bodyLength length of the body in bytes
     * @return 4 or 12 bytes
     */
    public static int headerSize(long bodyLength) {
        return bodyLength <= FrameDescriptor.MAX_SHORT_LENGTH
                ? FrameDescriptor.HEADER_SIZE
                : FrameDescriptor.HEADER_SIZE + FrameDescriptor.EXTENDED_SIZE;
    }

    /**
     * Writes a header.
     *
     * @param bodyLength length of the body in bytes
     * @param target where {@link #headerSize} bytes go; any byte order
     * @throws IllegalArgumentException if the length is negative
     */
    public static void putHeader(long bodyLength, ByteBuffer target) {
        if (bodyLength < 0) {
            throw new IllegalArgumentException("length: " + bodyLength + " (expected: >= 0)");
        }
        if (bodyLength <= FrameDescriptor.MAX_SHORT_LENGTH) {
            putBigEndian(bodyLength, FrameDescriptor.HEADER_SIZE, target);
        } else {
            putBigEndian(FrameDescriptor.EXTENDED_ESCAPE, FrameDescriptor.HEADER_SIZE, target);
            putBigEndian(bodyLength, FrameDescriptor.EXTENDED_SIZE, target);
        }
    }

    private static void putBigEndian(long value, int size, ByteBuffer target) {
        for (int shift = Byte.SIZE * (size - 1); shift >= 0; shift -= Byte.SIZE) {
            target.put((byte) (value >>> shift));
        }
    }

    /**
     * Returns a header.
     *
     * @param bodyLength length of the body in bytes
     * @return 4 or 12 bytes
     * @throws IllegalArgumentException if the length is negative
     */
    public static byte[] header(long bodyLength) {
        byte[] header = new byte[headerSize(bodyLength)];
        putHeader(bodyLength, ByteBuffer.wrap(header));
        return header;
    }

    /**
     * Returns a whole frame as the portions to write, each with one write as far as the kernel takes it.
     *
     * @param body the body; not copied when it is long, so it must not change before it is written
     * @return header and body in one buffer up to {@link FrameDescriptor#MAX_JOINED_LENGTH}, else in two
     */
    public static List<ByteBuffer> portions(byte[] body) {
        if (body.length > FrameDescriptor.MAX_JOINED_LENGTH) {
            return List.of(ByteBuffer.wrap(header(body.length)), ByteBuffer.wrap(body));
        }
        ByteBuffer frame = ByteBuffer.allocate(headerSize(body.length) + body.length);
        putHeader(body.length, frame);
        return List.of(frame.put(body).flip());
    }

    /**
     * Returns a whole frame as one array.
     *
     * @param body the body, copied
     * @return header and body
     */
    public static byte[] frame(byte[] body) {
        ByteBuffer frame = ByteBuffer.allocate(Math.addExact(headerSize(body.length), body.length));
        putHeader(body.length, frame);
        return frame.put(body).array();
    }
}
