package io.jarpipe.binding;

import io.jarpipe.PyArray;
import io.jarpipe.PyByteArray;
import io.jarpipe.PyBytes;
import java.lang.reflect.Array;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Conversions of lists and tuples to arrays, and of bytes to {@code byte[]}. */
final class JavaArrays {
    /** Puts a converted element into an array. */
    @FunctionalInterface
    private interface Store {
        void set(Object array, int index, @Nullable Object element);
    }

    private JavaArrays() {}

    static Conversion of(Class<?> component, Conversion element) {
        if (component == byte.class) {
            return (value, pass) -> bytes(value);
        }
        Store store = store(component);
        return (value, pass) -> {
            if (value == null) {
                return null;
            }
            List<?> list =
                    value instanceof PyArray array ? array.toList() : value instanceof List<?> plain ? plain : null;
            if (list == null) {
                throw Misfit.of(component.arrayType(), value, "");
            }
            Object array = Array.newInstance(component, list.size());
            int index = 0;
            for (Object item : list) {
                store.set(array, index, Containers.element(element, item, pass, index));
                index++;
            }
            return array;
        };
    }

    @SuppressWarnings("NullAway") // the conversion to a primitive makes no null
    private static Store store(Class<?> component) {
        if (component == int.class) {
            return (array, index, element) -> ((int[]) array)[index] = (int) element;
        } else if (component == long.class) {
            return (array, index, element) -> ((long[]) array)[index] = (long) element;
        } else if (component == double.class) {
            return (array, index, element) -> ((double[]) array)[index] = (double) element;
        } else if (component == float.class) {
            return (array, index, element) -> ((float[]) array)[index] = (float) element;
        } else if (component == short.class) {
            return (array, index, element) -> ((short[]) array)[index] = (short) element;
        } else if (component == char.class) {
            return (array, index, element) -> ((char[]) array)[index] = (char) element;
        } else if (component == boolean.class) {
            return (array, index, element) -> ((boolean[]) array)[index] = (boolean) element;
        }
        return (array, index, element) -> ((@Nullable Object[]) array)[index] = element;
    }

    private static byte @Nullable [] bytes(@Nullable Object value) throws Misfit {
        return switch (value) {
            case null -> null;
            case byte[] bytes -> bytes;
            case PyBytes bytes -> bytes.toByteArray();
            case PyByteArray bytes -> bytes.array();
            default -> throw Misfit.of(byte[].class, value, "");
        };
    }
}
