package io.jarpipe.pickle;

import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Strict UTF-8 that lets lone surrogates pass as three bytes each, as Python's {@code surrogatepass} does, which is how
 * pickles hold strings.
 */
final class Utf8 {
    private static final char REPLACEMENT = '\uFFFD';

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LOW_BITS = 0x0101010101010101L;
    private static final long HIGH_BITS = LOW_BITS << 7;
    private static final long QUESTION_MARKS = LOW_BITS * '?';

    private Utf8() {}

    static String decode(byte[] bytes, int start, int end) {
        String text = new String(bytes, start, end - start, StandardCharsets.UTF_8);
        return text.indexOf(REPLACEMENT) < 0 ? text : decodeExactly(bytes, start, end);
    }

    private static String decodeExactly(byte[] bytes, int start, int end) {
        StringBuilder text = new StringBuilder(end - start);
        int index = start;
        while (index < end) {
            int lead = bytes[index] & 0xff;
            int size = sizeOf(lead);
            if (size == 0 || size > end - index) {
                throw invalid();
            }
            int codePoint = size == 1 ? lead : lead & (0x7f >> size);
            for (int next = index + 1; next < index + size; next++) {
                if ((bytes[next] & 0xc0) != 0x80) {
                    throw invalid();
                }
                codePoint = codePoint << 6 | (bytes[next] & 0x3f);
            }
            if (sizeFor(codePoint) != size || codePoint > Character.MAX_CODE_POINT) {
                throw invalid();
            }
            text.appendCodePoint(codePoint);
            index += size;
        }
        return text.toString();
    }

    private static Malformed invalid() {
        return new Malformed("UTF-8", "bytes that are not UTF-8");
    }

    private static int sizeOf(int lead) {
        if (lead < 0x80) {
            return 1;
        }
        if (lead < 0xc2) {
            return 0;
        }
        return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    }

    private static int sizeFor(int codePoint) {
        return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    }

    /** Encodes a text. The JDK writes a question mark for a lone surrogate; without any there is none. */
    static byte[] encode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return hasQuestionMark(bytes) && hasLoneSurrogate(text) ? encodeSurrogates(text) : bytes;
    }

    /** Looks at eight bytes at a time: a byte that becomes zero borrows from its highest bit. */
    private static boolean hasQuestionMark(byte[] bytes) {
        int index = 0;
        for (; index <= bytes.length - Long.BYTES; index += Long.BYTES) {
            long zeros = (long) LONG.get(bytes, index) ^ QUESTION_MARKS;
            if (((zeros - LOW_BITS) & ~zeros & HIGH_BITS) != 0) {
                return true;
            }
        }
        for (; index < bytes.length; index++) {
            if (bytes[index] == '?') {
                return true;
            }
        }
        return false;
    }

    private static boolean hasLoneSurrogate(String text) {
        int index = 0;
        while (index < text.length()) {
            int codePoint = text.codePointAt(index);
            if (isSurrogate(codePoint)) {
                return true;
            }
            index += Character.charCount(codePoint);
        }
        return false;
    }

    private static boolean isSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }

    private static byte[] encodeSurrogates(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(3 * text.length());
        int index = 0;
        while (index < text.length()) {
            int codePoint = text.codePointAt(index);
            index += Character.charCount(codePoint);
            if (isSurrogate(codePoint)) {
                bytes.write(0xe0 | codePoint >> 12);
                bytes.write(0x80 | (codePoint >> 6 & 0x3f));
                bytes.write(0x80 | (codePoint & 0x3f));
            } else {
                bytes.writeBytes(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }
}
