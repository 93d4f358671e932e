package io.jarpipe.binding;

import io.jarpipe.PyTuple;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Conversions for lists, tuples, sets and dicts; contents are copied only where something in them changes. */
final class Containers {
    private Containers() {}

    static Conversion list(Type type, Class<?> raw, Conversion element) {
        return (value, pass) -> {
            if (value == null) {
                return null;
            }
            if (!(value instanceof Collection<?> collection) || !raw.isInstance(value)) {
                throw Misfit.of(type, value, "");
            }
            return element.equals(Conversion.IDENTITY) ? value : converted(collection, element, pass);
        };
    }

    static Conversion set(Type type, Conversion element) {
        return (value, pass) -> {
            if (value == null) {
                return null;
            }
            if (!(value instanceof Set<?> set)) {
                throw Misfit.of(type, value, "");
            }
            if (element.equals(Conversion.IDENTITY)) {
                return value;
            }
            Set<@Nullable Object> converted = LinkedHashSet.newLinkedHashSet(set.size());
            for (Object item : set) {
                if (!converted.add(element(element, item, pass, converted.size()))) {
                    throw Misfit.of(type, value, "two of its elements are equal in Java");
                }
            }
            return converted;
        };
    }

    static Conversion map(Type type, Conversion keys, Conversion values) {
        return (value, pass) -> {
            if (value == null) {
                return null;
            }
            if (!(value instanceof Map<?, ?> map)) {
                throw Misfit.of(type, value, "");
            }
            if (keys.equals(Conversion.IDENTITY) && values.equals(Conversion.IDENTITY)) {
                return value;
            }
            Map<@Nullable Object, @Nullable Object> converted = LinkedHashMap.newLinkedHashMap(map.size());
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                converted.put(key(keys, entry.getKey(), pass), value(values, entry, pass));
            }
            if (converted.size() < map.size()) {
                throw Misfit.of(type, value, "two of its keys are equal in Java");
            }
            return converted;
        };
    }

    private static @Nullable Object key(Conversion keys, @Nullable Object key, Pass pass) throws Misfit {
        try {
            return keys.convert(key, pass);
        } catch (Misfit misfit) {
            throw misfit.inside(" key");
        }
    }

    private static @Nullable Object value(Conversion values, Map.Entry<?, ?> entry, Pass pass) throws Misfit {
        try {
            return values.convert(entry.getValue(), pass);
        } catch (Misfit misfit) {
            throw misfit.inside("[" + entry.getKey() + "]");
        }
    }

    /** Converts an element of a sequence; {@code index} is where it is, for the message. */
    static @Nullable Object element(Conversion conversion, @Nullable Object item, Pass pass, int index) throws Misfit {
        try {
            return conversion.convert(item, pass);
        } catch (Misfit misfit) {
            throw misfit.inside("[" + index + "]");
        }
    }

    /** Returns the collection itself when it is a list and nothing in it changes. */
    @SuppressWarnings("ReferenceEquality") // whether it is the same object is the question
    private static Object converted(Collection<?> values, Conversion element, Pass pass) throws Misfit {
        List<@Nullable Object> converted = null;
        if (!(values instanceof List<?>) || values instanceof PyTuple) {
            converted = new ArrayList<>(values.size());
        }
        int index = 0;
        for (Object item : values) {
            Object made = element(element, item, pass, index);
            if (converted == null && made != item) {
                converted = firstOf(values, index);
            }
            if (converted != null) {
                converted.add(made);
            }
            index++;
        }
        return converted == null ? values : converted;
    }

    private static List<@Nullable Object> firstOf(Collection<?> values, int count) {
        List<@Nullable Object> first = new ArrayList<>(values.size());
        Iterator<?> iterator = values.iterator();
        for (int index = 0; index < count; index++) {
            first.add(iterator.next());
        }
        return first;
    }
}
