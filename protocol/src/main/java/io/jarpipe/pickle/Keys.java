package io.jarpipe.pickle;

import io.jarpipe.PyArray;
import io.jarpipe.PyByteArray;
import io.jarpipe.PyBytes;
import io.jarpipe.PyDateTime;
import io.jarpipe.PyDecimal;
import io.jarpipe.PyFrozenSet;
import io.jarpipe.PyObject;
import io.jarpipe.PyTime;
import io.jarpipe.PyTuple;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides what may be a key of a map or an element of a set: only what is hashable in Python. One instance per pickle.
 *
 * <p>A few bytes of pickle can describe a tuple whose expansion is exponentially large, and comparing two such keys
 * would take for ever. So the expanded sizes of all keys together are limited by the size of the pickle.
 */
final class Keys {
    private static final int DEFAULT_DEPTH = 500;
    private static final long BASE_BUDGET = 100_000;
    private static final long BUDGET_PER_BYTE = 100;
    private static final Size PLAIN = new Size(1, 0, false);
    private static final Size OBJECT = new Size(1, 0, true);

    /**
     * What a key is made of: expanded number of values, depth of nesting, and whether an opaque object is among them.
     */
    private record Size(long values, int depth, boolean holdsObject) {}

    private final IdentityHashMap<Object, Size> sizes = new IdentityHashMap<>(0);
    private final int maxDepth;
    private long budget;

    Keys(int pickleLength) {
        this(pickleLength, DEFAULT_DEPTH);
    }

    Keys(int pickleLength, int maxDepth) {
        this.maxDepth = maxDepth;
        this.budget = BASE_BUDGET + BUDGET_PER_BYTE * pickleLength;
    }

    /** Returns the key to use for a value: itself, or {@link PyBytes}. */
    @Nullable
    Object toKey(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return PyBytes.of(bytes);
        }
        budget -= size(value, 0).values();
        if (budget < 0) {
            throw new Malformed("smaller keys", "tuples that repeat themselves");
        }
        return value;
    }

    /**
     * Says whether an opaque object is part of a key. Such objects may still lack their state while the pickle is being
     * read.
     */
    boolean holdsObject(@Nullable Object key) {
        return size(key, 0).holdsObject();
    }

    private Size size(@Nullable Object value, int level) {
        if (value instanceof PyTuple || value instanceof PyFrozenSet) {
            Size known = sizes.get(value);
            if (known == null) {
                known = sum((Collection<?>) value, level);
                sizes.put(value, known);
            }
            return known;
        }
        if (value instanceof List<?>
                || value instanceof Map<?, ?>
                || value instanceof Set<?>
                || value instanceof PyByteArray
                || value instanceof PyArray) {
            throw new Malformed("a hashable key", Values.typeName(value));
        }
        return isLikeObject(value) ? OBJECT : PLAIN;
    }

    /**
     * Says whether a value may be incomplete, or equal to another that Python tells apart: a recipe, a time in a zone
     * that is one, a decimal that is not even equal to itself in Python.
     */
    private static boolean isLikeObject(@Nullable Object value) {
        return value instanceof PyObject
                || (value instanceof PyDateTime dateTime && dateTime.tzinfo() != null)
                || (value instanceof PyTime time && time.tzinfo() != null)
                || (value instanceof PyDecimal decimal && decimal.isNaN());
    }

    private Size sum(Collection<?> elements, int level) {
        long values = 1;
        int depth = 0;
        boolean holdsObject = false;
        for (Object element : elements) {
            Size size = level < maxDepth ? size(element, level + 1) : PLAIN;
            values = Math.min(Long.MAX_VALUE / 2, values + size.values());
            depth = Math.max(depth, size.depth());
            holdsObject |= size.holdsObject();
        }
        if (depth >= maxDepth || level >= maxDepth) {
            throw new Malformed("a key nested at most " + maxDepth + " deep", "a deeper one");
        }
        return new Size(values, depth + 1, holdsObject);
    }
}
