package io.jarpipe.types;

import io.jarpipe.PyException;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes exceptions, alone or together with the traceback of the process where they were raised.
 *
 * <p>Source: CPython 3.8 - 3.15 {@code Objects/exceptions.c, BaseException_reduce; Lib/multiprocessing/pool.py,
 * ExceptionWithTraceback; Lib/concurrent/futures/process.py, _ExceptionWithTraceback}.
 */
final class Exceptions {
    private static final String BUILTINS = "builtins";
    private static final String POOL = "multiprocessing.pool";
    private static final PyGlobal REBUILD = new PyGlobal(POOL, "rebuild_exc");
    static final List<PyGlobal> REBUILDERS =
            List.of(REBUILD, new PyGlobal("concurrent.futures.process", "_rebuild_exc"));

    /** Python prints the traceback between these, as the text of the cause. */
    private static final String QUOTES = "\"\"\"";

    private static final List<String> BUILTIN_NAMES = List.of("""
            BaseException BaseExceptionGroup GeneratorExit KeyboardInterrupt SystemExit Exception ArithmeticError
            FloatingPointError OverflowError ZeroDivisionError AssertionError AttributeError BufferError EOFError
            ExceptionGroup ImportError ImportCycleError ModuleNotFoundError LookupError IndexError KeyError MemoryError NameError
            UnboundLocalError OSError BlockingIOError ChildProcessError ConnectionError BrokenPipeError
            ConnectionAbortedError ConnectionRefusedError ConnectionResetError FileExistsError FileNotFoundError
            InterruptedError IsADirectoryError NotADirectoryError PermissionError ProcessLookupError TimeoutError
            ReferenceError RuntimeError NotImplementedError PythonFinalizationError RecursionError StopAsyncIteration
            StopIteration SyntaxError IncompleteInputError _IncompleteInputError IndentationError TabError SystemError
            TypeError ValueError UnicodeError UnicodeDecodeError UnicodeEncodeError UnicodeTranslateError Warning
            BytesWarning DeprecationWarning EncodingWarning FutureWarning ImportWarning PendingDeprecationWarning
            ResourceWarning RuntimeWarning SyntaxWarning UnicodeWarning UserWarning
            """.split("\\s+"));

    private static final List<PyGlobal> OTHERS = List.of(
            new PyGlobal("multiprocessing.context", "ProcessError"),
            new PyGlobal("multiprocessing.context", "BufferTooShort"),
            new PyGlobal("multiprocessing.context", "TimeoutError"),
            new PyGlobal("multiprocessing.context", "AuthenticationError"),
            new PyGlobal("multiprocessing.managers", "RemoteError"),
            new PyGlobal(POOL, "MaybeEncodingError"),
            new PyGlobal(POOL, "RemoteTraceback"),
            new PyGlobal("queue", "Full"),
            new PyGlobal("queue", "Empty"),
            new PyGlobal("_queue", "Empty"));

    private Exceptions() {}

    /** Returns the classes whose calls become PyExceptions. */
    static Stream<PyGlobal> classes() {
        return Stream.concat(BUILTIN_NAMES.stream().map(name -> new PyGlobal(BUILTINS, name)), OTHERS.stream());
    }

    static PyException exception(PyObject recipe) {
        return PyException.of(recipe);
    }

    /** Reads an exception of any class, for here it is certain that it is one. */
    static @Nullable PyException withTraceback(PyObject recipe) {
        if (recipe.args().size() != 2 || !(recipe.args().get(1) instanceof String traceback)) {
            return null;
        }
        PyObject exception = switch (recipe.args().get(0)) {
            case PyException known when known.traceback() == null -> known.recipe();
            case PyObject unknown -> unknown;
            case null, default -> null;
        };
        return exception == null ? null : PyException.of(recipe, exception, withoutQuotes(traceback));
    }

    private static String withoutQuotes(String traceback) {
        String text = traceback.strip();
        return text.length() >= 2 * QUOTES.length() && text.startsWith(QUOTES) && text.endsWith(QUOTES)
                ? text.substring(QUOTES.length(), text.length() - QUOTES.length())
                        .strip()
                : traceback;
    }

    /**
     * Returns the recipe of an exception. One without a counterpart becomes a RuntimeError whose text begins with the
     * Java class. The stack trace and the causes go along as text.
     */
    static PyObject recipe(Throwable throwable) {
        if (throwable instanceof PyException exception) {
            return recipe(exception);
        }
        String builtin = builtin(throwable);
        String message = builtin.equals("RuntimeError") ? throwable.toString() : throwable.getMessage();
        PyTuple args = message == null ? PyTuple.of() : PyTuple.of(message);
        StringWriter trace = new StringWriter();
        throwable.printStackTrace(new PrintWriter(trace, true));
        return rebuild(PyObject.reduce(new PyGlobal(BUILTINS, builtin), args), trace.toString());
    }

    private static PyObject recipe(PyException exception) {
        PyObject original = exception.recipe();
        if (original != null) {
            return original;
        }
        PyObject recipe = PyObject.reduce(type(exception.type()), exception.args());
        String traceback = exception.traceback();
        return traceback == null ? recipe : rebuild(recipe, traceback);
    }

    private static PyObject rebuild(PyObject exception, String traceback) {
        return PyObject.reduce(
                REBUILD, PyTuple.of(exception, "\n" + QUOTES + "\n" + traceback.stripTrailing() + "\n" + QUOTES));
    }

    private static PyGlobal type(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0 ? new PyGlobal(BUILTINS, name) : new PyGlobal(name.substring(0, dot), name.substring(dot + 1));
    }

    private static String builtin(Throwable throwable) {
        return switch (throwable) {
            case NumberFormatException e -> "ValueError";
            case IllegalArgumentException e -> "ValueError";
            case IndexOutOfBoundsException e -> "IndexError";
            case NoSuchElementException e -> "KeyError";
            case ClassCastException e -> "TypeError";
            case ArithmeticException e -> "ArithmeticError";
            case UnsupportedOperationException e -> "NotImplementedError";
            case TimeoutException e -> "TimeoutError";
            case EOFException e -> "EOFError";
            case FileNotFoundException e -> "FileNotFoundError";
            case NoSuchFileException e -> "FileNotFoundError";
            case IOException e -> "OSError";
            case OutOfMemoryError e -> "MemoryError";
            case StackOverflowError e -> "RecursionError";
            case AssertionError e -> "AssertionError";
            default -> "RuntimeError";
        };
    }
}
