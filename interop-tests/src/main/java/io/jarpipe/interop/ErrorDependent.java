package io.jarpipe.interop;

/** Needs {@link ErrorAbsent} when one of its methods runs. */
public final class ErrorDependent {
    private ErrorDependent() {}

    /** Prints a label that comes from the other class. */
    public static void run() {
        System.out.println(ErrorAbsent.label());
    }
}
