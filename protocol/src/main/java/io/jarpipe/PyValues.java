package io.jarpipe;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Compares values as Python does where Java's own rule differs: {@code byte[]} by content. */
final class PyValues {
    private PyValues() {}

    static boolean equal(@Nullable Object left, @Nullable Object right) {
        if (left instanceof byte[] a && right instanceof byte[] b) {
            return Arrays.equals(a, b);
        }
        return Objects.equals(left, right);
    }

    static int hash(@Nullable Object value) {
        return value instanceof byte[] bytes ? Arrays.hashCode(bytes) : Objects.hashCode(value);
    }
}
