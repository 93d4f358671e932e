package io.jarpipe.pickle;

import io.jarpipe.dict.DictKeys;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the keys of some dicts between messages, which mostly have the same ones. Direct-mapped; keys come in when they
 * are seen twice in a row at their place.
 */
final class KeysCache {
    private static final int BITS = 6;
    /** Longer keys are not kept: what stays of a message must be small. */
    private static final int MAX_LENGTH = 1024;

    private final @Nullable DictKeys[] known = new @Nullable DictKeys[1 << BITS];
    private final int[] seen = new int[1 << BITS];

    /**
     * Returns the keys of a dict; null if they are not distinct strings, or too many.
     *
     * @param items keys and values in turn
     */
    @Nullable
    DictKeys find(@Nullable Object[] items, int from, int to) {
        if (!(items[from] instanceof String first) || !(items[to - 2] instanceof String last)) {
            return null;
        }
        int mixed = (31 * (to - from) + first.hashCode()) * 31 + last.hashCode();
        int index = (mixed * 0x9e3779b9) >>> (Integer.SIZE - BITS);
        DictKeys keys = known[index];
        if (keys != null && keys.are(items, from, to)) {
            return keys;
        }
        keys = DictKeys.of(items, from, to);
        if (seen[index] == mixed && keys != null && isShort(keys)) {
            known[index] = keys;
        }
        seen[index] = mixed;
        return keys;
    }

    private static boolean isShort(DictKeys keys) {
        int length = 0;
        for (int position = 0; position < keys.size(); position++) {
            length += keys.get(position).length();
        }
        return length <= MAX_LENGTH;
    }
}
