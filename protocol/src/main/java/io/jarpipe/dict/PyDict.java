package io.jarpipe.dict;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A decoded dict: a mutable map in insertion order, in which null may be a key and a value, as in
 * {@link LinkedHashMap}. Several threads may read it, unless one changes it.
 *
 * <p>Most dicts of messages have a few strings as keys, the same in each, and are only read. So the values are in an
 * array, and the keys in one that all dicts with these keys have in common. A dict whose keys are others, or that gets
 * or loses one, is a hash table.
 */
public final class PyDict extends AbstractMap<@Nullable Object, @Nullable Object> {
    private static final @Nullable Object[] NOTHING = {};

    /** Null if there is a table. */
    private @Nullable DictKeys keys = DictKeys.NONE;

    private @Nullable Object[] values = NOTHING;

    private @Nullable LinkedHashMap<@Nullable Object, @Nullable Object> table;

    /** Makes an empty dict. */
    public PyDict() {}

    /**
     * Fills an empty dict.
     *
     * @param newKeys the keys that the items have
     * @param items keys and values in turn; copied
     * @param from index of the first key
     */
    public void fill(DictKeys newKeys, @Nullable Object[] items, int from) {
        @Nullable Object[] taken = new @Nullable Object[newKeys.size()];
        int index = from + 1;
        for (int position = 0; position < taken.length; position++) {
            taken[position] = items[index];
            index += 2;
        }
        keys = newKeys;
        values = taken;
        table = null;
    }

    /**
     * Returns the keys that this dict and others have in common.
     *
     * @return the keys in order; null if the dict is a hash table
     */
    public @Nullable DictKeys keys() {
        return keys;
    }

    /**
     * Returns a value of a dict that has {@link #keys}.
     *
     * @param position that of its key
     * @return the value
     */
    public @Nullable Object value(int position) {
        return values[position];
    }

    /**
     * Returns the values of a dict that has {@link #keys}.
     *
     * @return a copy, in order
     */
    public @Nullable Object[] copyOfValues() {
        return values.clone();
    }

    /**
     * Returns the hash table that this dict is from now on.
     *
     * @return the {@link LinkedHashMap}; what is changed in it is changed in the dict
     */
    public Map<@Nullable Object, @Nullable Object> table() {
        LinkedHashMap<@Nullable Object, @Nullable Object> known = table;
        if (known == null) {
            known = LinkedHashMap.newLinkedHashMap(values.length + 1);
            forEach(known::put);
            table = known;
            keys = null;
            values = NOTHING;
        }
        return known;
    }

    @Override
    public int size() {
        return table == null ? values.length : table.size();
    }

    @Override
    public @Nullable Object get(@Nullable Object key) {
        if (keys == null) {
            return table().get(key);
        }
        int position = keys.position(key);
        return position < 0 ? null : values[position];
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
        return keys == null ? table().containsKey(key) : keys.position(key) >= 0;
    }

    @Override
    public @Nullable Object put(@Nullable Object key, @Nullable Object value) {
        int position = keys == null ? -1 : keys.position(key);
        if (position < 0) {
            return table().put(key, value);
        }
        Object before = values[position];
        values[position] = value;
        return before;
    }

    @Override
    public @Nullable Object remove(@Nullable Object key) {
        return containsKey(key) ? table().remove(key) : null;
    }

    @Override
    public void clear() {
        table().clear();
    }

    @Override
    public void forEach(BiConsumer<? super @Nullable Object, ? super @Nullable Object> action) {
        DictKeys present = keys;
        if (present == null) {
            table().forEach(action);
            return;
        }
        @Nullable Object[] theirs = values;
        for (int position = 0; position < theirs.length; position++) {
            action.accept(present.get(position), theirs[position]);
        }
    }

    @Override
    public Set<Map.Entry<@Nullable Object, @Nullable Object>> entrySet() {
        return new Entries();
    }

    private final class Entries extends AbstractSet<Map.Entry<@Nullable Object, @Nullable Object>> {
        @Override
        public int size() {
            return PyDict.this.size();
        }

        @Override
        public void clear() {
            PyDict.this.clear();
        }

        @Override
        public Iterator<Map.Entry<@Nullable Object, @Nullable Object>> iterator() {
            DictKeys present = keys;
            return present == null ? table().entrySet().iterator() : new DictIterator(PyDict.this, present);
        }
    }
}
