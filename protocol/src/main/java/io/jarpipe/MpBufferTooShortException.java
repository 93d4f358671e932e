package io.jarpipe;

import java.io.IOException;
import java.io.Serial;

/**
 * Says that a message did not fit into the buffer it was to be received into. The message is consumed and held here;
 * the connection stays usable.
 *
 * <p>Counterpart of {@code multiprocessing.BufferTooShort}, whose only argument is the message.
 */
public final class MpBufferTooShortException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final byte[] content;

    /**
     * Creates the exception.
     *
     * @param content the whole message, which now belongs to the exception
     * @param room how many bytes the buffer had for it
     */
    public MpBufferTooShortException(byte[] content, long room) {
        super("message of " + content.length + " bytes (expected: <= " + room + ", the room in the buffer)");
        this.content = content;
    }

    /**
     * Returns the message.
     *
     * @return all its bytes, not a copy
     */
    public byte[] content() {
        return content;
    }
}
