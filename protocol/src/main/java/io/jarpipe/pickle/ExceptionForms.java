package io.jarpipe.pickle;

import io.jarpipe.PyException;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeoutException;

/** Finds the builtin Python exception that says what a Java one says. */
final class ExceptionForms {
    private static final String BUILTINS = "builtins";

    private ExceptionForms() {}

    /**
     * Returns the recipe of the exception. One without a counterpart becomes a RuntimeError whose text begins with the
     * Java class; the stack trace and the causes stay here.
     */
    static PyObject recipe(Throwable throwable) {
        if (throwable instanceof PyException exception) {
            return PyObject.reduce(type(exception.type()), exception.args());
        }
        String builtin = builtin(throwable);
        String message = builtin.equals("RuntimeError") ? throwable.toString() : throwable.getMessage();
        return PyObject.reduce(new PyGlobal(BUILTINS, builtin), message == null ? PyTuple.of() : PyTuple.of(message));
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
