package io.jarpipe.pickle;

import io.jarpipe.PyObject;
import java.io.IOException;
import java.util.Optional;

/**
 * Knows how Python builds objects that the codec itself cannot write: the counterpart of
 * {@code pickle.Pickler.reducer_override}.
 */
@FunctionalInterface
public interface Reducer {
    /** Knows no object. */
    Reducer NONE = value -> Optional.empty();

    /**
     * Returns the recipe of an object.
     *
     * @param value an object without a Python counterpart of its own
     * @return the recipe that is written in its place; empty when this is not an object to write
     * @throws IOException when it is one, but cannot be shared; the message names problem and cure
     */
    Optional<PyObject> reduce(Object value) throws IOException;
}
