package io.jarpipe.interop;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Targets that cannot be started with the arguments of the tests, or that fail. */
public final class ErrorWorkers {
    /** Exists so that {@link #notStatic} has an instance to be called on. */
    public ErrorWorkers() {}

    /** Takes a string. */
    public static void text(String value) {
        requireSomething(value);
    }

    /** Takes strings. */
    public static void texts(List<String> values) {
        requireSomething(values);
    }

    /** Takes strings that map to numbers of 32 bits. */
    public static void counts(Map<String, Integer> counts) {
        requireSomething(counts);
    }

    /** Takes a number of 32 bits. */
    public static void number(int value) {
        requireSomething(value);
    }

    /** Is overloaded; the arguments decide. */
    public static void either(String value) {
        requireSomething(value);
    }

    /** Is overloaded; the arguments decide. */
    public static void either(long value) {
        requireSomething(value);
    }

    /** Cannot be a target: it is not static. */
    public void notStatic() {
        requireSomething(this);
    }

    /** Fails with a cause. */
    public static void failWithCause() throws IOException {
        try {
            text("");
        } catch (IllegalArgumentException e) {
            throw new IOException("outer", e);
        }
    }

    /** Fails with an error of the JVM. */
    @SuppressWarnings("InfiniteRecursion") // that is what the test wants
    public static void overflow() {
        overflow();
    }

    private static void requireSomething(Object value) {
        if (value.equals("")) {
            throw new IllegalArgumentException("inner");
        }
    }
}
