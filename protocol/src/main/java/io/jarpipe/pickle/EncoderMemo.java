package io.jarpipe.pickle;

import io.jarpipe.PyTuple;
import io.jarpipe.dict.DictKeys;
import io.jarpipe.dict.PyDict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what one pickle already holds: containers, objects and bytes by identity, so that sharing and cycles
 * survive; short strings and names by value, because they are immutable. The n-th thing gets number n.
 *
 * <p>The first identity hash of an object costs a call into the JVM and a write into its header. As a value does not
 * change while it is encoded, its size and some of the plain values in it serve instead, for the usual containers.
 * Where too many others share that hash, the identity hash decides after all.
 *
 * <p>An entry of the open-addressing table is the hash in the upper half and the number plus one in the lower, so that
 * only what has the right hash is looked at.
 */
final class EncoderMemo {
    static final int NOT_FOUND = -1;

    /** Longer strings are remembered by identity: comparing them would cost more than a second copy. */
    private static final int MAX_EQUAL_LENGTH = 64;

    private static final int INITIAL_BITS = 6;
    /** Larger tables are not kept for the next pickle; this one has 32 KiB. */
    private static final int KEPT_BITS = 12;
    /** A table that a pickle has used less than this part of is too large to be cleared again and again. */
    private static final int LEAST_USE = 32;
    /** The table grows to four times its size: less is copied in all. */
    private static final int GROWTH_BITS = 2;
    /** Places tried before the identity hash is taken. */
    private static final int MAX_PROBES = 8;

    private static final int MAX_DESCENT = 4;
    /** Characters of a long string, at its end, that its hash is made of. */
    private static final int SAMPLES = 4;

    private int bits = INITIAL_BITS;
    private long[] table = new long[1 << INITIAL_BITS];
    private final Refreshed age = new Refreshed();
    private @Nullable Object[] things = new @Nullable Object[1 << (INITIAL_BITS - 1)];
    private int count;
    /** How much the pickle before had; one that outgrows the small table is expected to have as much. */
    private int lastCount;

    void clear() {
        if (bits > KEPT_BITS || (bits > INITIAL_BITS && count < table.length / LEAST_USE)) {
            bits = INITIAL_BITS;
            table = new long[1 << INITIAL_BITS];
            things = new @Nullable Object[1 << (INITIAL_BITS - 1)];
        } else if (count > 0) {
            Arrays.fill(table, 0);
            if (age.isDue(count)) {
                things = new @Nullable Object[things.length];
            } else {
                Arrays.fill(things, 0, count, null);
            }
        }
        lastCount = count;
        count = 0;
    }

    /** Returns the hash under which a string is remembered. */
    static int hash(String text) {
        int length = text.length();
        return length <= MAX_EQUAL_LENGTH ? text.hashCode() : hashOfSome(text, length);
    }

    private static int hashOfSome(String text, int length) {
        int hash = length;
        for (int index = length - SAMPLES; index < length; index++) {
            hash = 31 * hash + text.charAt(index);
        }
        return 31 * (31 * hash + text.charAt(length >> 1)) + text.charAt(0);
    }

    /** Returns the hash under which anything else is remembered. */
    static int hash(Object value) {
        return hash(value, 0);
    }

    /** Chooses by exact classes, not by a switch over types: this runs for every container. */
    private static int hash(Object value, int level) {
        Class<?> type = value.getClass();
        if (type == PyDict.class) {
            return hashOfDict((PyDict) value, level);
        }
        if (type == LinkedHashMap.class) {
            return hashOfEntries((Map<?, ?>) value, level);
        }
        if (type == ArrayList.class || type == PyTuple.class) {
            List<?> list = (List<?>) value;
            int size = list.size();
            if (size > 0) {
                return 31 * (31 * size + part(list.get(0), level)) + part(list.get(size - 1), MAX_DESCENT);
            }
        }
        if (type == byte[].class) {
            byte[] bytes = (byte[]) value;
            return bytes.length == 0 ? 0 : 31 * bytes.length + bytes[0] + 961 * bytes[bytes.length >> 1];
        }
        return System.identityHashCode(value);
    }

    private static int hashOfDict(PyDict dict, int level) {
        DictKeys keys = dict.keys();
        if (keys == null || keys.size() == 0) {
            return hashOfEntries(dict, level);
        }
        int size = keys.size();
        return 31 * (31 * size + part(dict.value(0), level)) + part(dict.value(size - 1), MAX_DESCENT);
    }

    private static int hashOfEntries(Map<?, ?> map, int level) {
        if (map.isEmpty()) {
            return System.identityHashCode(map);
        }
        int hash = map.size();
        Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
        for (int taken = 0; taken < 2 && entries.hasNext(); taken++) {
            hash = 31 * hash + part(entries.next().getValue(), taken == 0 ? level : MAX_DESCENT);
        }
        return hash;
    }

    private static int part(@Nullable Object value, int level) {
        if (value == null) {
            return 0;
        }
        Class<?> type = value.getClass();
        if (type == Long.class || type == Integer.class || type == Double.class) {
            return value.hashCode();
        }
        if (type == String.class) {
            return hash((String) value);
        }
        boolean isContainer =
                type == PyTuple.class || type == ArrayList.class || type == PyDict.class || type == LinkedHashMap.class;
        return isContainer && level < MAX_DESCENT ? 1 + hash(value, level + 1) : 1;
    }

    /** Returns the number under which a value was remembered, or {@link #NOT_FOUND}. */
    @SuppressWarnings("ReferenceEquality") // identity is what this memo is about
    int find(Object value, int hash) {
        int mask = table.length - 1;
        int slot = slot(hash);
        for (int probe = 0; probe < MAX_PROBES; probe++) {
            long entry = table[slot];
            if (entry == 0) {
                return NOT_FOUND;
            }
            if ((int) (entry >>> Integer.SIZE) == hash && things[(int) entry - 1] == value) {
                return (int) entry - 1;
            }
            slot = (slot + 1) & mask;
        }
        return findCrowded(value);
    }

    /** Returns the number under which an equal string or name was remembered, or {@link #NOT_FOUND}. */
    @SuppressWarnings("ReferenceEquality") // a shortcut, and the rule for long strings
    int findEqual(Object value, int hash) {
        int mask = table.length - 1;
        int slot = slot(hash);
        for (int probe = 0; probe < MAX_PROBES; probe++) {
            long entry = table[slot];
            if (entry == 0) {
                return NOT_FOUND;
            }
            if ((int) (entry >>> Integer.SIZE) == hash) {
                Object known = things[(int) entry - 1];
                if (known == value || (isComparedByValue(value) && value.equals(known))) {
                    return (int) entry - 1;
                }
            }
            slot = (slot + 1) & mask;
        }
        return findCrowded(value);
    }

    private static boolean isComparedByValue(Object value) {
        return !(value instanceof String text) || text.length() <= MAX_EQUAL_LENGTH;
    }

    @SuppressWarnings("ReferenceEquality") // identity is what this memo is about
    private int findCrowded(Object value) {
        int mask = table.length - 1;
        int slot = slot(System.identityHashCode(value));
        while (table[slot] != 0) {
            int number = (int) table[slot] - 1;
            if (things[number] == value) {
                return number;
            }
            slot = (slot + 1) & mask;
        }
        return NOT_FOUND;
    }

    /** Remembers a value under the next number, and returns that. */
    int add(Object value, int hash) {
        if (count == things.length) {
            grow();
        }
        int number = count++;
        things[number] = value;
        put(value, (long) hash << Integer.SIZE | (number + 1));
        return number;
    }

    private void put(@Nullable Object value, long entry) {
        int mask = table.length - 1;
        int slot = slot((int) (entry >>> Integer.SIZE));
        for (int probe = 0; table[slot] != 0; probe++) {
            slot = probe == MAX_PROBES - 1 ? slot(System.identityHashCode(value)) : (slot + 1) & mask;
        }
        table[slot] = entry;
    }

    private void grow() {
        long[] oldTable = table;
        do {
            bits += GROWTH_BITS;
        } while (1 << (bits - 1) < lastCount);
        table = new long[1 << bits];
        things = Arrays.copyOf(things, table.length >> 1);
        for (long entry : oldTable) {
            if (entry != 0) {
                put(things[(int) entry - 1], entry);
            }
        }
    }

    /** Takes the highest bits of a product, which depend on all bits of the hash. */
    private int slot(int hash) {
        return (hash * 0x9e3779b9) >>> (Integer.SIZE - bits);
    }
}
