package io.jarpipe.wire;

import io.jarpipe.ProtocolException;
import java.io.Serial;

/** Says that the peer announced a frame longer than the receiver's limit. */
public final class FrameTooLongException extends ProtocolException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final long length;
    private final long maxLength;

    /**
     * Creates the exception.
     *
     * @param length the announced length in bytes, unsigned
     * @param maxLength the longest accepted length in bytes
     */
    public FrameTooLongException(long length, long maxLength) {
        super("bad message length: " + Long.toUnsignedString(length) + " (expected: <= " + maxLength + ")");
        this.length = length;
        this.maxLength = maxLength;
    }

    /**
     * Returns the announced length.
     *
     * @return the length in bytes, unsigned
     */
    public long length() {
        return length;
    }

    /**
     * Returns the limit.
     *
     * @return the longest accepted length in bytes
     */
    public long maxLength() {
        return maxLength;
    }
}
