package io.jarpipe;

import java.io.IOException;
import java.io.Serial;

/**
 * Says that bytes sent by the peer break the protocol: a bad length, a frame cut short, a malformed pickle.
 *
 * <p>The operating system's errors are a {@code PosixException} instead, and wrong use by our own caller is an
 * {@link IllegalArgumentException} or {@link IllegalStateException}. Messages never hold keys or payload bytes.
 */
public class ProtocolException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what was expected and what came
     */
    public ProtocolException(String message) {
        super(message);
    }

    /**
     * Creates the exception with its cause.
     *
     * @param message what was expected and what came
     * @param cause the error that revealed the problem
     */
    public ProtocolException(String message, Throwable cause) {
        super(message, cause);
    }
}
