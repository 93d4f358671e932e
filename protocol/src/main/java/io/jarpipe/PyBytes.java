package io.jarpipe;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Python {@code bytes} as a key of a map or an element of a set, compared by content.
 *
 * <p>Everywhere else {@code bytes} are a plain {@code byte[]}, which Java compares by identity.
 */
public final class PyBytes {
    private final byte[] content;

    private PyBytes(byte[] content) {
        this.content = content;
    }

    /**
     * Makes a value of some bytes.
     *
     * @param content the bytes, copied
     * @return the value
     */
    public static PyBytes of(byte... content) {
        return new PyBytes(content.clone());
    }

    /**
     * Returns the bytes.
     *
     * @return a copy
     */
    public byte[] toByteArray() {
        return content.clone();
    }

    /**
     * Returns the number of bytes.
     *
     * @return the length
     */
    public int length() {
        return content.length;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PyBytes bytes && Arrays.equals(content, bytes.content);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content);
    }

    @Override
    public String toString() {
        return "PyBytes[" + content.length + " bytes]";
    }
}
