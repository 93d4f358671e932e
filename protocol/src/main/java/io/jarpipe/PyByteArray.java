package io.jarpipe;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A Python {@code bytearray}: it wraps an array, which stays writable.
 *
 * <p>Equal by content, like in Python, and like there unsuitable as a key. Not thread-safe.
 */
public final class PyByteArray {
    private final byte[] content;

    /**
     * Wraps an array.
     *
     * @param content the array, not copied: changes show on both sides
     */
    public PyByteArray(byte[] content) {
        this.content = content;
    }

    /**
     * Returns the wrapped array.
     *
     * @return the array itself, not a copy
     */
    public byte[] array() {
        return content;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PyByteArray bytes && Arrays.equals(content, bytes.content);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content);
    }

    @Override
    public String toString() {
        return "PyByteArray[" + content.length + " bytes]";
    }
}
