package io.jarpipe;

import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares graphs of {@link PyObject}: two objects already being compared count as equal, which ends every cycle and
 * visits every pair once. One instance per comparison.
 */
final class PyObjectEquality {
    /** Two objects by identity. */
    private record Pair(Object left, Object right) {
        @Override
        @SuppressWarnings("ReferenceEquality") // identity is what a pair is about
        public boolean equals(@Nullable Object other) {
            return other instanceof Pair pair && pair.left == left && pair.right == right;
        }

        @Override
        public int hashCode() {
            return 31 * System.identityHashCode(left) + System.identityHashCode(right);
        }
    }

    private final Set<Pair> visited = new HashSet<>();

    boolean equal(PyObject left, PyObject right) {
        return left.kind() == right.kind()
                && visited.add(new Pair(left, right))
                && left.hasState() == right.hasState()
                && same(left.callable(), right.callable())
                && same(left.args(), right.args())
                && same(left.kwargs(), right.kwargs())
                && same(left.state(), right.state())
                && same(left.stateSetter(), right.stateSetter())
                && same(left.listItems(), right.listItems())
                && same(left.setItems(), right.setItems())
                && same(left.dictItems(), right.dictItems());
    }

    @SuppressWarnings("ReferenceEquality") // shortcut for what is shared by both graphs
    private boolean same(@Nullable Object left, @Nullable Object right) {
        if (left == right) {
            return true;
        }
        if (left == null || right == null) {
            return false;
        }
        if (isPlain(left) || isPlain(right)) {
            return PyValues.equal(left, right);
        }
        if (left instanceof PyException a && right instanceof PyException b) {
            return same(a.recipe(), b.recipe());
        }
        if (left instanceof PyDateTime a && right instanceof PyDateTime b) {
            return a.fold() == b.fold() && a.local().equals(b.local()) && same(a.tzinfo(), b.tzinfo());
        }
        if (left instanceof PyTime a && right instanceof PyTime b) {
            return a.fold() == b.fold() && a.local().equals(b.local()) && same(a.tzinfo(), b.tzinfo());
        }
        if (left instanceof PyObject a && right instanceof PyObject b) {
            return visited.contains(new Pair(a, b)) || equal(a, b);
        }
        return !visited.add(new Pair(left, right)) || sameContainer(left, right);
    }

    private boolean sameContainer(Object left, Object right) {
        if (left instanceof PyTuple != right instanceof PyTuple
                || left instanceof PyFrozenSet != right instanceof PyFrozenSet) {
            return false;
        }
        if (left instanceof Map<?, ?> a && right instanceof Map<?, ?> b) {
            return a.size() == b.size() && (allPlain(a.keySet()) ? sameValues(a, b) : sameEntries(a, b));
        }
        if (left instanceof Set<?> a && right instanceof Set<?> b) {
            return allPlain(a) ? a.equals(b) : sameSequence(a, b);
        }
        return left instanceof List<?> a && right instanceof List<?> b && sameSequence(a, b);
    }

    private boolean sameValues(Map<?, ?> left, Map<?, ?> right) {
        for (Map.Entry<?, ?> entry : left.entrySet()) {
            if (!right.containsKey(entry.getKey()) || !same(entry.getValue(), right.get(entry.getKey()))) {
                return false;
            }
        }
        return true;
    }

    private boolean sameEntries(Map<?, ?> left, Map<?, ?> right) {
        return sameSequence(left.keySet(), right.keySet()) && sameSequence(left.values(), right.values());
    }

    private boolean sameSequence(Collection<?> left, Collection<?> right) {
        if (left.size() != right.size()) {
            return false;
        }
        Iterator<?> others = right.iterator();
        for (Object element : left) {
            if (!same(element, others.next())) {
                return false;
            }
        }
        return true;
    }

    private static boolean allPlain(Collection<?> values) {
        for (Object value : values) {
            if (value != null && !isPlain(value)) {
                return false;
            }
        }
        return true;
    }

    /** Says whether a value holds no reference to others, so that its own equals and hashCode are safe. */
    private static boolean isPlain(Object value) {
        return switch (value) {
            case PyObject object -> false;
            case PyException exception -> exception.recipe() == null;
            case PyDateTime dateTime -> dateTime.tzinfo() == null;
            case PyTime time -> time.tzinfo() == null;
            default -> !(value instanceof Collection<?> || value instanceof Map<?, ?>);
        };
    }

    /** Hashes the plain values one level down, and of the others only that they are there. */
    static int shallowHash(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            int hash = map.size();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                hash += 31 * plainHash(entry.getKey()) ^ plainHash(entry.getValue());
            }
            return hash;
        }
        if (value instanceof List<?> list) {
            int hash = 1;
            for (Object element : list) {
                hash = 31 * hash + plainHash(element);
            }
            return hash;
        }
        return plainHash(value);
    }

    private static int plainHash(@Nullable Object value) {
        return value == null || !isPlain(value) ? 0 : PyValues.hash(value);
    }
}
