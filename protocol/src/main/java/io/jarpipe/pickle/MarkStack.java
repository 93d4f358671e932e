package io.jarpipe.pickle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.razorvine.pickle.UnpickleStack;
import org.jspecify.annotations.Nullable;

/**
 * The decoder's stack. Marks are kept beside the values, as in CPython's {@code _pickle.c}, so that no mark can be
 * mistaken for a value, and nothing below the last mark can be taken.
 */
@SuppressWarnings("serial") // only the library's class is serializable; this one never leaves a decoder
final class MarkStack extends UnpickleStack {
    private @Nullable Object[] values = new @Nullable Object[16];
    private int size;
    private int[] marks = new int[8];
    private int markCount;

    private int fence() {
        return markCount == 0 ? 0 : marks[markCount - 1];
    }

    @Override
    public void add(@Nullable Object value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, 2 * size);
        }
        values[size++] = value;
    }

    @Override
    public void add_mark() {
        if (markCount == marks.length) {
            marks = Arrays.copyOf(marks, 2 * markCount);
        }
        marks[markCount++] = size;
    }

    @Override
    public @Nullable Object pop() {
        Object value = peek();
        values[--size] = null;
        return value;
    }

    /** Removes the topmost thing: a value, or a mark if that is on top; returns null for a mark. */
    @Nullable
    Object popValueOrMark() {
        if (markCount > 0 && size == fence()) {
            markCount--;
            return null;
        }
        return pop();
    }

    /** Returns the topmost value, or null if there is none above the last mark. */
    @Nullable
    Object peekOrNull() {
        return size > fence() ? values[size - 1] : null;
    }

    /** Removes the last mark and the values above it. */
    @Nullable
    Object[] popToMark() {
        if (markCount == 0) {
            throw new Malformed("a mark on the stack", "none");
        }
        int start = marks[--markCount];
        @Nullable Object[] popped = Arrays.copyOfRange(values, start, size);
        Arrays.fill(values, start, size, null);
        size = start;
        return popped;
    }

    @Override
    @SuppressWarnings("NullAway") // the library's lists hold nulls too
    public List<Object> pop_all_since_marker() {
        return new ArrayList<>(Arrays.asList(popToMark()));
    }

    @Override
    public @Nullable Object peek() {
        if (size <= fence()) {
            throw new Malformed("a value on the stack", markCount == 0 ? "an empty stack" : "a mark");
        }
        return values[size - 1];
    }

    @Override
    public void trim() {
        // the library shrinks the stack after every batch, which makes long lists quadratic
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void clear() {
        Arrays.fill(values, 0, size, null);
        size = 0;
        markCount = 0;
    }
}
