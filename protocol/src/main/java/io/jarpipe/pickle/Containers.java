package io.jarpipe.pickle;

import io.jarpipe.PyFrozenSet;
import io.jarpipe.PyObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Fills the maps, sets and lists of one pickle.
 *
 * <p>Keys that hold opaque objects go into their container at the end of the pickle: only then have all objects got the
 * state that their equality depends on, for in a cycle an object is a key before it is complete.
 */
final class Containers {
    /** Items that wait for the end: pairs of keys and values for a map, else elements of a set. */
    private record Batch(
            Object target, boolean pairs, @Nullable Object[] items) {}

    private final Keys keys;
    private final Collisions collisions = new Collisions();
    private final List<Batch> waiting = new ArrayList<>(0);
    private final Set<Object> waitingTargets = Collections.newSetFromMap(new IdentityHashMap<>(0));

    Containers(Keys keys) {
        this.keys = keys;
    }

    /** Says whether items of a container wait for the end, which later items must not overtake. */
    boolean isWaiting(Object target) {
        return !waiting.isEmpty() && waitingTargets.contains(target);
    }

    /** Appends to a list, or to an object's list items. */
    void append(@Nullable Object target, @Nullable Object... items) {
        List<@Nullable Object> list = Values.listOrNull(target);
        if (list != null) {
            Collections.addAll(list, items);
        } else if (target instanceof PyObject object) {
            Arrays.asList(items).forEach(object::append);
        } else {
            throw new Malformed("a list or an object", Values.typeName(target));
        }
    }

    /** Sets items of a map, or of an object; keys and values alternate. */
    void setItems(@Nullable Object target, @Nullable Object... items) {
        if (items.length % 2 != 0) {
            throw new Malformed("pairs of keys and values", items.length + " items");
        }
        if (target == null || (Values.mapOrNull(target) == null && !(target instanceof PyObject))) {
            throw new Malformed("a dict or an object", Values.typeName(target));
        }
        insertOrWait(new Batch(target, true, items));
    }

    /** Adds elements to a set, or to an object. */
    void addItems(@Nullable Object target, @Nullable Object... items) {
        if (target instanceof PyObject object) {
            Arrays.asList(items).forEach(object::add);
            return;
        }
        if (target == null || Values.setOrNull(target) == null) {
            throw new Malformed("a set or an object", Values.typeName(target));
        }
        insertOrWait(new Batch(target, false, items));
    }

    /** Makes a set at once; its elements are complete, or it is malformed. */
    PyFrozenSet frozenSet(@Nullable Object... items) {
        Set<@Nullable Object> elements = LinkedHashSet.newLinkedHashSet(items.length);
        insert(new Batch(elements, false, withKeys(false, items)));
        return PyFrozenSet.copyOf(elements);
    }

    private void insertOrWait(Batch batch) {
        Batch ready = new Batch(batch.target(), batch.pairs(), withKeys(batch.pairs(), batch.items()));
        if (waitingTargets.contains(batch.target()) || holdsObject(ready)) {
            waitingTargets.add(batch.target());
            waiting.add(ready);
        } else {
            insert(ready);
        }
    }

    private @Nullable Object[] withKeys(boolean pairs, @Nullable Object... items) {
        for (int index = 0; index < items.length; index += pairs ? 2 : 1) {
            items[index] = keys.toKey(items[index]);
        }
        return items;
    }

    private boolean holdsObject(Batch batch) {
        for (int index = 0; index < batch.items().length; index += batch.pairs() ? 2 : 1) {
            if (keys.holdsObject(batch.items()[index])) {
                return true;
            }
        }
        return false;
    }

    /** Inserts what has waited for the end of the pickle. */
    void finish() {
        waiting.forEach(this::insert);
    }

    private void insert(Batch batch) {
        @Nullable Object[] items = batch.items();
        Map<@Nullable Object, @Nullable Object> map = Values.mapOrNull(batch.target());
        Set<@Nullable Object> set = Values.setOrNull(batch.target());
        for (int index = 0; index < items.length; index += batch.pairs() ? 2 : 1) {
            boolean isNew;
            collisions.watch(batch.target(), items[index]);
            if (set != null) {
                isNew = set.add(items[index]);
            } else if (map != null) {
                int before = map.size();
                map.put(items[index], items[index + 1]);
                isNew = map.size() > before;
            } else {
                PyObject object = (PyObject) batch.target();
                int before = object.dictItems().size();
                object.setItem(items[index], items[index + 1]);
                isNew = object.dictItems().size() > before;
            }
            if (!isNew && keys.holdsObject(items[index])) {
                throw new Malformed(
                        "objects as keys that Java can tell apart", "two with the same class, arguments and state");
            }
        }
    }
}
