package io.jarpipe.pickle;

import io.jarpipe.PyByteArray;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/** Writes plain values as Python's {@code repr()} does, long ones only in part. */
final class PythonRepr {
    /** CPython itself refuses to write longer integers in decimal. */
    private static final int MAX_DECIMAL_BITS = 14_000;

    private final int maxLength;

    /** Shows at most so many characters or bytes of a string; of longer ones the beginning. */
    PythonRepr(int maxLength) {
        this.maxLength = maxLength;
    }

    /** Returns the text for an argument of an {@link Instruction}. */
    String of(Object value) {
        return switch (value) {
            case Boolean truth -> truth ? "True" : "False";
            case Long number -> number.toString();
            case BigInteger number -> integer(number);
            case Double number -> floating(number);
            case String text -> text(text);
            case byte[] bytes -> bytes(bytes);
            case PyByteArray array -> "bytearray(" + bytes(array.array()) + ")";
            default -> throw new IllegalArgumentException(value.getClass().getName());
        };
    }

    private String integer(BigInteger number) {
        if (number.bitLength() > MAX_DECIMAL_BITS) {
            return cut(number.toString(16), number.signum() < 0 ? "-0x" : "0x", number.bitLength() + " bits");
        }
        String digits = number.toString();
        return cut(digits, "", digits.length() + " digits");
    }

    private String cut(String digits, String prefix, String size) {
        String shown = prefix + (prefix.startsWith("-") ? digits.substring(1) : digits);
        return shown.length() <= maxLength ? shown : shown.substring(0, maxLength) + "... (" + size + ")";
    }

    /** CPython 3.13 Python/pystrtod.c, PyOS_double_to_string with format 'r'. */
    static String floating(double number) {
        if (Double.isNaN(number)) {
            return "nan";
        }
        String sign = Math.copySign(1, number) < 0 ? "-" : "";
        double magnitude = Math.abs(number);
        if (Double.isInfinite(number)) {
            return sign + "inf";
        }
        if (magnitude == 0) {
            return sign + "0.0";
        }
        BigDecimal shortest = new BigDecimal(Double.toString(magnitude)).stripTrailingZeros();
        BigDecimal oneDigit = shortest.round(new MathContext(1)); // Java writes at least two: 4.9E-324
        BigDecimal chosen = oneDigit.doubleValue() == magnitude ? oneDigit.stripTrailingZeros() : shortest;
        String digits = chosen.unscaledValue().toString();
        int exponent = chosen.precision() - chosen.scale() - 1;
        return sign + (exponent < -4 || exponent >= 16 ? scientific(digits, exponent) : plain(chosen));
    }

    private static String plain(BigDecimal number) {
        String text = number.toPlainString();
        return text.indexOf('.') < 0 ? text + ".0" : text;
    }

    private static String scientific(String digits, int exponent) {
        String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
        int power = Math.abs(exponent);
        return digits.charAt(0) + fraction + (exponent < 0 ? "e-" : "e+") + (power < 10 ? "0" : "") + power;
    }

    private String text(String text) {
        int end = text.length() <= maxLength ? text.length() : maxLength;
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        StringBuilder out = new StringBuilder(end + 2).append(quote);
        for (int index = 0; index < end; ) {
            int c = text.codePointAt(index);
            index += Character.charCount(c);
            appendCharacter(out, c, quote);
        }
        out.append(quote);
        return end < text.length() ? out + "... (" + text.length() + " characters)" : out.toString();
    }

    private static void appendCharacter(StringBuilder out, int c, char quote) {
        if (c == quote || c == '\\') {
            out.append('\\').append((char) c);
        } else if (isPrintable(c)) {
            out.appendCodePoint(c);
        } else if (c == '\n') {
            out.append("\\n");
        } else if (c == '\r') {
            out.append("\\r");
        } else if (c == '\t') {
            out.append("\\t");
        } else if (c <= 0xff) {
            appendHex(out, 'x', c, 2);
        } else if (c <= 0xffff) {
            appendHex(out, 'u', c, 4);
        } else {
            appendHex(out, 'U', c, 8);
        }
    }

    private static void appendHex(StringBuilder out, char kind, int c, int digits) {
        String hex = Integer.toHexString(c);
        out.append('\\').append(kind).repeat('0', digits - hex.length()).append(hex);
    }

    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }

    private String bytes(byte[] bytes) {
        int end = Math.min(bytes.length, maxLength);
        boolean single = false;
        boolean twice = false;
        for (byte b : bytes) {
            single |= b == '\'';
            twice |= b == '"';
        }
        char quote = single && !twice ? '"' : '\'';
        StringBuilder out = new StringBuilder(end + 3).append('b').append(quote);
        for (int index = 0; index < end; index++) {
            int c = bytes[index] & 0xff;
            if (c < 0x7f) {
                appendCharacter(out, c, quote);
            } else {
                appendHex(out, 'x', c, 2);
            }
        }
        out.append(quote);
        return end < bytes.length ? out + "... (" + bytes.length + " bytes)" : out.toString();
    }
}
