package io.jarpipe.types;

import io.jarpipe.PyArray;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes {@code array.array}.
 *
 * <pre>
 *  array.array(typecode, [elements])                                             protocols 0 - 2
 *  array._array_reconstructor(array.array, typecode, machine format, bytes)      protocols 3 and higher
 *  array.array(typecode, bytes)      ForkingPickler, once multiprocessing.managers is imported; what Java writes
 * </pre>
 *
 * <p>The machine format says size, sign and byte order of the sender's elements. Where it is not that of the type code
 * here, CPython chooses the last type code of its table that fits, and so does this class. What it would refuse or
 * convert otherwise stays a recipe. Source: CPython 3.8 - 3.15 {@code Modules/arraymodule.c,
 * array__array_reconstructor, array_array___reduce_ex__; Lib/multiprocessing/managers.py, reduce_array}.
 */
final class Arrays {
    static final PyGlobal ARRAY = new PyGlobal("array", "array");
    static final PyGlobal RECONSTRUCTOR = new PyGlobal("array", "_array_reconstructor");

    private static final char NONE = 0;
    private static final String FLOATS = "fd";
    private static final String TEXT = "uw";
    private static final String SIGNED = "bhilq";
    private static final int UNSIGNED_8 = 0;
    private static final int SIGNED_8 = 1;
    private static final int SIGNED_64_BIG = 13;
    private static final int FLOAT_LITTLE = 14;
    private static final int DOUBLE_BIG = 17;
    private static final int UTF_32_LITTLE = 20;
    private static final int UTF_32_BIG = 21;

    private Arrays() {}

    /** Size, sign and byte order of elements. */
    private record Format(int size, boolean signed, boolean bigEndian, String typecodes) {}

    private static @Nullable Format format(long code) {
        boolean bigEndian = code % 2 == 1;
        if (code == UNSIGNED_8 || code == SIGNED_8) {
            return new Format(1, code == SIGNED_8, false, code == SIGNED_8 ? "b" : "B");
        }
        if (code > SIGNED_8 && code <= SIGNED_64_BIG) {
            int size = Short.BYTES << ((code - 2) / 4);
            boolean signed = code % 4 < 2;
            String unsignedCodes = size == Short.BYTES ? "H" : size == Integer.BYTES ? "I" : "LQ";
            return new Format(size, signed, bigEndian, signed ? unsignedCodes.toLowerCase(Locale.ROOT) : unsignedCodes);
        }
        if (code >= FLOAT_LITTLE && code <= DOUBLE_BIG) {
            boolean single = code < FLOAT_LITTLE + 2;
            return new Format(single ? Float.BYTES : Double.BYTES, true, bigEndian, single ? "f" : "d");
        }
        return code == UTF_32_LITTLE || code == UTF_32_BIG ? new Format(Integer.BYTES, false, bigEndian, TEXT) : null;
    }

    static @Nullable PyArray array(PyObject recipe) {
        PyTuple args = recipe.args();
        if (args.isEmpty() || args.size() > 2) {
            return null;
        }
        char typecode = typecode(args.getFirst());
        if (typecode == NONE) {
            return null;
        }
        return switch (args.size() == 1 ? new byte[0] : args.get(1)) {
            case byte[] bytes -> ofBytes(typecode, bytes);
            case List<?> elements when !(elements instanceof PyTuple) -> ofElements(typecode, elements);
            case null, default -> null;
        };
    }

    private static char typecode(@Nullable Object value) {
        return value instanceof String code && code.length() == 1 && PyArray.itemSize(code.charAt(0)) > 0
                ? code.charAt(0)
                : NONE;
    }

    private static @Nullable PyArray ofBytes(char typecode, byte[] bytes) {
        try {
            return PyArray.of(typecode, bytes);
        } catch (IllegalArgumentException e) {
            return null; // an array that CPython refuses to make, or to print
        }
    }

    static @Nullable PyArray reconstructed(PyObject recipe) {
        PyTuple args = recipe.args();
        if (args.size() != 4
                || !ARRAY.equals(args.get(0))
                || !(args.get(2) instanceof Long code)
                || !(args.get(3) instanceof byte[] bytes)) {
            return null;
        }
        Format format = format(code);
        char typecode = typecode(args.get(1));
        if (typecode == NONE || format == null || bytes.length % format.size() != 0) {
            return null;
        }
        boolean fits = format.typecodes().indexOf(typecode) >= 0;
        if (fits && !format.bigEndian()) {
            return ofBytes(typecode, bytes);
        }
        boolean integers = code <= SIGNED_64_BIG;
        if (fits && !integers) {
            return ofBytes(typecode, reversed(bytes, format.size()));
        }
        if (!integers || !isInteger(typecode)) {
            return null;
        }
        char last = format.typecodes().charAt(format.typecodes().length() - 1);
        return ofBytes(last, format.bigEndian() ? reversed(bytes, format.size()) : bytes);
    }

    private static byte[] reversed(byte[] bytes, int size) {
        byte[] result = new byte[bytes.length];
        for (int index = 0; index < bytes.length; index++) {
            result[index] = bytes[index - index % size + size - 1 - index % size];
        }
        return result;
    }

    private static @Nullable PyArray ofElements(char typecode, List<?> elements) {
        int size = PyArray.itemSize(typecode);
        if (elements.size() > Integer.MAX_VALUE / size) {
            return null;
        }
        byte[] bytes = new byte[elements.size() * size];
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (Object element : elements) {
            if (!put(buffer, typecode, element)) {
                return null;
            }
        }
        return ofBytes(typecode, bytes);
    }

    private static boolean put(ByteBuffer buffer, char typecode, @Nullable Object element) {
        switch (element) {
            case Double number when typecode == 'd' -> buffer.putDouble(number);
            case Double number when typecode == 'f' && isFloat(number) -> buffer.putFloat(number.floatValue());
            case String text
            when TEXT.indexOf(typecode) >= 0 && text.codePointCount(0, text.length()) == 1 ->
                buffer.putInt(text.codePointAt(0));
            case Long number when isInteger(typecode) && fits(number, typecode) -> putInteger(buffer, typecode, number);
            case BigInteger number
            when (typecode == 'L' || typecode == 'Q') && number.signum() > 0 && number.bitLength() <= Long.SIZE ->
                buffer.putLong(number.longValue());
            case null, default -> {
                return false;
            }
        }
        return true;
    }

    /** A NaN may lose bits on its way through double, so it must be the usual one. */
    private static boolean isFloat(double number) {
        return Double.isNaN(number)
                ? Double.doubleToRawLongBits(number) == Double.doubleToRawLongBits(Double.NaN)
                : (double) (float) number == number;
    }

    private static boolean isInteger(char typecode) {
        return TEXT.indexOf(typecode) < 0 && FLOATS.indexOf(typecode) < 0;
    }

    private static boolean fits(long number, char typecode) {
        int bits = PyArray.itemSize(typecode) * Byte.SIZE;
        if (SIGNED.indexOf(typecode) >= 0) {
            return number >> (bits - 1) == 0 || number >> (bits - 1) == -1;
        }
        return number >= 0 && (bits == Long.SIZE || number >> bits == 0);
    }

    private static void putInteger(ByteBuffer buffer, char typecode, long number) {
        switch (PyArray.itemSize(typecode)) {
            case Byte.BYTES -> buffer.put((byte) number);
            case Short.BYTES -> buffer.putShort((short) number);
            case Integer.BYTES -> buffer.putInt((int) number);
            default -> buffer.putLong(number);
        }
    }

    /** Returns the recipe of a PyArray, or of a Java array of numbers; null for another value. */
    static @Nullable PyObject recipe(Object value) {
        PyArray array = switch (value) {
            case PyArray python -> python;
            case short[] values -> PyArray.of(values);
            case int[] values -> PyArray.of(values);
            case long[] values -> PyArray.of(values);
            case float[] values -> PyArray.of(values);
            case double[] values -> PyArray.of(values);
            default -> null;
        };
        return array == null
                ? null
                : PyObject.reduce(ARRAY, PyTuple.of(String.valueOf(array.typecode()), array.toByteArray()));
    }
}
