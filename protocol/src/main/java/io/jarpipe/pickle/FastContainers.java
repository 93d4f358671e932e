package io.jarpipe.pickle;

import io.jarpipe.dict.DictKeys;
import io.jarpipe.dict.PyDict;
import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Fills lists, maps and sets from the decoder's stack, and counts their heap. What is not plain - keys other than
 * strings or other than integers, opaque objects as targets - goes the careful way, through {@link Containers}.
 */
final class FastContainers {
    /** Heap of an item besides its container: a reference, and a small value that nobody else has counted. */
    static final int ITEM_BYTES = 24;

    static final int ENTRY_BYTES = 88;
    static final int LIST_BYTES = 64;
    static final int DICT_BYTES = 136;
    static final int SET_BYTES = 152;
    static final int TUPLE_BYTES = 40;

    /** From this size on a copy is faster than a loop. */
    private static final int BULK = 16;

    /** A part of the stack that {@code ArrayList.addAll} takes in one go. */
    private static final class Slice extends AbstractCollection<@Nullable Object> {
        private final @Nullable Object[] values;
        private final int from;
        private final int to;

        Slice(@Nullable Object[] values, int from, int to) {
            this.values = values;
            this.from = from;
            this.to = to;
        }

        @Override
        public Iterator<@Nullable Object> iterator() {
            return Arrays.asList(values).subList(from, to).iterator();
        }

        @Override
        public int size() {
            return to - from;
        }

        @Override
        @SuppressWarnings("NullAway") // a list's items may be null
        public Object[] toArray() {
            return Arrays.copyOfRange(values, from, to);
        }
    }

    private FastContainers() {}

    static List<@Nullable Object> list(DecoderState state, @Nullable Object... items) {
        state.charge(LIST_BYTES + (long) ITEM_BYTES * items.length);
        state.requireItems(items.length);
        return new ArrayList<@Nullable Object>(Arrays.asList(items));
    }

    static PyDict dict(DecoderState state) {
        state.charge(DICT_BYTES);
        return new PyDict();
    }

    static void chargeSet(DecoderState state, int items) {
        state.charge(SET_BYTES + (long) ENTRY_BYTES * items);
        state.requireItems(items);
    }

    /** Appends values {@code from} to {@code to} to a list or to an object's list items. */
    @SuppressWarnings("unchecked") // the decoder makes lists of any values only
    static void append(DecoderState state, @Nullable Object target, @Nullable Object[] values, int from, int to) {
        state.charge((long) ITEM_BYTES * (to - from));
        if (target == null || target.getClass() != ArrayList.class) {
            state.containers().append(target, Arrays.copyOfRange(values, from, to));
            return;
        }
        ArrayList<@Nullable Object> list = (ArrayList<@Nullable Object>) target;
        if (to - from >= BULK) {
            list.addAll(new Slice(values, from, to));
        } else {
            for (int index = from; index < to; index++) {
                list.add(values[index]);
            }
        }
        state.requireItems(list.size());
    }

    /** Sets items of a dict or of an object; keys and values alternate. */
    static void setItems(DecoderState state, @Nullable Object target, @Nullable Object[] values, int from, int to) {
        int items = (to - from) >> 1;
        state.charge((long) ENTRY_BYTES * items);
        int index = from;
        if (items > 0
                && target != null
                && target.getClass() == PyDict.class
                && ((to - from) & 1) == 0
                && !state.isWaiting(target)) {
            PyDict dict = (PyDict) target;
            DictKeys keys = items <= DictKeys.MAX_SIZE && dict.isEmpty() ? state.keys(values, from, to) : null;
            if (keys != null) {
                state.requireItems(items);
                dict.fill(keys, values, from);
                return;
            }
            index = put(dict.table(), values, from, to);
            state.requireItems(dict.size());
        }
        if (index < to || target == null || target.getClass() != PyDict.class) {
            state.containers().setItems(target, Arrays.copyOfRange(values, index, to));
        }
    }

    /**
     * Puts items into a table as long as their keys are all strings, or all integers; returns where the others begin.
     */
    private static int put(Map<@Nullable Object, @Nullable Object> table, @Nullable Object[] values, int from, int to) {
        int index = from;
        Class<?> plain = plainType(values[from]);
        if (plain != null && table.size() > Collisions.UNWATCHED && !isOldest(table.keySet(), plain)) {
            plain = null;
        }
        while (plain != null && index < to) {
            Object key = values[index];
            if (key == null || key.getClass() != plain) {
                break;
            }
            table.put(key, values[index + 1]);
            index += 2;
        }
        return index;
    }

    /** Adds elements to a set or to an object. */
    @SuppressWarnings("unchecked") // the decoder makes sets of any values only
    static void addItems(DecoderState state, @Nullable Object target, @Nullable Object[] values, int from, int to) {
        state.charge((long) ENTRY_BYTES * (to - from));
        int index = from;
        if (target != null && target.getClass() == LinkedHashSet.class && !state.isWaiting(target)) {
            LinkedHashSet<@Nullable Object> set = (LinkedHashSet<@Nullable Object>) target;
            Class<?> plain = to == from ? null : plainType(values[from]);
            if (plain != null && set.size() > Collisions.UNWATCHED && !isOldest(set, plain)) {
                plain = null;
            }
            while (plain != null && index < to) {
                Object element = values[index];
                if (element == null || element.getClass() != plain) {
                    break;
                }
                set.add(element);
                index++;
            }
            state.requireItems(set.size());
        }
        if (index < to || target == null || target.getClass() != LinkedHashSet.class) {
            state.containers().addItems(target, Arrays.copyOfRange(values, index, to));
        }
    }

    /**
     * Returns the one class that keys must have to be put into a container without a closer look: strings or integers.
     * A large container must have begun with keys of the same class, {@link #isOldest}: those the JDK's hash maps keep
     * in order even if all have the same hash.
     */
    private static @Nullable Class<?> plainType(@Nullable Object key) {
        Class<?> type = key == null ? null : key.getClass();
        return type == String.class || type == Long.class ? type : null;
    }

    private static boolean isOldest(Set<?> keys, Class<?> type) {
        Object oldest = keys.iterator().next();
        return oldest != null && oldest.getClass() == type;
    }
}
