package io.jarpipe.binding;

import io.jarpipe.MpTypeException;
import io.jarpipe.PyArray;
import java.lang.reflect.Array;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Converters for lists, tuples, sets, dicts and arrays; contents are copied only where they need converting. */
final class Containers {
    private Containers() {}

    static Converter list(Type type, Class<?> raw, Converter element) {
        return (value, path) -> {
            if (value == null) {
                return null;
            }
            if (!(value instanceof Collection<?> collection) || !raw.isInstance(value)) {
                throw Converters.mismatch(type, value, path, "");
            }
            return element.equals(Converter.IDENTITY) ? value : converted(collection, element, path);
        };
    }

    static Converter set(Type type, Converter element) {
        return (value, path) -> {
            if (value == null) {
                return null;
            }
            if (!(value instanceof Set<?> set)) {
                throw Converters.mismatch(type, value, path, "");
            }
            return element.equals(Converter.IDENTITY) ? value : new LinkedHashSet<>(converted(set, element, path));
        };
    }

    static Converter map(Type type, Converter keys, Converter values) {
        return (value, path) -> {
            if (value == null) {
                return null;
            }
            if (!(value instanceof Map<?, ?> map)) {
                throw Converters.mismatch(type, value, path, "");
            }
            if (keys.equals(Converter.IDENTITY) && values.equals(Converter.IDENTITY)) {
                return value;
            }
            Map<@Nullable Object, @Nullable Object> converted = new LinkedHashMap<>();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                Object key = keys.convert(entry.getKey(), path + " key");
                converted.put(key, values.convert(entry.getValue(), path + "[" + entry.getKey() + "]"));
            }
            return converted;
        };
    }

    static Converter array(Class<?> component, Converter element) {
        return (value, path) -> {
            if (value == null) {
                return null;
            }
            List<?> list = value instanceof PyArray array ? array.toList() : value instanceof List<?> l ? l : null;
            if (list == null) {
                throw Converters.mismatch(component.arrayType(), value, path, "");
            }
            Object array = Array.newInstance(component, list.size());
            int index = 0;
            for (Object item : list) {
                Array.set(array, index, element.convert(item, path + "[" + index + "]"));
                index++;
            }
            return array;
        };
    }

    private static List<@Nullable Object> converted(Collection<?> values, Converter element, String path)
            throws MpTypeException {
        List<@Nullable Object> converted = new ArrayList<>(values.size());
        for (Object value : values) {
            converted.add(element.convert(value, path + "[" + converted.size() + "]"));
        }
        return converted;
    }
}
