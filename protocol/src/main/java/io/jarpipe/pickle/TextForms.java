package io.jarpipe.pickle;

import java.math.BigInteger;
import java.util.regex.Pattern;

/** Reads the numbers and strings that protocol 0 writes as lines of text. */
final class TextForms {
    /** Longest decimal integer, in characters: CPython's default limit, because reading one takes quadratic time. */
    static final int MAX_DIGITS = 4300;

    private static final int MAX_LONG_DIGITS = 18;
    private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]+");
    private static final Pattern FLOAT = Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?");

    private TextForms() {}

    /** Reads the line of INT, which is also the protocol 0 form of bool. */
    static Object integerOrBoolean(String line, int maxDigits) {
        return switch (line) {
            case "00" -> false;
            case "01" -> true;
            default -> integer(line, maxDigits);
        };
    }

    /** Reads the line of LONG. */
    static Object longInteger(String line, int maxDigits) {
        return integer(line.endsWith("L") ? line.substring(0, line.length() - 1) : line, maxDigits);
    }

    private static Object integer(String text, int maxDigits) {
        if (text.length() - 1 > maxDigits || !INTEGER.matcher(text).matches()) {
            throw new Malformed("a decimal integer of at most " + maxDigits + " digits", text.length() + " characters");
        }
        return text.length() <= MAX_LONG_DIGITS ? (Object) Long.valueOf(text) : normalized(new BigInteger(text));
    }

    /** Returns a Long if the number fits, else the number itself. */
    static Object normalized(BigInteger number) {
        return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
    }

    /** Reads the line of FLOAT. */
    static Double floating(String line) {
        return switch (line) {
            case "nan", "-nan" -> Double.NaN;
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> {
                if (!FLOAT.matcher(line).matches()) {
                    throw new Malformed("a decimal floating point number", line.length() + " characters");
                }
                yield Double.valueOf(line);
            }
        };
    }

    /**
     * Reads the line of UNICODE, encoded as {@code raw-unicode-escape}: Latin-1 with backslash, u and four hexadecimal
     * digits, or backslash, U and eight.
     */
    static String unicode(String line) {
        if (line.indexOf('\\') < 0) {
            return line;
        }
        StringBuilder text = new StringBuilder(line.length());
        int index = 0;
        while (index < line.length()) {
            char c = line.charAt(index++);
            text.append(c);
            if (c != '\\' || index == line.length()) {
                continue;
            }
            char kind = line.charAt(index++);
            if (kind == 'u' || kind == 'U') {
                int digits = kind == 'u' ? 4 : 8;
                text.setLength(text.length() - 1);
                text.appendCodePoint(codePoint(line, index, digits));
                index += digits;
            } else {
                text.append(kind);
            }
        }
        return text.toString();
    }

    private static int codePoint(String line, int start, int digits) {
        if (line.length() - start < digits) {
            throw new Malformed(digits + " hexadecimal digits", (line.length() - start) + " characters");
        }
        int value = 0;
        for (int index = start; index < start + digits; index++) {
            int digit = Character.digit(line.charAt(index), 16);
            if (digit < 0 || value > Character.MAX_CODE_POINT >> 4) {
                throw new Malformed("the hexadecimal number of a character", "something else");
            }
            value = value << 4 | digit;
        }
        if (value > Character.MAX_CODE_POINT) {
            throw new Malformed("a number up to 10ffff", "a larger one");
        }
        return value;
    }

    /**
     * Reads the line of STRING: a Python 2 string literal, which like CPython by default must be ASCII. Source: CPython
     * {@code Objects/bytesobject.c, _PyBytes_DecodeEscape}.
     */
    static String quoted(String line) {
        int last = line.length() - 1;
        if (last < 1 || line.charAt(0) != line.charAt(last) || (line.charAt(0) != '\'' && line.charAt(0) != '"')) {
            throw new Malformed("a string in quotes", "a line without them");
        }
        return ascii(line.indexOf('\\') < 0 ? line.substring(1, last) : unescaped(line, last));
    }

    private static String unescaped(String line, int end) {
        StringBuilder text = new StringBuilder(end);
        int index = 1;
        while (index < end) {
            char c = line.charAt(index++);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            if (index == end) {
                throw new Malformed("a character behind the backslash", "the end of the string");
            }
            char escaped = line.charAt(index++);
            if (escaped == 'x') {
                text.append((char) number(line, index, Math.min(end, index + 2), 16, 2));
                index += 2;
            } else if (escaped >= '0' && escaped <= '7') {
                int start = index - 1;
                while (index < end && index - start < 3 && line.charAt(index) >= '0' && line.charAt(index) <= '7') {
                    index++;
                }
                text.append((char) (number(line, start, index, 8, index - start) & 0xff));
            } else {
                unescape(escaped, text);
            }
        }
        return text.toString();
    }

    private static void unescape(char escaped, StringBuilder text) {
        switch (escaped) {
            case '\\', '\'', '"' -> text.append(escaped);
            case 'a' -> text.append('\u0007');
            case 'b' -> text.append('\b');
            case 'f' -> text.append('\f');
            case 'n' -> text.append('\n');
            case 'r' -> text.append('\r');
            case 't' -> text.append('\t');
            case 'v' -> text.append('\u000b');
            default -> text.append('\\').append(escaped);
        }
    }

    private static int number(String line, int start, int end, int radix, int digits) {
        int value = 0;
        for (int index = start; index < end; index++) {
            int digit = Character.digit(line.charAt(index), radix);
            if (digit < 0) {
                throw new Malformed(digits + " digits", "something else");
            }
            value = value * radix + digit;
        }
        if (end - start < digits) {
            throw new Malformed(digits + " digits", (end - start) + " characters");
        }
        return value;
    }

    /** Returns a text of Python 2 strings, which like CPython by default must be ASCII. */
    static String ascii(String text) {
        for (int index = 0; index < text.length(); index++) {
            if (text.charAt(index) >= 0x80) {
                throw new Malformed("ASCII text", "other characters");
            }
        }
        return text;
    }
}
