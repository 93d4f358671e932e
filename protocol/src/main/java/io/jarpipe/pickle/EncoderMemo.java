package io.jarpipe.pickle;

import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what one pickle already holds: containers and objects by identity, so that sharing and cycles survive;
 * strings and names by value, because they are immutable. The n-th MEMOIZE opcode gets number n.
 */
final class EncoderMemo {
    /**
     * Empty containers that the JDK shares between all who ask for one. They are immutable in Java, but would become
     * one mutable object in Python.
     */
    private static final List<Object> JDK_EMPTIES = List.of(
            List.of(), Set.of(), Map.of(), Collections.emptyList(), Collections.emptySet(), Collections.emptyMap());

    private final Map<Object, Integer> byValue = new HashMap<>();
    private final IdentityHashMap<Object, Integer> byIdentity = new IdentityHashMap<>();

    /** Returns the number under which a value was remembered, or null. */
    @Nullable
    Integer find(Object value) {
        return byIdentity.get(value);
    }

    /** Returns the number under which an equal value was remembered, or null. */
    @Nullable
    Integer findEqual(Object value) {
        return byValue.get(value);
    }

    void add(Object value) {
        byIdentity.put(value, size());
    }

    void addEqual(Object value) {
        byValue.put(value, size());
    }

    private int size() {
        return byIdentity.size() + byValue.size();
    }

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
