package io.jarpipe.pickle;

import io.jarpipe.PyArray;
import io.jarpipe.PyByteArray;
import io.jarpipe.PyException;
import io.jarpipe.PyFrozenSet;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.dict.PyDict;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Names and narrows decoded values. */
final class Values {
    private Values() {}

    /** Returns the Python type of a decoded value, for messages. */
    static String typeName(@Nullable Object value) {
        return switch (value) {
            case null -> "None";
            case Boolean b -> "bool";
            case Double d -> "float";
            case Long n -> "int";
            case BigInteger n -> "int";
            case String s -> "str";
            case byte[] b -> "bytes";
            case PyByteArray b -> "bytearray";
            case PyTuple t -> "tuple";
            case PyFrozenSet s -> "frozenset";
            case List<?> l -> "list";
            case Set<?> s -> "set";
            case Map<?, ?> m -> "dict";
            case PyGlobal g -> "the name of a class or function";
            case PyObject o -> "an object";
            case PyArray a -> "array.array";
            case PyException e -> "an exception";
            default -> value.getClass().getSimpleName();
        };
    }

    static PyTuple tuple(@Nullable Object value, String role) {
        if (value instanceof PyTuple tuple) {
            return tuple;
        }
        throw new Malformed("a tuple as " + role, typeName(value));
    }

    static String string(@Nullable Object value, String role) {
        if (value instanceof String string) {
            return string;
        }
        throw new Malformed("a str as " + role, typeName(value));
    }

    /** Returns what can be called: a name or an object. */
    static Object callable(@Nullable Object value) {
        if (value instanceof PyGlobal || value instanceof PyObject) {
            return value;
        }
        throw new Malformed("a class or function", typeName(value));
    }

    /** Returns the list that the decoder has made, or null if the value is something else. */
    @SuppressWarnings("unchecked") // the decoder makes lists of any values only
    static @Nullable List<@Nullable Object> listOrNull(@Nullable Object value) {
        return value instanceof ArrayList<?> ? (List<@Nullable Object>) value : null;
    }

    /** Returns the set that the decoder has made, or null if the value is something else. */
    @SuppressWarnings("unchecked") // the decoder makes sets of any values only
    static @Nullable Set<@Nullable Object> setOrNull(@Nullable Object value) {
        return value instanceof LinkedHashSet<?> ? (Set<@Nullable Object>) value : null;
    }

    /** Returns the map that the decoder has made, or null if the value is something else. */
    static @Nullable Map<@Nullable Object, @Nullable Object> mapOrNull(@Nullable Object value) {
        return value instanceof PyDict dict ? dict : null;
    }
}
