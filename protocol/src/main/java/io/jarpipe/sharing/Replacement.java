package io.jarpipe.sharing;

import io.jarpipe.MpSharingException;
import io.jarpipe.MpSharingException.Reason;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts live objects in the place of their recipes in a value that was unpickled: in lists and the values of dicts,
 * which change, and in tuples, which are made anew. Other objects of the program stay as they are, with the recipes in
 * them.
 */
final class Replacement {
    private final Attacher attacher;
    private final IdentityHashMap<Object, PyTuple> tuples = new IdentityHashMap<>();
    /** Lists and dicts that are done or being done, tuples that are being made. */
    private final Set<Object> seen = identitySet();

    Replacement(Attacher attacher) {
        this.attacher = attacher;
    }

    private static Set<Object> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    /** Tells whether there is anything to replace; looks into containers of any depth and shape. */
    static boolean isNeeded(@Nullable Object value) {
        Deque<Object> open = new ArrayDeque<>();
        Set<Object> seen = identitySet();
        addIfContainer(value, open, seen);
        while (!open.isEmpty()) {
            Object next = open.pop();
            if (next instanceof PyObject object && Recipes.isShared(object)) {
                return true;
            }
            Collection<?> content = switch (next) {
                case Collection<?> elements -> elements;
                case Map<?, ?> map -> map.values();
                default -> List.of();
            };
            for (Object element : content) {
                addIfContainer(element, open, seen);
            }
        }
        return false;
    }

    private static void addIfContainer(@Nullable Object value, Deque<Object> open, Set<Object> seen) {
        if ((value instanceof PyObject || value instanceof List<?> || value instanceof Map<?, ?>) && seen.add(value)) {
            open.push(value);
        }
    }

    /** Replaces everything in a value. */
    @Nullable
    Object replaceIn(@Nullable Object value) throws IOException {
        try {
            return replaced(value);
        } catch (StackOverflowError e) {
            throw new MpSharingException(
                    Reason.UNSUPPORTED, "list", null, "a shared object is nested too deep for this thread's stack", e);
        }
    }

    private @Nullable Object replaced(@Nullable Object value) throws IOException {
        return switch (value) {
            case PyObject object -> Recipes.isShared(object) ? attacher.attach(object) : object;
            case PyTuple tuple -> tuple(tuple);
            case List<?> list -> list(list);
            case Map<?, ?> map -> map(map);
            case null, default -> value;
        };
    }

    private PyTuple tuple(PyTuple tuple) throws IOException {
        PyTuple done = tuples.get(tuple);
        if (done != null) {
            return done;
        }
        if (!seen.add(tuple)) {
            throw new MpSharingException(
                    Reason.UNSUPPORTED, "tuple", null, "a tuple that contains itself cannot hold shared objects", null);
        }
        List<@Nullable Object> elements = new ArrayList<>(tuple.size());
        for (Object element : tuple) {
            elements.add(replaced(element));
        }
        PyTuple result = PyTuple.copyOf(elements);
        tuples.put(tuple, result);
        return result;
    }

    @SuppressWarnings("unchecked") // the decoder makes lists of any values
    private List<?> list(List<?> list) throws IOException {
        if (seen.add(list)) {
            List<@Nullable Object> elements = (List<@Nullable Object>) list;
            for (int index = 0; index < elements.size(); index++) {
                elements.set(index, replaced(elements.get(index)));
            }
        }
        return list;
    }

    @SuppressWarnings("unchecked") // the decoder makes dicts of any values
    private Map<?, ?> map(Map<?, ?> map) throws IOException {
        if (seen.add(map)) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                ((Map.Entry<?, @Nullable Object>) entry).setValue(replaced(entry.getValue()));
            }
        }
        return map;
    }
}
