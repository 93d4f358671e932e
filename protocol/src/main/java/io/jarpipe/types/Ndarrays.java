package io.jarpipe.types;

import io.jarpipe.NdArray;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import java.util.Arrays;

/**
 * Writes numpy arrays. The names are those of numpy 1.x, which 2.x knows, too; the form is that of protocol 4, as in
 * {@code ndarray.__reduce__}.
 */
final class Ndarrays {
    private static final PyGlobal RECONSTRUCT = new PyGlobal("numpy.core.multiarray", "_reconstruct");
    private static final PyGlobal NDARRAY = new PyGlobal("numpy", "ndarray");
    private static final PyGlobal DTYPE = new PyGlobal("numpy", "dtype");

    private Ndarrays() {}

    static PyObject recipe(NdArray array) {
        if (array.order() == 'K') {
            throw new IllegalArgumentException("an NdArray in another order than C or F: send the object it came from");
        }
        PyObject dtype = PyObject.reduce(DTYPE, PyTuple.of(array.dtype().substring(1), false, true))
                .build(PyTuple.of(3, array.dtype().substring(0, 1), null, null, null, -1, -1, 0));
        byte[] content = new byte[array.buffer().remaining()];
        array.buffer().get(content);
        Object[] shape = Arrays.stream(array.shape()).boxed().toArray();
        return PyObject.reduce(RECONSTRUCT, PyTuple.of(NDARRAY, PyTuple.of(0), new byte[] {'b'}))
                .build(PyTuple.of(1, PyTuple.of(shape), dtype, array.order() == 'F', content));
    }
}
