package io.jarpipe;

import java.io.Serial;
import java.util.Optional;

/**
 * The bytes of an item that could not be unpickled or converted. It is one of the suppressed exceptions of what the
 * queue has thrown; {@link #of} finds it there.
 */
public final class MpItemBytes extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final byte[] pickle;

    /**
     * Keeps the bytes.
     *
     * @param pickle the item as it was in the pipe; not copied
     */
    public MpItemBytes(byte[] pickle) {
        super("an item of " + pickle.length + " bytes", null, false, false);
        this.pickle = pickle;
    }

    /**
     * Finds the bytes of the item for which a queue has thrown an exception.
     *
     * @param error what was thrown, or the cause of it
     * @return the item as it was in the pipe; empty when the exception is not about an item
     */
    public static Optional<byte[]> of(Throwable error) {
        for (Throwable suppressed : error.getSuppressed()) {
            if (suppressed instanceof MpItemBytes item) {
                return Optional.of(item.pickle);
            }
        }
        return Optional.empty();
    }
}
