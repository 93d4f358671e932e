package io.jarpipe.dict;

import org.jspecify.annotations.Nullable;

/**
 * The keys of small dicts: distinct strings, in order. Dicts that have the same can share them, as the instances of a
 * class do in CPython (Objects/dictobject.c, split tables). Immutable.
 */
public final class DictKeys {
    /** The most keys: with so few, searching is quick even if all have the same hash. */
    public static final int MAX_SIZE = 64;

    static final DictKeys NONE = new DictKeys(new String[0], new byte[1]);

    private final String[] names;
    /** An open-addressing table at most half full: a position plus one, or 0. */
    private final byte[] table;

    private DictKeys(String[] names, byte[] table) {
        this.names = names;
        this.table = table;
    }

    /**
     * Makes keys of what a pickle has.
     *
     * @param items keys and values in turn
     * @param from index of the first key
     * @param to index after the last value
     * @return the keys; null if they are more than {@link #MAX_SIZE}, not all strings, or not distinct
     */
    public static @Nullable DictKeys of(@Nullable Object[] items, int from, int to) {
        int size = (to - from) >> 1;
        if (size > MAX_SIZE) {
            return null;
        }
        String[] names = new String[size];
        DictKeys keys = new DictKeys(names, new byte[2 * Integer.highestOneBit(2 * size + 1)]);
        for (int position = 0; position < size; position++) {
            if (!(items[from + 2 * position] instanceof String name) || !keys.add(name, position)) {
                return null;
            }
        }
        return keys;
    }

    private boolean add(String name, int position) {
        int slot = slot(name);
        if (table[slot] != 0) {
            return false;
        }
        names[position] = name;
        table[slot] = (byte) (position + 1);
        return true;
    }

    /** Returns the place of a name in the table, or the free one where it would be. */
    private int slot(String name) {
        int hash = name.hashCode();
        int slot = (hash ^ (hash >>> 16)) & (table.length - 1);
        while (table[slot] != 0 && !name.equals(names[table[slot] - 1])) {
            slot = (slot + 1) & (table.length - 1);
        }
        return slot;
    }

    /**
     * Tells whether a dict has these keys in this order.
     *
     * @param items keys and values in turn
     * @param from index of the first key
     * @param to index after the last value
     * @return true if so
     */
    @SuppressWarnings("ReferenceEquality") // a shortcut
    public boolean are(@Nullable Object[] items, int from, int to) {
        if (to - from != 2 * names.length) {
            return false;
        }
        int index = from;
        for (String name : names) {
            Object key = items[index];
            if (key != name && !name.equals(key)) {
                return false;
            }
            index += 2;
        }
        return true;
    }

    /**
     * Returns how many they are.
     *
     * @return the number of keys
     */
    public int size() {
        return names.length;
    }

    /**
     * Returns a key.
     *
     * @param position from 0, in the dict's order
     * @return the key
     */
    public String get(int position) {
        return names[position];
    }

    /**
     * Searches a key.
     *
     * @param key any value
     * @return its position, or -1 if it is none of the keys
     */
    public int position(@Nullable Object key) {
        return key instanceof String name ? table[slot(name)] - 1 : -1;
    }
}
