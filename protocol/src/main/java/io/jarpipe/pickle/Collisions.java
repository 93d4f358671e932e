package io.jarpipe.pickle;

import io.jarpipe.PyObject;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many keys with one and the same hash a container may hold. Hash maps of the JDK order such keys if they
 * are comparable and all of one type, as strings are; tuples, bytes and a mixture they compare one by one, which a
 * pickle made for it turns into hours. One instance per pickle.
 */
final class Collisions {
    /** Containers up to this size are not watched. */
    static final int UNWATCHED = 200;

    private static final int MAX_SAME_HASH = 200;

    private final IdentityHashMap<Object, Map<Integer, Integer>> watched = new IdentityHashMap<>(0);

    /** Counts a key that is about to go into a container. */
    void watch(Object container, @Nullable Object key) {
        Collection<?> present = keys(container);
        if (present.size() < UNWATCHED || key == null) {
            return;
        }
        Map<Integer, Integer> counts = watched.get(container);
        if (counts == null) {
            counts = new HashMap<>();
            for (Object known : present) {
                counts.merge(known == null ? 0 : known.hashCode(), 1, Integer::sum);
            }
            watched.put(container, counts);
        }
        if (counts.merge(key.hashCode(), 1, Integer::sum) > MAX_SAME_HASH && !present.contains(key)) {
            throw new Malformed("keys with different hashes", "more than " + MAX_SAME_HASH + " with the same");
        }
    }

    private static Collection<?> keys(Object container) {
        return switch (container) {
            case Map<?, ?> map -> map.keySet();
            case PyObject object -> object.dictItems().keySet();
            default -> (Collection<?>) container;
        };
    }
}
