package io.jarpipe.pickle;

import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads a pickle from an array. Numbers are little-endian. Every announced length is compared with what is left before
 * anything is allocated.
 */
final class Source extends InputStream {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] pickle;
    private int position;

    Source(byte[] pickle) {
        this.pickle = pickle;
    }

    /** Begins to read another pickle. */
    void begin(byte[] newPickle) {
        pickle = newPickle;
        position = 0;
    }

    int position() {
        return position;
    }

    void seek(int newPosition) {
        position = newPosition;
    }

    int length() {
        return pickle.length;
    }

    byte[] array() {
        return pickle;
    }

    /** Returns the next byte, 0 to 255, without taking it, or -1 at the end. */
    int peek() {
        return position < pickle.length ? pickle[position] & 0xff : -1;
    }

    /** Moves over bytes that must be there and returns where they begin. */
    private int advance(long count, String what) {
        if (count < 0 || count > pickle.length - position) {
            throw new Malformed(
                    Long.toUnsignedString(count) + " bytes of " + what, (pickle.length - position) + " bytes left");
        }
        int start = position;
        position += (int) count;
        return start;
    }

    int readUnsignedByte() {
        return pickle[advance(1, "number")] & 0xff;
    }

    int readUnsignedShort() {
        int start = advance(2, "number");
        return (pickle[start] & 0xff) | (pickle[start + 1] & 0xff) << Byte.SIZE;
    }

    int readInt() {
        return (int) INT.get(pickle, advance(Integer.BYTES, "number"));
    }

    long readUnsignedInt() {
        return Integer.toUnsignedLong(readInt());
    }

    long readLong() {
        return (long) LONG.get(pickle, advance(Long.BYTES, "number"));
    }

    byte[] readBytes(long count) {
        int start = advance(count, "data");
        return Arrays.copyOfRange(pickle, start, position);
    }

    String readUtf8(long count) {
        int start = advance(count, "text");
        return Utf8.decode(pickle, start, position);
    }

    String readAscii(long count) {
        int start = advance(count, "text");
        return TextForms.ascii(new String(pickle, start, position - start, StandardCharsets.ISO_8859_1));
    }

    /** Reads a line without its end, which must be there; each byte becomes one character. */
    String readLine() {
        return new String(readLineBytes(), StandardCharsets.ISO_8859_1);
    }

    String readUtf8Line() {
        byte[] line = readLineBytes();
        return Utf8.decode(line, 0, line.length);
    }

    private byte[] readLineBytes() {
        for (int end = position; end < pickle.length; end++) {
            if (pickle[end] == '\n') {
                byte[] line = Arrays.copyOfRange(pickle, position, end);
                position = end + 1;
                return line;
            }
        }
        throw new Malformed("a line", "end of the pickle");
    }

    @Override
    public int available() {
        return pickle.length - position;
    }

    @Override
    public int read() {
        return position < pickle.length ? pickle[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int count) {
        if (count == 0) {
            return 0;
        }
        int taken = Math.min(count, pickle.length - position);
        if (taken == 0) {
            return -1;
        }
        System.arraycopy(pickle, position, target, offset, taken);
        position += taken;
        return taken;
    }
}
