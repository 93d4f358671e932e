package io.jarpipe;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * An exception that was raised in Python, or that Python shall see.
 *
 * <p>Unchecked, because it stands for the failure of remote code, not of the transport. Encoded into a pickle it
 * becomes the named Python exception with the same arguments.
 */
public final class PyException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String type;
    private final transient PyTuple args;
    private final @Nullable String traceback;

    /**
     * Creates the exception.
     *
     * @param type the Python class: {@code "ValueError"} for a builtin, else {@code "module.QualName"}
     * @param args the exception's {@code args}
     * @param traceback the traceback as Python would print it, or null when it did not travel
     */
    public PyException(String type, PyTuple args, @Nullable String traceback) {
        super(text(type, args));
        this.type = type;
        this.args = args;
        this.traceback = traceback;
    }

    private static String text(String type, PyTuple args) {
        return switch (args.size()) {
            case 0 -> type;
            case 1 -> type + ": " + args.get(0);
            default -> type + ": " + args;
        };
    }

    /**
     * Returns the Python class.
     *
     * @return {@code "ValueError"} for a builtin, else {@code "module.QualName"}
     */
    public String type() {
        return type;
    }

    /**
     * Returns the exception's {@code args}.
     *
     * @return the arguments; empty after Java serialization, which this class does not support for them
     */
    public PyTuple args() {
        return args == null ? PyTuple.of() : args;
    }

    /**
     * Returns the traceback text.
     *
     * @return the text as Python prints it, or null when it did not travel
     */
    public @Nullable String traceback() {
        return traceback;
    }
}
