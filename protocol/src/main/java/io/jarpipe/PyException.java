package io.jarpipe;

import java.io.Serial;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An exception that was raised in Python, or that Python shall see.
 *
 * <p>Unchecked, because it stands for the failure of remote code, not of the transport. Encoded into a pickle it
 * becomes the named Python exception with the same arguments; one that came from Python goes back exactly as it came,
 * with its notes and attributes. Compared by identity, as in Python.
 */
public final class PyException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private static final String REMOTE_TRACEBACK = "multiprocessing.pool.RemoteTraceback";
    private static final String BUILTINS = "builtins.";

    private final String type;
    private final transient @Nullable PyTuple args;
    private final @Nullable String traceback;
    private final transient @Nullable PyObject recipe;
    private final transient @Nullable PyObject exception;

    /**
     * Creates the exception.
     *
     * @param type the Python class: {@code "ValueError"} for a builtin, else {@code "module.QualName"}
     * @param args the exception's {@code args}
     * @param traceback the traceback as Python would print it, or null when it did not travel
     */
    public PyException(String type, PyTuple args, @Nullable String traceback) {
        this.type = type;
        this.args = args;
        this.traceback = traceback;
        this.recipe = null;
        this.exception = null;
        addCause();
        super.fillInStackTrace();
    }

    private PyException(PyObject recipe, PyObject exception, @Nullable String traceback) {
        this.type = withoutBuiltins(exception.className());
        this.args = exception.args();
        this.traceback = traceback;
        this.recipe = recipe;
        this.exception = exception;
        addCause();
    }

    /**
     * Wraps an exception that Python has pickled. It has no Java stack trace, for nothing happened in Java.
     *
     * @param recipe how Python builds it: a call of the exception's class
     * @return the exception, a view of the recipe
     */
    public static PyException of(PyObject recipe) {
        return new PyException(recipe, recipe, null);
    }

    /**
     * Wraps an exception that travels together with its traceback, as from a worker of a {@code multiprocessing.Pool}.
     *
     * @param recipe how Python builds both: a call like {@code multiprocessing.pool.rebuild_exc(exception, traceback)}
     * @param exception how Python builds the exception itself
     * @param traceback the traceback as text
     * @return the exception; the traceback is also its cause, so that Java prints it
     */
    public static PyException of(PyObject recipe, PyObject exception, String traceback) {
        return new PyException(recipe, exception, traceback);
    }

    private void addCause() {
        if (traceback != null && !type.equals(REMOTE_TRACEBACK)) {
            initCause(new PyException(REMOTE_TRACEBACK, PyTuple.of(traceback.strip()), null));
        }
    }

    private static String withoutBuiltins(String className) {
        return className.startsWith(BUILTINS) ? className.substring(BUILTINS.length()) : className;
    }

    /** Does nothing while the fields are not set, so that only exceptions that are made in Java have a stack trace. */
    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // nothing to guard: the constructor calls super's own
    public Throwable fillInStackTrace() {
        return type == null ? this : super.fillInStackTrace();
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
     * Returns the arguments with which Python makes the exception: its {@code args}, for an {@code OSError} followed by
     * the file names.
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

    /**
     * Returns the notes that {@code add_note} has added in Python 3.11 or newer.
     *
     * @return the notes in order; empty when there are none
     */
    public List<String> notes() {
        return exception != null
                        && exception.state() instanceof Map<?, ?> attributes
                        && attributes.get("__notes__") instanceof List<?> notes
                ? notes.stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .toList()
                : List.of();
    }

    /**
     * Returns how Python builds the exception.
     *
     * @return the recipe that came from Python, or null for an exception that was made in Java
     */
    public @Nullable PyObject recipe() {
        return recipe;
    }

    /**
     * Returns class and arguments, as the last line of a Python traceback does.
     *
     * @return for example {@code ValueError: bad}
     */
    @Override
    public String getMessage() {
        PyTuple values = args();
        return switch (values.size()) {
            case 0 -> type;
            case 1 -> type + ": " + brief(values.get(0));
            default ->
                type + ": " + values.stream().map(PyException::brief).collect(Collectors.joining(", ", "(", ")"));
        };
    }

    /** Names containers by their class alone: a few bytes of pickle can describe one that prints for ever. */
    private static String brief(@Nullable Object value) {
        return switch (value) {
            case null -> "None";
            case PyException other -> other.type();
            case Iterable<?> values -> value.getClass().getSimpleName();
            case Map<?, ?> values -> value.getClass().getSimpleName();
            default -> value.toString();
        };
    }
}
