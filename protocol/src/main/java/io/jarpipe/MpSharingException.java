package io.jarpipe;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Says that a connection, queue, lock or socket cannot be shared between Python and Java; the message says why and what
 * to do.
 *
 * <p>When it comes from receiving a message or taking an item, that one is consumed, everything else in it is closed
 * again, and the next one can be received.
 */
public final class MpSharingException extends IOException {
    @Serial
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
        MALFORMED,
        /** The process that keeps its descriptor for us has ended, or cannot be reached. */
        SENDER_GONE,
        /** Its descriptor was fetched before: each sending serves one receiver. */
        ALREADY_RECEIVED,
        /** The sender has another authkey. */
        AUTHENTICATION,
        /** Without an authkey nothing can be passed on at run time. */
        NO_KEY,
        /** The process that keeps its descriptor did not answer in time. */
        TIMED_OUT,
        /** The operating system refused, or the other process broke the protocol: see the cause. */
        FAILED
    }

    private final Reason reason;
    private final String pythonType;
    private final @Nullable String name;

    /**
     * Creates the exception.
     *
     * @param reason why the object cannot be shared
     * @param pythonType its Python type by qualified name
     * @param name the name of the semaphore concerned, or null
     * @param message problem and cure
     * @param cause the error that revealed the problem, or null
     */
    public MpSharingException(
            Reason reason, String pythonType, @Nullable String name, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.pythonType = pythonType;
        this.name = name;
    }

    /**
     * Creates the exception for a pickle of an unknown form.
     *
     * @param pythonType the Python type by qualified name
     * @param expected what the pickle should hold
     * @return the exception
     */
    public static MpSharingException malformed(String pythonType, String expected) {
        return new MpSharingException(
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
