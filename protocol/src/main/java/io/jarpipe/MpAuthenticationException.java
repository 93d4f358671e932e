package io.jarpipe;

import java.io.IOException;
import java.io.Serial;

/**
 * Says that the handshake with the peer failed, mostly because the two sides use different keys.
 *
 * <p>Counterpart of {@code multiprocessing.AuthenticationError}; the messages begin with CPython's own texts. Keys,
 * challenges and digests never appear in them.
 */
public final class MpAuthenticationException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message the problem and its cure
     */
    public MpAuthenticationException(String message) {
        super(message);
    }
}
