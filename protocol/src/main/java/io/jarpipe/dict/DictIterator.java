package io.jarpipe.dict;

import java.util.AbstractMap;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Goes over the items of a dict that has {@link PyDict#keys}; from its first removal on over those of the table. */
final class DictIterator implements Iterator<Map.Entry<@Nullable Object, @Nullable Object>> {
    private final PyDict dict;
    private final DictKeys keys;
    private int next;
    private @Nullable Iterator<Map.Entry<@Nullable Object, @Nullable Object>> ofTable;

    DictIterator(PyDict dict, DictKeys keys) {
        this.dict = dict;
        this.keys = keys;
    }

    @Override
    public boolean hasNext() {
        return ofTable == null ? next < keys.size() : ofTable.hasNext();
    }

    @Override
    public Map.Entry<@Nullable Object, @Nullable Object> next() {
        if (ofTable != null) {
            return ofTable.next();
        }
        if (next == keys.size()) {
            throw new NoSuchElementException();
        }
        requireUnchanged();
        return new Item(dict, keys.get(next), dict.value(next++));
    }

    @Override
    public void remove() {
        Iterator<Map.Entry<@Nullable Object, @Nullable Object>> items = ofTable;
        if (items == null) {
            requireUnchanged();
            items = dict.table().entrySet().iterator();
            for (int passed = 0; passed < next; passed++) {
                items.next();
            }
            ofTable = items;
        }
        items.remove();
    }

    @SuppressWarnings("ReferenceEquality") // the keys themselves are meant
    private void requireUnchanged() {
        if (dict.keys() != keys) {
            throw new ConcurrentModificationException("the dict got or lost a key meanwhile");
        }
    }

    /** What is set here is set in the dict. */
    private static final class Item extends AbstractMap.SimpleEntry<@Nullable Object, @Nullable Object> {
        private static final long serialVersionUID = 1L;

        private final transient PyDict dict;

        Item(PyDict dict, @Nullable Object key, @Nullable Object value) {
            super(key, value);
            this.dict = dict;
        }

        @Override
        public @Nullable Object setValue(@Nullable Object value) {
            dict.put(getKey(), value);
            return super.setValue(value);
        }
    }
}
