package io.jarpipe;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * A Python {@code array.array}: numbers of one machine type, or characters, in one block of bytes.
 *
 * <p>Sizes are those of CPython on 64-bit Linux: 1 byte for {@code b B}, 2 for {@code h H}, 4 for {@code i I f u w}, 8
 * for {@code l L q Q d}; {@code u} and {@code w} hold UTF-32. Elements are little-endian, as in memory.
 *
 * <p>Immutable. Equal when type code and bytes are; unlike in Python, arrays of different type codes are never equal.
 */
public final class PyArray {
    private static final String SMALL_INTEGERS = "bBhHi";
    private static final String INTEGERS = "bBhHiIlLqQ";
    private static final String UNSIGNED_64 = "LQ";
    private static final String TEXT = "uw";

    private final char typecode;
    private final byte[] content;

    private PyArray(char typecode, byte[] content) {
        this.typecode = typecode;
        this.content = content;
    }

    /**
     * Makes an array of bytes as {@code array.array(typecode, content)} does.
     *
     * @param typecode one of {@code b B h H i I l L q Q f d u w}
     * @param content the elements, little-endian, copied
     * @return the array
     * @throws IllegalArgumentException if there is no such type code, the length is no multiple of its size, or a
     *     character is none of Unicode's
     */
    public static PyArray of(char typecode, byte[] content) {
        int size = itemSize(typecode);
        if (size == 0) {
            throw new IllegalArgumentException("type code: " + typecode + " (expected: one of bBhHiIlLqQfduw)");
        }
        if (content.length % size != 0) {
            throw new IllegalArgumentException("length: " + content.length + " (expected: a multiple of " + size + ")");
        }
        PyArray array = new PyArray(typecode, content.clone());
        if (TEXT.indexOf(typecode) >= 0) {
            array.checkCharacters();
        }
        return array;
    }

    private void checkCharacters() {
        for (ByteBuffer buffer = buffer(); buffer.hasRemaining(); ) {
            if (!Character.isValidCodePoint(buffer.getInt())) {
                throw new IllegalArgumentException("an element beyond Unicode");
            }
        }
    }

    /**
     * Makes an array of the type code {@code h}.
     *
     * @param values the elements, copied
     * @return the array
     */
    public static PyArray of(short... values) {
        byte[] content = allocate(values.length, Short.BYTES);
        buffer(content).asShortBuffer().put(values);
        return new PyArray('h', content);
    }

    /**
     * Makes an array of the type code {@code i}.
     *
     * @param values the elements, copied
     * @return the array
     */
    public static PyArray of(int... values) {
        byte[] content = allocate(values.length, Integer.BYTES);
        buffer(content).asIntBuffer().put(values);
        return new PyArray('i', content);
    }

    /**
     * Makes an array of the type code {@code q}.
     *
     * @param values the elements, copied
     * @return the array
     */
    public static PyArray of(long... values) {
        byte[] content = allocate(values.length, Long.BYTES);
        buffer(content).asLongBuffer().put(values);
        return new PyArray('q', content);
    }

    /**
     * Makes an array of the type code {@code f}.
     *
     * @param values the elements, copied
     * @return the array
     */
    public static PyArray of(float... values) {
        byte[] content = allocate(values.length, Float.BYTES);
        buffer(content).asFloatBuffer().put(values);
        return new PyArray('f', content);
    }

    /**
     * Makes an array of the type code {@code d}.
     *
     * @param values the elements, copied
     * @return the array
     */
    public static PyArray of(double... values) {
        byte[] content = allocate(values.length, Double.BYTES);
        buffer(content).asDoubleBuffer().put(values);
        return new PyArray('d', content);
    }

    private static byte[] allocate(int count, int size) {
        try {
            return new byte[Math.multiplyExact(count, size)];
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(count + " elements of " + size + " bytes are more than 2 GiB", e);
        }
    }

    /**
     * Returns the size of an element of a type code.
     *
     * @param typecode the type code
     * @return the size in bytes; 0 if this class has no such type code
     */
    public static int itemSize(char typecode) {
        return switch (typecode) {
            case 'b', 'B' -> 1;
            case 'h', 'H' -> 2;
            case 'i', 'I', 'f', 'u', 'w' -> 4;
            case 'l', 'L', 'q', 'Q', 'd' -> 8;
            default -> 0;
        };
    }

    /**
     * Returns the type code.
     *
     * @return one of {@code b B h H i I l L q Q f d u w}
     */
    public char typecode() {
        return typecode;
    }

    /**
     * Returns the number of elements.
     *
     * @return the length
     */
    public int length() {
        return content.length / itemSize(typecode);
    }

    /**
     * Returns the elements as Python's {@code tobytes()} does.
     *
     * @return a copy, little-endian
     */
    public byte[] toByteArray() {
        return content.clone();
    }

    private ByteBuffer buffer() {
        return buffer(content);
    }

    private static ByteBuffer buffer(byte[] content) {
        return ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Returns one element.
     *
     * @param index its place, from 0
     * @return what Python's {@code array[index]} gives: a {@code Long}, or a {@link BigInteger} beyond 64 bit; a
     *     {@code Double} for {@code f} and {@code d}; a {@code String} of one character for {@code u} and {@code w}
     */
    public Object get(int index) {
        ByteBuffer buffer = buffer();
        return switch (typecode) {
            case 'f' -> (double) buffer.getFloat(index * Float.BYTES);
            case 'd' -> buffer.getDouble(index * Double.BYTES);
            case 'u', 'w' -> Character.toString(buffer.getInt(index * Integer.BYTES));
            default -> boxed(integer(buffer, index));
        };
    }

    private Object boxed(long value) {
        return value < 0 && UNSIGNED_64.indexOf(typecode) >= 0
                ? new BigInteger(Long.toUnsignedString(value))
                : (Object) value;
    }

    private long integer(ByteBuffer buffer, int index) {
        return switch (typecode) {
            case 'b' -> buffer.get(index);
            case 'B' -> Byte.toUnsignedLong(buffer.get(index));
            case 'h' -> buffer.getShort(index * Short.BYTES);
            case 'H' -> Short.toUnsignedLong(buffer.getShort(index * Short.BYTES));
            case 'i' -> buffer.getInt(index * Integer.BYTES);
            case 'I' -> Integer.toUnsignedLong(buffer.getInt(index * Integer.BYTES));
            default -> buffer.getLong(index * Long.BYTES);
        };
    }

    /**
     * Returns the elements as a list.
     *
     * @return an unmodifiable view with elements as {@link #get} returns them
     */
    public List<Object> toList() {
        final class Elements extends AbstractList<Object> implements RandomAccess {
            @Override
            public Object get(int index) {
                return PyArray.this.get(index);
            }

            @Override
            public int size() {
                return length();
            }
        }
        return new Elements();
    }

    /**
     * Returns the elements as {@code int}.
     *
     * @return a new array
     * @throws ArithmeticException if an element does not fit exactly, or these are no integers
     */
    public int[] toIntArray() {
        long[] values = toLongArray();
        int[] result = new int[values.length];
        for (int index = 0; index < result.length; index++) {
            result[index] = Math.toIntExact(values[index]);
        }
        return result;
    }

    /**
     * Returns the elements as {@code long}.
     *
     * @return a new array
     * @throws ArithmeticException if an element does not fit exactly, or these are no integers
     */
    public long[] toLongArray() {
        require(INTEGERS, "long");
        ByteBuffer buffer = buffer();
        long[] values = new long[length()];
        for (int index = 0; index < values.length; index++) {
            values[index] = integer(buffer, index);
            if (values[index] < 0 && UNSIGNED_64.indexOf(typecode) >= 0) {
                throw new ArithmeticException("element " + index + " does not fit into long");
            }
        }
        return values;
    }

    /**
     * Returns the elements as {@code double}.
     *
     * @return a new array
     * @throws ArithmeticException if the type code has values that a double cannot hold
     */
    public double[] toDoubleArray() {
        require(SMALL_INTEGERS + "Ifd", "double");
        ByteBuffer buffer = buffer();
        double[] values = new double[length()];
        for (int index = 0; index < values.length; index++) {
            values[index] = switch (typecode) {
                case 'f' -> buffer.getFloat(index * Float.BYTES);
                case 'd' -> buffer.getDouble(index * Double.BYTES);
                default -> integer(buffer, index);
            };
        }
        return values;
    }

    /**
     * Returns the elements as {@code float}.
     *
     * @return a new array
     * @throws ArithmeticException if the type code has values that a float cannot hold
     */
    public float[] toFloatArray() {
        require("bBhHf", "float");
        ByteBuffer buffer = buffer();
        float[] values = new float[length()];
        for (int index = 0; index < values.length; index++) {
            values[index] = typecode == 'f' ? buffer.getFloat(index * Float.BYTES) : integer(buffer, index);
        }
        return values;
    }

    /**
     * Returns the characters as Python's {@code tounicode()} does.
     *
     * @return the text
     * @throws ArithmeticException if these are no characters
     */
    public String toText() {
        require(TEXT, "String");
        StringBuilder text = new StringBuilder(length());
        for (Object character : toList()) {
            text.append(character);
        }
        return text.toString();
    }

    private void require(String typecodes, String type) {
        if (typecodes.indexOf(typecode) < 0) {
            throw new ArithmeticException("elements of type code " + typecode + " do not all fit into " + type);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PyArray array && typecode == array.typecode && Arrays.equals(content, array.content);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(content) + typecode;
    }

    @Override
    public String toString() {
        return "PyArray[" + typecode + ", " + length() + " elements]";
    }
}
