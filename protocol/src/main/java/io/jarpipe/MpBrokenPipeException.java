package io.jarpipe;

import java.io.IOException;
import java.io.Serial;

/**
 * Says that something was written although nobody is left who could read it.
 *
 * <p>Counterpart of {@code BrokenPipeError} (EPIPE).
 */
public final class MpBrokenPipeException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what was written to whom
     */
    public MpBrokenPipeException(String message) {
        super(message);
    }

    /**
     * Creates the exception with its cause.
     *
     * @param message what was written to whom
     * @param cause the operating system's error
     */
    public MpBrokenPipeException(String message, Throwable cause) {
        super(message, cause);
    }
}
