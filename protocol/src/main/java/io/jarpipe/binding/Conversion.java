package io.jarpipe.binding;

import org.jspecify.annotations.Nullable;

/** Turns an unpickled value into one Java type; made once per type, used by any thread. */
@FunctionalInterface
interface Conversion {
    /** Leaves every value as it is. */
    Conversion IDENTITY = (value, pass) -> value;

    /**
     * Converts a value; nothing is rounded, cut or guessed.
     *
     * @param value the unpickled value
     * @param pass the conversion of the whole message, of which this is a part
     * @return the value as the declared type
     * @throws Misfit when it is not exactly representable as that type
     */
    @Nullable
    Object convert(@Nullable Object value, Pass pass) throws Misfit;
}
