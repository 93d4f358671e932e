package io.jarpipe.pickle;

import io.jarpipe.PyByteArray;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One opcode of a pickle with what stands behind it.
 *
 * @param offset where the opcode is
 * @param opcode the opcode
 * @param argument its argument as {@code pickletools.genops} has it: a number, Boolean, String, byte[] or
 *     {@link PyByteArray}; null if it has none
 */
record Instruction(int offset, Opcode opcode, @Nullable Object argument) {
    /** Reads the next one. Throws {@link Malformed} if it is not one, or not all there. */
    static Instruction read(Source source) {
        int offset = source.position();
        int code = source.read();
        if (code < 0) {
            throw new Malformed("an opcode, STOP at last", "the end");
        }
        Opcode opcode = Opcode.of(code);
        if (opcode == null) {
            throw new Malformed("an opcode", "byte 0x" + Integer.toHexString(code));
        }
        return new Instruction(offset, opcode, argument(opcode, source));
    }

    /** Argument formats as in CPython 3.13 Lib/pickletools.py; one line for each format. */
    private static @Nullable Object argument(Opcode opcode, Source source) {
        return switch (opcode) {
            case INT -> TextForms.integerOrBoolean(source.readLine(), TextForms.MAX_DIGITS);
            case LONG -> TextForms.longInteger(source.readLine(), TextForms.MAX_DIGITS);
            case GET, PUT -> TextForms.longInteger(source.readLine(), TextForms.MAX_DIGITS);
            case FLOAT -> TextForms.floating(source.readLine());
            case STRING -> quoted(source.readLine());
            case UNICODE -> TextForms.unicode(source.readLine());
            case PERSID -> source.readLine();
            case GLOBAL, INST -> source.readUtf8Line() + " " + source.readUtf8Line();
            case BININT1, BINGET, BINPUT, EXT1, PROTO -> (long) source.readUnsignedByte();
            case BININT2, EXT2 -> (long) source.readUnsignedShort();
            case BININT, EXT4 -> (long) source.readInt();
            case LONG_BINGET, LONG_BINPUT -> source.readUnsignedInt();
            case FRAME -> unsigned(source.readLong());
            case BINFLOAT -> Double.longBitsToDouble(Long.reverseBytes(source.readLong()));
            case LONG1 -> integer(source.readBytes(source.readUnsignedByte()));
            case LONG4 -> integer(source.readBytes(source.readInt()));
            case SHORT_BINSTRING -> latin1(source.readBytes(source.readUnsignedByte()));
            case BINSTRING -> latin1(source.readBytes(source.readInt()));
            case SHORT_BINBYTES -> source.readBytes(source.readUnsignedByte());
            case BINBYTES -> source.readBytes(source.readUnsignedInt());
            case BINBYTES8 -> source.readBytes(source.readLong());
            case BYTEARRAY8 -> new PyByteArray(source.readBytes(source.readLong()));
            case SHORT_BINUNICODE -> source.readUtf8(source.readUnsignedByte());
            case BINUNICODE -> source.readUtf8(source.readUnsignedInt());
            case BINUNICODE8 -> source.readUtf8(source.readLong());
            default -> null;
        };
    }

    private static Object unsigned(long number) {
        return number >= 0 ? (Object) number : new BigInteger(Long.toUnsignedString(number));
    }

    private static Object integer(byte[] littleEndian) {
        byte[] bigEndian = new byte[Math.max(1, littleEndian.length)];
        for (int i = 0; i < littleEndian.length; i++) {
            bigEndian[littleEndian.length - 1 - i] = littleEndian[i];
        }
        return TextForms.normalized(new BigInteger(bigEndian));
    }

    private static String latin1(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Returns the text between the quotes, escapes as they are: only Python 2 writes such strings. */
    private static String quoted(String line) {
        boolean isQuoted = line.length() >= 2
                && (line.charAt(0) == '\'' || line.charAt(0) == '"')
                && line.charAt(line.length() - 1) == line.charAt(0);
        if (!isQuoted) {
            throw new Malformed("a string in quotes", line.length() + " characters without");
        }
        return line.substring(1, line.length() - 1);
    }
}
