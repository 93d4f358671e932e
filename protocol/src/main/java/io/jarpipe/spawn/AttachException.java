package io.jarpipe.spawn;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reports that an object among a process's arguments cannot be shared with Java; the message says why and what to do.
 */
public final class AttachException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Why the object cannot be shared. */
    public enum Reason {
        /** Its semaphores have no name: it was made in a fork context. */
        FORK_CONTEXT,
        /** Its name is gone: the object that created it was garbage-collected, or its process has ended. */
        VANISHED,
        /** Java has no counterpart for it. */
        UNSUPPORTED,
        /** The pickle does not have the form that CPython gives it. */
        MALFORMED
    }

    private final Reason reason;
    private final String pythonType;
    private final @Nullable String name;

    AttachException(
            Reason reason, String pythonType, @Nullable String name, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.pythonType = pythonType;
        this.name = name;
    }

    static AttachException malformed(String pythonType, String expected) {
        return new AttachException(
                Reason.MALFORMED,
                pythonType,
                null,
                "the pickle of a " + pythonType + " is not of the form that CPython 3.8 to 3.15 write: expected "
                        + expected,
                null);
    }

    /**
     * Returns why the object cannot be shared.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }

    /**
     * Returns the Python type of the object.
     *
     * @return its qualified name
     */
    public String pythonType() {
        return pythonType;
    }

    /**
     * Returns the name of the semaphore concerned.
     *
     * @return the name with its leading slash, or null
     */
    public @Nullable String name() {
        return name;
    }
}
