package io.jarpipe;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the forms in which numpy pickles arrays; the module is {@code numpy.core} in numpy 1.x, {@code numpy._core} in
 * 2.x.
 *
 * <pre>
 *  multiarray._reconstruct(ndarray, (0,), b'b'), state (1, shape, dtype, by columns?, bytes)   protocols 0 - 4
 *  numeric._frombuffer(buffer, dtype, shape, 'C' or 'F')                                       protocol 5
 *  numeric._frombuffer(buffer, dtype, shape in memory, 'K', order of axes)                     the same, from 2.3 on
 *  multiarray.scalar(dtype, bytes)
 *  dtype(name, False, True), state (3, byte order, None, None, None, -1, -1, 0)
 * </pre>
 *
 * <p>Source: numpy 1.26 and 2.5 {@code core/src/multiarray/methods.c, array_reduce, array_reduce_ex_picklebuffer;
 * core/numeric.py, _frombuffer}.
 */
final class NdArrayReader {
    private static final Set<String> TYPES = Set.of("b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8");

    private NdArrayReader() {}

    static NdArray read(PyObject object) {
        if (object.callable() instanceof PyGlobal name) {
            PyTuple args = object.args();
            NdArray array = switch (name.toString()) {
                case "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct" ->
                    reconstructed(args, object.stateTuple());
                case "numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer" -> fromBuffer(args);
                case "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar" ->
                    args.size() == 2 ? array(args.get(0), PyTuple.of(), "C", args.get(1)) : null;
                default -> null;
            };
            if (array != null) {
                return array;
            }
        }
        throw new IllegalArgumentException(object.className() + " is no numpy array of plain numbers");
    }

    private static @Nullable NdArray reconstructed(PyTuple args, PyTuple state) {
        return args.size() == 3 && new PyGlobal("numpy", "ndarray").equals(args.get(0)) && state.size() == 5
                ? array(state.get(2), state.get(1), Boolean.TRUE.equals(state.get(3)) ? "F" : "C", state.get(4))
                : null;
    }

    private static @Nullable NdArray fromBuffer(PyTuple args) {
        if (args.size() == 4 && !"K".equals(args.get(3))) {
            return array(args.get(1), args.get(2), args.get(3), args.get(0));
        }
        int[] axes = args.size() == 5 && "K".equals(args.get(3)) ? integers(args.get(4)) : null;
        NdArray inMemory = axes == null ? null : array(args.get(1), args.get(2), "C", args.get(0));
        return inMemory == null || axes == null ? null : transposed(inMemory, axes, args.get(0));
    }

    private static @Nullable NdArray transposed(NdArray array, int[] axes, @Nullable Object buffer) {
        int[] memoryShape = array.shape();
        int[] sorted = axes.clone();
        Arrays.sort(sorted);
        if (axes.length != memoryShape.length) {
            return null;
        }
        int[] memoryStrides = NdArray.stridesByRows(memoryShape);
        int[] shape = new int[axes.length];
        int[] strides = new int[axes.length];
        for (int axis = 0; axis < axes.length; axis++) {
            if (sorted[axis] != axis) {
                return null;
            }
            shape[axis] = memoryShape[axes[axis]];
            strides[axis] = memoryStrides[axes[axis]];
        }
        byte[] content = bytes(buffer);
        return content == null ? null : new NdArray(array.dtype(), shape, strides, 'K', content);
    }

    private static @Nullable NdArray array(
            @Nullable Object type, @Nullable Object dimensions, @Nullable Object order, @Nullable Object buffer) {
        String dtype = dtype(type);
        int[] shape = integers(dimensions);
        byte[] content = bytes(buffer);
        if (dtype == null || shape == null || content == null) {
            return null;
        }
        int itemSize = dtype.charAt(2) - '0';
        if (NdArray.count(shape) < 0 || NdArray.count(shape) * itemSize != content.length) {
            return null;
        }
        return "F".equals(order)
                ? new NdArray(dtype, shape, stridesByColumns(shape), 'F', content)
                : "C".equals(order) ? new NdArray(dtype, shape, NdArray.stridesByRows(shape), 'C', content) : null;
    }

    private static int[] stridesByColumns(int... shape) {
        int[] strides = new int[shape.length];
        int stride = 1;
        for (int axis = 0; axis < shape.length; axis++) {
            strides[axis] = stride;
            stride *= shape[axis];
        }
        return strides;
    }

    private static byte @Nullable [] bytes(@Nullable Object buffer) {
        return buffer instanceof byte[] bytes ? bytes : buffer instanceof PyByteArray bytes ? bytes.array() : null;
    }

    private static int @Nullable [] integers(@Nullable Object value) {
        if (!(value instanceof PyTuple tuple)) {
            return null;
        }
        int[] numbers = new int[tuple.size()];
        for (int index = 0; index < numbers.length; index++) {
            if (!(tuple.get(index) instanceof Long number) || number != number.intValue()) {
                return null;
            }
            numbers[index] = number.intValue();
        }
        return numbers;
    }

    private static @Nullable String dtype(@Nullable Object value) {
        if (!(value instanceof PyObject dtype)
                || !dtype.callable().equals(new PyGlobal("numpy", "dtype"))
                || dtype.args().isEmpty()
                || !(dtype.args().getFirst() instanceof String name)
                || !TYPES.contains(name)) {
            return null;
        }
        List<?> state = dtype.stateTuple();
        boolean plain = state.size() >= 5
                && state.get(1) instanceof String order
                && List.of("<", ">", "|").contains(order)
                && state.get(2) == null
                && state.get(3) == null
                && state.get(4) == null;
        return plain ? state.get(1) + name : null;
    }
}
