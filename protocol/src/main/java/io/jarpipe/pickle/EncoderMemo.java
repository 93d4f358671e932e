package io.jarpipe.pickle;

import io.jarpipe.PyTuple;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what one pickle already holds: containers, objects and bytes by identity, so that sharing and cycles
 * survive; short strings and names by value, because they are immutable. The n-th thing gets number n.
 *
 * <p>The identity hash of an object costs a call into the JVM and a write into its header. As a value does not change
 * while it is encoded, its size and some of the plain values in it serve instead, for the usual containers. Things
 * whose hash too many others share are kept under their identity hash after all.
 */
final class EncoderMemo {
    static final int NOT_FOUND = -1;

    /** Longer strings are remembered by identity: comparing them would cost more than a second copy. */
    private static final int MAX_EQUAL_LENGTH = 256;

    private static final int INITIAL = 64;
    private static final int KEPT = 256;
    private static final int MAX_PROBES = 8;
    private static final int MAX_DESCENT = 4;

    private @Nullable Object[] things = new @Nullable Object[INITIAL];
    private int[] hashes = new int[INITIAL];
    private int[] numbers = new int[INITIAL];
    private final IdentityHashMap<Object, Integer> crowded = new IdentityHashMap<>(0);
    private int count;

    void clear() {
        if (things.length > KEPT) {
            things = new @Nullable Object[INITIAL];
            hashes = new int[INITIAL];
            numbers = new int[INITIAL];
        } else {
            Arrays.fill(things, null);
        }
        if (!crowded.isEmpty()) {
            crowded.clear();
        }
        count = 0;
    }

    /** Returns the hash under which a string is remembered. */
    static int hash(String text) {
        int length = text.length();
        return length <= MAX_EQUAL_LENGTH
                ? text.hashCode()
                : length + 31 * text.charAt(length >> 1) + 961 * text.charAt(length - 1);
    }

    /** Returns the hash under which anything else is remembered. */
    static int hash(Object value) {
        return hash(value, 0);
    }

    /** Chooses by exact classes, not by a switch over types: this runs for every container. */
    private static int hash(Object value, int level) {
        Class<?> type = value.getClass();
        if (type == LinkedHashMap.class) {
            Map<?, ?> map = (Map<?, ?>) value;
            return map.isEmpty() ? System.identityHashCode(value) : hashOfEntries(map, level);
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

    private static int hashOfEntries(Map<?, ?> map, int level) {
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
        boolean isContainer = type == PyTuple.class || type == ArrayList.class || type == LinkedHashMap.class;
        return isContainer && level < MAX_DESCENT ? 1 + hash(value, level + 1) : 1;
    }

    /** Returns the number under which a value was remembered, or {@link #NOT_FOUND}. */
    @SuppressWarnings("ReferenceEquality") // identity is what this memo is about
    int find(Object value, int hash) {
        int mask = things.length - 1;
        int slot = slot(hash, mask);
        for (int probe = 0; probe < MAX_PROBES; probe++) {
            Object known = things[slot];
            if (known == value) {
                return numbers[slot];
            }
            if (known == null) {
                break;
            }
            slot = (slot + 1) & mask;
        }
        return crowded.isEmpty() ? NOT_FOUND : crowded.getOrDefault(value, NOT_FOUND);
    }

    /** Returns the number under which an equal string or name was remembered, or {@link #NOT_FOUND}. */
    @SuppressWarnings("ReferenceEquality") // a shortcut, and the rule for long strings
    int findEqual(Object value, int hash) {
        int mask = things.length - 1;
        int slot = slot(hash, mask);
        for (int probe = 0; probe < MAX_PROBES; probe++) {
            Object known = things[slot];
            if (known == null) {
                break;
            }
            if (known == value || (hashes[slot] == hash && isComparedByValue(value) && value.equals(known))) {
                return numbers[slot];
            }
            slot = (slot + 1) & mask;
        }
        return crowded.isEmpty() ? NOT_FOUND : crowded.getOrDefault(value, NOT_FOUND);
    }

    private static boolean isComparedByValue(Object value) {
        return !(value instanceof String text) || text.length() <= MAX_EQUAL_LENGTH;
    }

    /** Remembers a value under the next number, and returns that. */
    int add(Object value, int hash) {
        if (count >= (things.length >> 1)) {
            grow();
        }
        put(value, hash, count);
        return count++;
    }

    private void put(Object value, int hash, int number) {
        int mask = things.length - 1;
        int slot = slot(hash, mask);
        for (int probe = 0; probe < MAX_PROBES; probe++) {
            if (things[slot] == null) {
                things[slot] = value;
                hashes[slot] = hash;
                numbers[slot] = number;
                return;
            }
            slot = (slot + 1) & mask;
        }
        crowded.put(value, number);
    }

    private void grow() {
        @Nullable Object[] oldThings = things;
        int[] oldHashes = hashes;
        int[] oldNumbers = numbers;
        int length = 2 * oldThings.length;
        things = new @Nullable Object[length];
        hashes = new int[length];
        numbers = new int[length];
        for (int slot = 0; slot < oldThings.length; slot++) {
            Object value = oldThings[slot];
            if (value != null) {
                put(value, oldHashes[slot], oldNumbers[slot]);
            }
        }
    }

    private static int slot(int hash, int mask) {
        int mixed = hash * 0x9e3779b9;
        return (mixed ^ (mixed >>> 15)) & mask;
    }
}
