package io.jarpipe;

import java.io.Serial;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Says that a pickle cannot be decoded, or that a value cannot be encoded as one.
 *
 * <p>When decoding, {@link #offset()} and {@link #opcode()} name the place in the pickle; when encoding, the message
 * names the Java type and the path to the value.
 */
public final class PickleException extends ProtocolException {
    @Serial
    private static final long serialVersionUID = 1L;

    private static final long NO_OFFSET = -1;

    private final long offset;
    private final @Nullable String opcode;
    private final @Nullable String expected;
    private final @Nullable String got;

    /**
     * Creates the exception for a problem without a place in a pickle.
     *
     * @param message the problem and its cure
     */
    public PickleException(String message) {
        super(message);
        this.offset = NO_OFFSET;
        this.opcode = null;
        this.expected = null;
        this.got = null;
    }

    /**
     * Creates the exception for a problem without a place in a pickle.
     *
     * @param message the problem and its cure
     * @param cause the error that revealed the problem
     */
    public PickleException(String message, Throwable cause) {
        super(message, cause);
        this.offset = NO_OFFSET;
        this.opcode = null;
        this.expected = null;
        this.got = null;
    }

    /**
     * Creates the exception for a place in a pickle.
     *
     * @param offset index of the opcode's byte in the pickle
     * @param opcode the opcode's name as in CPython's {@code pickletools}, or null when the byte is no opcode
     * @param expected what the opcode needs, in words
     * @param got what it found, in words: a type or a length, never payload
     */
    public PickleException(long offset, @Nullable String opcode, String expected, String got) {
        super(text(offset, opcode, expected, got));
        this.offset = offset;
        this.opcode = opcode;
        this.expected = expected;
        this.got = got;
    }

    /**
     * Creates the exception for a place in a pickle, with its cause.
     *
     * @param offset index of the opcode's byte in the pickle
     * @param opcode the opcode's name as in CPython's {@code pickletools}, or null when the byte is no opcode
     * @param expected what the opcode needs, in words
     * @param got what it found, in words: a type or a length, never payload
     * @param cause the error that revealed the problem
     */
    public PickleException(long offset, @Nullable String opcode, String expected, String got, Throwable cause) {
        super(text(offset, opcode, expected, got), cause);
        this.offset = offset;
        this.opcode = opcode;
        this.expected = expected;
        this.got = got;
    }

    private static String text(long offset, @Nullable String opcode, String expected, String got) {
        String place = opcode == null ? "" : " in " + opcode;
        return "bad pickle at byte " + offset + place + ": got " + got + " (expected: " + expected + ")";
    }

    /**
     * Returns the place in the pickle.
     *
     * @return index of the opcode's byte, or empty when the problem has no place
     */
    public OptionalLong offset() {
        return offset == NO_OFFSET ? OptionalLong.empty() : OptionalLong.of(offset);
    }

    /**
     * Returns the opcode that failed.
     *
     * @return its name as in CPython's {@code pickletools}, or null when not known
     */
    public @Nullable String opcode() {
        return opcode;
    }

    /**
     * Returns what was expected.
     *
     * @return the expectation in words, or null when the message says it all
     */
    public @Nullable String expected() {
        return expected;
    }

    /**
     * Returns what was found.
     *
     * @return the finding in words, or null when the message says it all
     */
    public @Nullable String got() {
        return got;
    }
}
