package io.jarpipe.interop;

/** Needs {@link ErrorAbsent} as soon as its methods are looked at. */
public final class ErrorSignature {
    private ErrorSignature() {}

    /** Takes what nobody can give. */
    public static void run(ErrorAbsent value) {
        System.out.println(value.hashCode());
    }
}
