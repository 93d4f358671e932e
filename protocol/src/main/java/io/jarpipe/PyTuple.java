package io.jarpipe;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * A Python tuple: an immutable list whose elements may be null.
 *
 * <p>Equal to any list with equal elements; {@code byte[]} elements, Python's {@code bytes}, are compared by content.
 * The hash code is computed once, therefore a tuple serves as a map key exactly when it would in Python: when none of
 * its elements is a mutable list, map or set. Thread-safe as far as its elements are.
 */
public final class PyTuple extends AbstractList<@Nullable Object> implements RandomAccess {
    private static final PyTuple EMPTY = new PyTuple(new Object[0]);

    /** Up to this size a loop is faster than the JDK's copy. */
    private static final int SMALL = 6;

    private final @Nullable Object[] elements;
    private int hash;

    private PyTuple(@Nullable Object[] elements) {
        this.elements = elements;
    }

    /**
     * Makes a tuple.
     *
     * @param elements the elements, copied; nulls are allowed
     * @return the tuple
     */
    public static PyTuple of(@Nullable Object... elements) {
        return elements.length == 0 ? EMPTY : new PyTuple(elements.clone());
    }

    /**
     * Makes a tuple of a part of an array.
     *
     * @param source the array, copied; nulls are allowed
     * @param from index of the first element
     * @param to index after the last element
     * @return the tuple
     */
    public static PyTuple copyOfRange(@Nullable Object[] source, int from, int to) {
        int size = to - from;
        if (size > SMALL || size <= 0) {
            return size == 0 ? EMPTY : new PyTuple(Arrays.copyOfRange(source, from, to));
        }
        @Nullable Object[] elements = new @Nullable Object[size];
        for (int index = 0; index < size; index++) {
            elements[index] = source[from + index];
        }
        return new PyTuple(elements);
    }

    /**
     * Makes a tuple of a collection's elements.
     *
     * @param elements the elements in iteration order, copied; nulls are allowed
     * @return the tuple
     */
    public static PyTuple copyOf(Collection<?> elements) {
        if (elements instanceof PyTuple tuple) {
            return tuple;
        }
        @Nullable Object[] array = elements.toArray();
        return array.length == 0 ? EMPTY : new PyTuple(array);
    }

    @Override
    public @Nullable Object get(int index) {
        return elements[index];
    }

    @Override
    public int size() {
        return elements.length;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof List<?> list) || list.size() != elements.length) {
            return false;
        }
        if (list instanceof PyTuple tuple && hash != 0 && tuple.hash != 0 && hash != tuple.hash) {
            return false;
        }
        int index = 0;
        for (Object element : list) {
            if (!PyValues.equal(elements[index], element)) {
                return false;
            }
            index++;
        }
        return true;
    }

    @Override
    public int hashCode() {
        if (hash == 0) {
            int computed = 1;
            for (Object element : elements) {
                computed = 31 * computed + PyValues.hash(element);
            }
            hash = computed;
        }
        return hash;
    }

    /**
     * Writes the elements in parentheses, as Python does.
     *
     * @return for example {@code (1, null, text)}
     */
    @Override
    public String toString() {
        String inner = super.toString();
        String open = inner.substring(1, inner.length() - 1);
        return elements.length == 1 ? "(" + open + ",)" : "(" + open + ")";
    }
}
