package io.jarpipe.interop;

/** Is left out by the tests of missing dependencies. */
public final class ErrorAbsent {
    private ErrorAbsent() {}

    /** Returns a name. */
    static String label() {
        return "present";
    }
}
