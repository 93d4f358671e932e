package io.jarpipe.binding;

import io.jarpipe.MpTypeException;
import org.jspecify.annotations.Nullable;

/** Turns an unpickled value into one Java type, made once per declared type by {@link Converters#of}. */
@FunctionalInterface
public interface Converter {
    /** Leaves every value as it is. */
    Converter IDENTITY = (value, path) -> value;

    /**
     * Converts a value; nothing is rounded, cut or guessed.
     *
     * @param value the unpickled value
     * @param path where it is, for the message
     * @return the value as the declared type
     * @throws MpTypeException when it is not exactly representable as that type
     */
    @Nullable
    Object convert(@Nullable Object value, String path) throws MpTypeException;
}
