package io.jarpipe.sharing;

import io.jarpipe.PyObject;
import io.jarpipe.os.Fd;
import java.io.IOException;

/** Finds the descriptor that a pickle stands in for by a {@code DupFd} object. */
@FunctionalInterface
public interface DescriptorSource {
    /**
     * Returns the descriptor.
     *
     * @param dupFd the recipe of the {@code DupFd} object
     * @return the descriptor, owned by the caller
     * @throws IOException when there is no such descriptor, or it cannot be had
     */
    Fd claim(PyObject dupFd) throws IOException;
}
