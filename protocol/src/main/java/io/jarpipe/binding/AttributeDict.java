package io.jarpipe.binding;

import java.util.AbstractMap;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A dict of attributes as a pickle writes it: names and values in turn, in one array. A record is made of it without a
 * hash table; whoever asks for more than that gets one.
 *
 * <p>A name that comes twice counts once, with its last value, as in Python. Reading is thread-safe.
 */
public final class AttributeDict extends AbstractMap<@Nullable Object, @Nullable Object> {
    private static final @Nullable Object[] NOTHING = {};

    private @Nullable Object[] items = NOTHING;

    private volatile @Nullable Map<@Nullable Object, @Nullable Object> map;

    /** Makes an empty dict. */
    public AttributeDict() {}

    /**
     * Adds names and values, before anybody else sees the dict.
     *
     * @param source names and values in turn, copied
     * @param from index of the first name
     * @param to index after the last value
     * @return false if they are not names and values; then nothing is added
     */
    public boolean add(@Nullable Object[] source, int from, int to) {
        if (map != null || ((to - from) & 1) != 0) {
            return false;
        }
        for (int index = from; index < to; index += 2) {
            Object name = source[index];
            if (name == null || name.getClass() != String.class) {
                return false;
            }
        }
        int length = items.length;
        if (length == 0) {
            items = Arrays.copyOfRange(source, from, to);
        } else {
            items = Arrays.copyOf(items, length + to - from);
            System.arraycopy(source, from, items, length, to - from);
        }
        return true;
    }

    /**
     * Returns names and values in turn.
     *
     * @return the dict's own array, in which a name may come twice; null if the dict has been used as a map, which may
     *     have changed it
     */
    public @Nullable Object @Nullable [] items() {
        return map == null ? items : null;
    }

    /**
     * Returns how many names have been added.
     *
     * @return the number; a name that came twice counts twice
     */
    public int length() {
        return items.length / 2;
    }

    private Map<@Nullable Object, @Nullable Object> map() {
        Map<@Nullable Object, @Nullable Object> known = map;
        return known == null ? makeMap() : known;
    }

    private synchronized Map<@Nullable Object, @Nullable Object> makeMap() {
        Map<@Nullable Object, @Nullable Object> made = map;
        if (made == null) {
            made = LinkedHashMap.newLinkedHashMap(items.length / 2);
            for (int index = 0; index < items.length; index += 2) {
                made.put(items[index], items[index + 1]);
            }
            map = made;
        }
        return made;
    }

    @Override
    public Set<Entry<@Nullable Object, @Nullable Object>> entrySet() {
        return map().entrySet();
    }

    @Override
    public int size() {
        return map().size();
    }

    @Override
    public @Nullable Object get(@Nullable Object key) {
        return map().get(key);
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
        return map().containsKey(key);
    }

    @Override
    public @Nullable Object put(@Nullable Object key, @Nullable Object value) {
        return map().put(key, value);
    }

    @Override
    public @Nullable Object remove(@Nullable Object key) {
        return map().remove(key);
    }
}
