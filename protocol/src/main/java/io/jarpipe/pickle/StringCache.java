package io.jarpipe.pickle;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Keeps short ASCII strings between messages: the keys of dicts are the same in each. Besides the copy this saves the
 * hash of the string. Direct-mapped: a string that is seen twice in a row at its place replaces the one there. What is
 * seen once drives nothing out, and costs no store of a young object into this old array, see {@link Refreshed}.
 *
 * <p>The bytes of a string of up to 24 are exactly given by its length and three words, which overlap when it is
 * shorter. So they are compared without a loop.
 */
final class StringCache {
    static final int MAX_LENGTH = 24;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int BITS = 9;
    private static final int WORDS = 3;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private final @Nullable String[] texts = new @Nullable String[1 << BITS];
    private final long[] words = new long[WORDS << BITS];
    private final long[] seen = new long[1 << BITS];

    /** Returns the string that some bytes are; there are at most {@link #MAX_LENGTH}, all inside the array. */
    String get(byte[] bytes, int start, int length) {
        long first;
        long last;
        long middle = 0;
        if (length >= Long.BYTES) {
            first = (long) LONG.get(bytes, start);
            last = (long) LONG.get(bytes, start + length - Long.BYTES);
            if (length > 2 * Long.BYTES) {
                middle = (long) LONG.get(bytes, start + Long.BYTES);
            }
        } else {
            first = shortWord(bytes, start, length);
            last = 0;
        }
        if (((first | last | middle) & HIGH_BITS) != 0) {
            return Utf8.decode(bytes, start, start + length);
        }
        long mixed = (first ^ Long.rotateLeft(last, 21) ^ Long.rotateLeft(middle, 42)) + length;
        int index = (int) ((mixed * 0x9e3779b97f4a7c15L) >>> (Long.SIZE - BITS));
        String known = texts[index];
        int word = WORDS * index;
        if (known != null
                && known.length() == length
                && words[word] == first
                && words[word + 1] == last
                && words[word + 2] == middle) {
            return known;
        }
        String text = new String(bytes, start, length, StandardCharsets.ISO_8859_1);
        if (seen[index] != mixed) {
            seen[index] = mixed;
            return text;
        }
        texts[index] = text;
        words[word] = first;
        words[word + 1] = last;
        words[word + 2] = middle;
        return text;
    }

    private static long shortWord(byte[] bytes, int start, int length) {
        if (length >= Integer.BYTES) {
            return ((int) INT.get(bytes, start) & 0xffffffffL)
                    | ((long) (int) INT.get(bytes, start + length - Integer.BYTES) << Integer.SIZE);
        }
        return length == 0
                ? 0
                : (bytes[start] & 0xff)
                        | ((bytes[start + (length >> 1)] & 0xff) << Byte.SIZE)
                        | ((bytes[start + length - 1] & 0xff) << (2 * Byte.SIZE));
    }
}
