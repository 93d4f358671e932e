package io.jarpipe.pickle;

import io.jarpipe.NdArray;
import io.jarpipe.PyArray;
import io.jarpipe.PyByteArray;
import io.jarpipe.PyComplex;
import io.jarpipe.PyFrozenSet;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.binding.BoundValues;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns Java values without a form of their own into ones that have one. */
final class Conversions {
    /**
     * Empty containers that the JDK shares between all who ask for one. They are immutable in Java, but would become
     * one mutable object in Python.
     */
    private static final List<Object> JDK_EMPTIES = List.of(
            List.of(), Set.of(), Map.of(), Collections.emptyList(), Collections.emptySet(), Collections.emptyMap());

    private Conversions() {}

    /** Returns a list view of an array of primitives. */
    static List<Object> listOf(Object primitives) {
        return new AbstractList<>() {
            @Override
            public Object get(int index) {
                return Array.get(primitives, index);
            }

            @Override
            public int size() {
                return Array.getLength(primitives);
            }
        };
    }

    /** Returns the bytes that remain in a buffer, which is left as it is. */
    static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }

    /** Returns a record's components by name, in order. */
    static Map<String, @Nullable Object> components(Record value) {
        try {
            return BoundValues.components(value);
        } catch (RuntimeException e) {
            throw new Unencodable("record " + value.getClass().getName() + " cannot be read: " + e, e);
        }
    }

    /** Returns how Python builds what stands for a record or constant; null when it has no Python class. */
    static @Nullable PyObject recipe(Object value) {
        try {
            return BoundValues.recipe(value);
        } catch (RuntimeException e) {
            throw new Unencodable(value.getClass().getName() + " cannot be read: " + e, e);
        }
    }

    /**
     * Returns what stands for a value as a key: Python wants keys immutable, so a List becomes a tuple and a Set a
     * frozenset.
     */
    static @Nullable Object key(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case PyTuple tuple -> isHashable(tuple) ? tuple : PyTuple.copyOf(keys(tuple));
            case PyFrozenSet set -> set;
            case PyGlobal global -> global;
            case PyComplex number -> number;
            case List<?> list -> PyTuple.copyOf(keys(list));
            case Set<?> set -> PyFrozenSet.copyOf(keys(set));
            case Object[] array -> PyTuple.copyOf(keys(Arrays.asList(array)));
            default -> {
                if (!isHashable(value)) {
                    throw new Unencodable("a " + value.getClass().getName() + " cannot be a key in Python");
                }
                yield value;
            }
        };
    }

    private static List<@Nullable Object> keys(Iterable<?> elements) {
        List<@Nullable Object> keys = new ArrayList<>();
        for (Object element : elements) {
            keys.add(key(element));
        }
        return keys;
    }

    private static boolean isHashable(@Nullable Object value) {
        return switch (value) {
            case null -> true;
            case PyTuple tuple -> {
                for (Object element : tuple) {
                    if (!isHashable(element)) {
                        yield false;
                    }
                }
                yield true;
            }
            case PyFrozenSet set -> true;
            case PyGlobal global -> true;
            case PyComplex number -> true;
            case byte[] bytes -> true;
            case Path path -> true;
            case PyArray array -> false;
            case NdArray array -> false;
            case Iterable<?> collection -> false;
            case Map<?, ?> map -> false;
            case Record components -> BoundValues.isBound(components.getClass());
            case PyByteArray bytes -> false;
            default -> !value.getClass().isArray();
        };
    }

    /** Tells whether an empty container is one that the JDK gives to all who ask. */
    @SuppressWarnings("ReferenceEquality") // the shared instances themselves are meant
    static boolean isSharedByJdk(Object value) {
        for (Object empty : JDK_EMPTIES) {
            if (value == empty) {
                return true;
            }
        }
        return false;
    }
}
