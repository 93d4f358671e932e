package io.jarpipe.pickle;

import io.jarpipe.PyObject;
import io.jarpipe.binding.Wanted;
import io.jarpipe.dict.DictKeys;
import io.jarpipe.types.PyTypes;
import java.util.Arrays;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a decoder has while it reads one pickle: the values on its stack, the marks among them, the memo, and what is
 * left of the heap it may use. Marks are kept beside the values, as in CPython's {@code _pickle.c}, so that no mark can
 * be mistaken for a value, and nothing below the last mark can be taken. Reused, after {@link #clear(int)}.
 */
final class DecoderState {
    /** Arrays longer than this are not kept for the next pickle. */
    private static final int KEPT = 4096;

    private static final int INITIAL = 32;
    private static final int REFERENCE_BYTES = 8;
    private static final int STRING_BYTES = 48;
    /** Stands in the memo for None, because null means that nothing is there. */
    private static final Object NONE = new Object();

    private static final byte[] NO_BYTES = {};

    private final PickleLimits limits;
    private final PyTypes types;

    final Source source = new Source(NO_BYTES);

    @Nullable
    Object[] values = new @Nullable Object[INITIAL];

    int size;
    /** Where the values end that have been popped and not overwritten: they are forgotten with the pickle. */
    private int end;

    private int[] marks = new int[INITIAL];
    private int markCount;
    private @Nullable Object[] memo;
    private final Refreshed age = new Refreshed();
    private int memoCount;
    private int memoEnd;
    private long room;
    private @Nullable Containers containers;
    private final KeysCache keys = new KeysCache();
    private final StringCache strings = new StringCache();
    private Wanted wanted = Wanted.ANYTHING;

    /** Opaque objects that may still become a value when their state comes, and their place in the memo. */
    private @Nullable IdentityHashMap<PyObject, Integer> places;

    DecoderState(PickleLimits limits, PyTypes types) {
        this.limits = limits;
        this.types = types;
        memo = firstMemo();
    }

    private @Nullable Object[] firstMemo() {
        return new @Nullable Object[Math.min(INITIAL, limits.memoEntries())];
    }

    /**
     * Begins a pickle.
     *
     * @param newWanted what will be made of the value
     */
    void begin(byte[] pickle, Wanted newWanted) {
        source.begin(pickle);
        room = limits.heapBytes();
        wanted = newWanted;
    }

    /** Learns that values were popped, of so many, and are still in the array. */
    void popped(int from) {
        end = Math.max(end, from);
    }

    /**
     * Forgets the pickle.
     *
     * @param left how many values may be left on the stack
     */
    void clear(int left) {
        boolean isDue = age.isDue(source.length());
        source.begin(NO_BYTES);
        if (isDue || values.length > KEPT) {
            values = new @Nullable Object[INITIAL];
        } else {
            Arrays.fill(values, 0, Math.min(Math.max(left, end), values.length), null);
        }
        if (isDue || memo.length > KEPT) {
            memo = firstMemo();
        } else {
            Arrays.fill(memo, 0, memoEnd, null);
        }
        if (marks.length > KEPT) {
            marks = new int[INITIAL];
        }
        size = 0;
        end = 0;
        markCount = 0;
        memoCount = 0;
        memoEnd = 0;
        containers = null;
        places = null;
    }

    PickleLimits limits() {
        return limits;
    }

    Wanted wanted() {
        return wanted;
    }

    /** Counts heap that a value takes. */
    void charge(long bytes) {
        room -= bytes;
        if (room < 0) {
            throw new Malformed("a value of at most " + limits.heapBytes() + " bytes of heap", "a larger one");
        }
    }

    /** Returns a string of the pickle; a short one is kept for the next. */
    String text(byte[] pickle, int start, int length) {
        charge(STRING_BYTES + (long) length);
        return length <= StringCache.MAX_LENGTH
                ? strings.get(pickle, start, length)
                : Utf8.decode(pickle, start, start + length);
    }

    void requireItems(int items) {
        if (items > limits.containerItems()) {
            throw new Malformed("at most " + limits.containerItems() + " items in a container", items + " items");
        }
    }

    Containers containers() {
        Containers known = containers;
        if (known == null) {
            known = new Containers(new Keys(source.length(), limits.keyDepth()));
            containers = known;
        }
        return known;
    }

    /** Returns the keys of a dict's first items; null if they are not distinct strings, or too many. */
    @Nullable
    DictKeys keys(@Nullable Object[] items, int from, int to) {
        return keys.find(items, from, to);
    }

    /** Says whether items of a container wait for the end of the pickle. */
    boolean isWaiting(Object container) {
        return containers != null && containers.isWaiting(container);
    }

    /** Inserts what has waited for the end of the pickle. */
    void finish() {
        if (containers != null) {
            containers.finish();
        }
    }

    @Nullable
    Object[] grow() {
        charge((long) values.length * REFERENCE_BYTES);
        values = Arrays.copyOf(values, 2 * values.length);
        return values;
    }

    void push(@Nullable Object value) {
        if (size == values.length) {
            grow();
        }
        values[size++] = value;
    }

    @Nullable
    Object pop() {
        Object value = peek();
        values[--size] = null;
        return value;
    }

    @Nullable
    Object peek() {
        if (size <= fence()) {
            throw noValue();
        }
        return values[size - 1];
    }

    /** Returns the topmost value, or null if there is none above the last mark. */
    @Nullable
    Object peekOrNull() {
        return size > fence() ? values[size - 1] : null;
    }

    /** Says that a value is missing above the last mark. */
    Malformed noValue() {
        return new Malformed("a value on the stack", markCount == 0 ? "an empty stack" : "a mark");
    }

    /** Returns the number of values below the last mark. */
    int fence() {
        return markCount == 0 ? 0 : marks[markCount - 1];
    }

    void mark(int place) {
        if (markCount == marks.length) {
            charge((long) marks.length * Integer.BYTES);
            marks = Arrays.copyOf(marks, 2 * markCount);
        }
        marks[markCount++] = place;
    }

    boolean isMarkOnTop() {
        return markCount > 0 && size == fence();
    }

    /** Removes the last mark and returns the number of values below it. */
    int popMark() {
        if (markCount == 0) {
            throw new Malformed("a mark on the stack", "none");
        }
        return marks[--markCount];
    }

    /** Removes the last mark and the values above it. */
    @Nullable
    Object[] popToMark() {
        int start = popMark();
        @Nullable Object[] popped = Arrays.copyOfRange(values, start, size);
        Arrays.fill(values, start, size, null);
        size = start;
        return popped;
    }

    /** Gives a value the next number. */
    void memoize(@Nullable Object value) {
        remember(memoCount, value);
    }

    /**
     * Executes MEMOIZE if that is next, as it is behind most values that can be shared; so the decoder need not choose
     * among all opcodes.
     *
     * @return the position of the next opcode
     */
    int memoizeNext(byte[] pickle, int position, Object value) {
        if (position < pickle.length && pickle[position] == (byte) OpcodeBytes.MEMOIZE) {
            int number = memoCount;
            if (number == memoEnd && number < memo.length) {
                memo[number] = value;
                memoCount = number + 1;
                memoEnd = number + 1;
            } else {
                remember(number, value);
            }
            return position + 1;
        }
        return position;
    }

    /**
     * Gives a value a number, which must be smaller than the pickle up to here, as it is in all that CPython writes: so
     * the memo grows with the bytes read, not with the numbers announced.
     */
    void memoize(long number, @Nullable Object value) {
        if (number < 0 || number >= source.position()) {
            throw new Malformed("a memo number below " + source.position(), Long.toUnsignedString(number));
        }
        remember((int) number, value);
        if (value instanceof PyObject object && types.awaitsState(object)) {
            place(object, (int) number);
        }
    }

    private void remember(int number, @Nullable Object value) {
        if (number >= memo.length) {
            growMemo(number);
        }
        if (memo[number] == null) {
            memoCount++;
        }
        memo[number] = value == null ? NONE : value;
        if (number >= memoEnd) {
            memoEnd = number + 1;
        }
    }

    private void growMemo(int number) {
        if (number >= limits.memoEntries()) {
            throw new Malformed("at most " + limits.memoEntries() + " memo entries", "number " + number);
        }
        int length = (int) Math.min(limits.memoEntries(), Math.max(2L * memo.length, number + 1L));
        charge((long) (length - memo.length) * REFERENCE_BYTES);
        memo = Arrays.copyOf(memo, length);
    }

    @Nullable
    @SuppressWarnings("ReferenceEquality") // NONE is one object
    Object recall(long number) {
        Object value = number >= 0 && number < memoEnd ? memo[(int) number] : null;
        if (value == null) {
            throw new Malformed("a number that is in the memo", Long.toUnsignedString(number));
        }
        return value == NONE ? null : value;
    }

    /** Returns the number that the next MEMOIZE gives. */
    int nextNumber() {
        return memoCount;
    }

    /** Remembers where an object without state is in the memo. */
    void place(PyObject object, int number) {
        if (places == null) {
            places = new IdentityHashMap<>();
        }
        places.putIfAbsent(object, number);
    }

    /** Puts the value that an object has become into the object's place in the memo, if it has one. */
    @SuppressWarnings("ReferenceEquality") // the very object is meant, not an equal one
    void replace(PyObject object, Object value) {
        Integer number = places == null ? null : places.remove(object);
        if (number != null && number < memoEnd && memo[number] == object) {
            memo[number] = value;
        }
    }
}
