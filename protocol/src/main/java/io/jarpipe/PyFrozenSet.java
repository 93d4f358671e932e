package io.jarpipe;

import java.util.AbstractSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A Python {@code frozenset}: an immutable set that keeps the order of its elements and may hold null.
 *
 * <p>Equal to any set with equal elements. {@code bytes} are held as {@link PyBytes}.
 */
public final class PyFrozenSet extends AbstractSet<@Nullable Object> {
    private final Set<@Nullable Object> elements;

    private PyFrozenSet(Set<@Nullable Object> elements) {
        this.elements = Collections.unmodifiableSet(elements);
    }

    /**
     * Makes a set.
     *
     * @param elements the elements, copied; a {@code byte[]} becomes {@link PyBytes}, later duplicates are dropped
     * @return the set
     */
    public static PyFrozenSet copyOf(Collection<?> elements) {
        if (elements instanceof PyFrozenSet frozen) {
            return frozen;
        }
        Set<@Nullable Object> copy = LinkedHashSet.newLinkedHashSet(elements.size());
        for (Object element : elements) {
            copy.add(element instanceof byte[] bytes ? PyBytes.of(bytes) : element);
        }
        return new PyFrozenSet(copy);
    }

    @Override
    public Iterator<@Nullable Object> iterator() {
        return elements.iterator();
    }

    @Override
    public int size() {
        return elements.size();
    }

    @Override
    public boolean contains(@Nullable Object element) {
        return elements.contains(element);
    }
}
