package io.jarpipe;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A numpy array, or a numpy scalar as an array without dimensions: a view of the {@link PyObject} by which it arrives,
 * or numbers from Java that Python shall see as {@code numpy.ndarray}.
 *
 * <p>Elements are booleans, integers up to 64 bit or floats of 32 or 64 bit, in either byte order. The methods that
 * return Java arrays give the elements row by row, whatever their order in memory. Immutable.
 */
public final class NdArray {
    private final String dtype;
    private final int[] shape;
    private final int[] strides;
    private final char order;
    private final byte[] content;

    NdArray(String dtype, int[] shape, int[] strides, char order, byte[] content) {
        this.dtype = dtype;
        this.shape = shape;
        this.strides = strides;
        this.order = order;
        this.content = content;
    }

    /**
     * Reads a numpy array or scalar as numpy 1.x and 2.x pickle it.
     *
     * @param object the object as it was decoded
     * @return the array; its content is not copied where that can be avoided
     * @throws IllegalArgumentException if this is no numpy array, or its elements are no plain numbers
     */
    public static NdArray of(PyObject object) {
        return NdArrayReader.read(object);
    }

    /**
     * Makes an array of {@code float64}.
     *
     * @param elements the elements row by row, copied
     * @param shape the size of each dimension; if none is given, one dimension
     * @return the array
     * @throws IllegalArgumentException if the shape does not hold as many elements
     */
    public static NdArray of(double[] elements, int... shape) {
        byte[] content = new byte[Math.multiplyExact(elements.length, Double.BYTES)];
        wrap(content).asDoubleBuffer().put(elements);
        return make("<f8", elements.length, shape, content);
    }

    /**
     * Makes an array of {@code float32}.
     *
     * @param elements the elements row by row, copied
     * @param shape the size of each dimension; if none is given, one dimension
     * @return the array
     * @throws IllegalArgumentException if the shape does not hold as many elements
     */
    public static NdArray of(float[] elements, int... shape) {
        byte[] content = new byte[Math.multiplyExact(elements.length, Float.BYTES)];
        wrap(content).asFloatBuffer().put(elements);
        return make("<f4", elements.length, shape, content);
    }

    /**
     * Makes an array of {@code int64}.
     *
     * @param elements the elements row by row, copied
     * @param shape the size of each dimension; if none is given, one dimension
     * @return the array
     * @throws IllegalArgumentException if the shape does not hold as many elements
     */
    public static NdArray of(long[] elements, int... shape) {
        byte[] content = new byte[Math.multiplyExact(elements.length, Long.BYTES)];
        wrap(content).asLongBuffer().put(elements);
        return make("<i8", elements.length, shape, content);
    }

    /**
     * Makes an array of {@code int32}.
     *
     * @param elements the elements row by row, copied
     * @param shape the size of each dimension; if none is given, one dimension
     * @return the array
     * @throws IllegalArgumentException if the shape does not hold as many elements
     */
    public static NdArray of(int[] elements, int... shape) {
        byte[] content = new byte[Math.multiplyExact(elements.length, Integer.BYTES)];
        wrap(content).asIntBuffer().put(elements);
        return make("<i4", elements.length, shape, content);
    }

    /**
     * Makes an array of {@code uint8}.
     *
     * @param elements the elements row by row, copied
     * @param shape the size of each dimension; if none is given, one dimension
     * @return the array
     * @throws IllegalArgumentException if the shape does not hold as many elements
     */
    public static NdArray ofBytes(byte[] elements, int... shape) {
        return make("|u1", elements.length, shape, elements.clone());
    }

    private static NdArray make(String dtype, int length, int[] shape, byte[] content) {
        int[] sizes = shape.length == 0 ? new int[] {length} : shape.clone();
        if (count(sizes) != length) {
            throw new IllegalArgumentException(
                    "shape: " + Arrays.toString(sizes) + " (expected: one for " + length + " elements)");
        }
        return new NdArray(dtype, sizes, stridesByRows(sizes), 'C', content);
    }

    /** Returns the number of elements, or -1 if that is beyond the range of int or a size is negative. */
    static long count(int... shape) {
        long count = 1;
        for (int size : shape) {
            if (size < 0) {
                return -1;
            }
            count *= size;
            if (count > Integer.MAX_VALUE) {
                return -1;
            }
        }
        return count;
    }

    static int[] stridesByRows(int... shape) {
        int[] strides = new int[shape.length];
        int stride = 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= shape[axis];
        }
        return strides;
    }

    private static ByteBuffer wrap(byte[] content) {
        return ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Returns the type of the elements.
     *
     * @return numpy's {@code dtype.str}: byte order, kind and size, for example {@code <f8}
     */
    public String dtype() {
        return dtype;
    }

    /**
     * Returns the size of each dimension.
     *
     * @return a copy; empty for a scalar
     */
    public int[] shape() {
        return shape.clone();
    }

    /**
     * Returns the order of the elements in {@link #buffer}.
     *
     * @return {@code C} row by row, {@code F} column by column, {@code K} another
     */
    public char order() {
        return order;
    }

    /**
     * Returns the number of elements.
     *
     * @return the product of the sizes
     */
    public int size() {
        return (int) count(shape);
    }

    /**
     * Returns the elements as they are in memory.
     *
     * @return a read-only view in the byte order of the elements
     */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(content)
                .asReadOnlyBuffer()
                .order(dtype.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Returns the elements as {@code double}, row by row.
     *
     * @return a new array
     * @throws ArithmeticException if the type has values that a double cannot hold
     */
    public double[] toDoubleArray() {
        require(List.of("b1", "i1", "u1", "i2", "u2", "i4", "u4", "f4", "f8"), "double");
        ByteBuffer buffer = buffer();
        double[] elements = new double[size()];
        forEachPlace((index, place) -> elements[index] = switch (type()) {
            case "f4" -> buffer.getFloat(place * Float.BYTES);
            case "f8" -> buffer.getDouble(place * Double.BYTES);
            default -> integer(buffer, place);
        });
        return elements;
    }

    /**
     * Returns the elements as {@code float}, row by row.
     *
     * @return a new array
     * @throws ArithmeticException if the type has values that a float cannot hold
     */
    public float[] toFloatArray() {
        require(List.of("b1", "i1", "u1", "i2", "u2", "f4"), "float");
        ByteBuffer buffer = buffer();
        float[] elements = new float[size()];
        forEachPlace((index, place) ->
                elements[index] = type().equals("f4") ? buffer.getFloat(place * Float.BYTES) : integer(buffer, place));
        return elements;
    }

    /**
     * Returns the elements as {@code long}, row by row; true is 1.
     *
     * @return a new array
     * @throws ArithmeticException if these are no integers, or one is beyond the range of long
     */
    public long[] toLongArray() {
        require(List.of("b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"), "long");
        ByteBuffer buffer = buffer();
        long[] elements = new long[size()];
        forEachPlace((index, place) -> {
            elements[index] = integer(buffer, place);
            if (elements[index] < 0 && type().equals("u8")) {
                throw new ArithmeticException("element " + index + " does not fit into long");
            }
        });
        return elements;
    }

    /**
     * Returns the elements as {@code int}, row by row; true is 1.
     *
     * @return a new array
     * @throws ArithmeticException if these are no integers, or one is beyond the range of int
     */
    public int[] toIntArray() {
        return Arrays.stream(toLongArray()).mapToInt(Math::toIntExact).toArray();
    }

    /**
     * Returns the elements as {@code boolean}, row by row.
     *
     * @return a new array
     * @throws ArithmeticException if these are no booleans
     */
    public boolean[] toBooleanArray() {
        require(List.of("b1"), "boolean");
        boolean[] elements = new boolean[size()];
        forEachPlace((index, place) -> elements[index] = content[place] != 0);
        return elements;
    }

    private String type() {
        return dtype.substring(1);
    }

    private void require(List<String> types, String type) {
        if (!types.contains(type())) {
            throw new ArithmeticException("elements of dtype " + dtype + " do not all fit into " + type);
        }
    }

    private long integer(ByteBuffer buffer, int place) {
        return switch (type()) {
            case "i1" -> buffer.get(place);
            case "b1", "u1" -> Byte.toUnsignedLong(buffer.get(place));
            case "i2" -> buffer.getShort(place * Short.BYTES);
            case "u2" -> Short.toUnsignedLong(buffer.getShort(place * Short.BYTES));
            case "i4" -> buffer.getInt(place * Integer.BYTES);
            case "u4" -> Integer.toUnsignedLong(buffer.getInt(place * Integer.BYTES));
            default -> buffer.getLong(place * Long.BYTES);
        };
    }

    /** Takes the number of an element, counted row by row, and its place in memory, counted in elements. */
    @FunctionalInterface
    private interface Place {
        void at(int index, int place);
    }

    private void forEachPlace(Place action) {
        int[] position = new int[shape.length];
        int place = 0;
        int size = size();
        for (int index = 0; index < size; index++) {
            action.at(index, place);
            for (int axis = shape.length - 1; axis >= 0; axis--) {
                position[axis]++;
                place += strides[axis];
                if (position[axis] < shape[axis]) {
                    break;
                }
                place -= shape[axis] * strides[axis];
                position[axis] = 0;
            }
        }
    }

    /**
     * Compares type, shape and elements as they are in memory.
     *
     * @param other the other array
     * @return true if all are the same
     */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NdArray array
                && dtype.equals(array.dtype)
                && Arrays.equals(shape, array.shape)
                && Arrays.equals(strides, array.strides)
                && Arrays.equals(content, array.content);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(content) + Arrays.hashCode(shape);
    }

    @Override
    public String toString() {
        return "NdArray[" + dtype + ", shape " + Arrays.toString(shape) + "]";
    }
}
