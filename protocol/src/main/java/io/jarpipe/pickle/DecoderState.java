package io.jarpipe.pickle;

import io.jarpipe.PyObject;
import io.jarpipe.binding.AttributeDict;
import io.jarpipe.binding.Wanted;
import io.jarpipe.types.PyTypes;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
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
    /** The capacity of a dict that one item does not make grow. */
    private static final int SMALL = 2;

    private static final int REFERENCE_BYTES = 8;
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
    private Wanted wanted = Wanted.ANYTHING;

    private boolean guessing;
    /** How many dicts have been read as attributes and are those of nothing yet. */
    private int guessed;
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
     * @param isGuessing whether a dict that seems to be attributes is read as that; if it is used in another way, that
     *     is a {@link Surprise}
     */
    void begin(byte[] pickle, Wanted newWanted, boolean isGuessing) {
        source.begin(pickle);
        room = limits.heapBytes();
        wanted = newWanted;
        guessing = isGuessing;
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
        guessed = 0;
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

    /** Says whether items of a container wait for the end of the pickle. */
    boolean isWaiting(Object container) {
        return containers != null && containers.isWaiting(container);
    }

    /**
     * Makes the dict that follows a value on the stack: the attributes of a new object, as it seems, or any dict.
     *
     * @param isSmall whether it seems to get one item at most
     */
    Map<@Nullable Object, @Nullable Object> dictBehind(@Nullable Object value, boolean isSmall) {
        charge(FastContainers.DICT_BYTES);
        if (guessing
                && value != null
                && value.getClass() == PyObject.class
                && ((PyObject) value).kind() == PyObject.Kind.NEWOBJ
                && !((PyObject) value).hasState()) {
            guessed++;
            return new AttributeDict();
        }
        return isSmall ? new LinkedHashMap<>(SMALL) : new LinkedHashMap<>();
    }

    /** Makes a dict that has no value before it, at this place of the stack. */
    Map<@Nullable Object, @Nullable Object> dictAt(int place, boolean isSmall) {
        charge(FastContainers.DICT_BYTES);
        if (guessing && place == 0 && wanted == Wanted.RECORD) {
            guessed++;
            return new AttributeDict();
        }
        return isSmall ? new LinkedHashMap<>(SMALL) : new LinkedHashMap<>();
    }

    /** Learns what has become the state of an object, or the value of the pickle. */
    void built(@Nullable Object newState) {
        if (newState != null && newState.getClass() == AttributeDict.class) {
            guessed--;
        }
    }

    /** Inserts what has waited for the end of the pickle. */
    void finish(@Nullable Object result) {
        built(result);
        if (guessed != 0) {
            throw new Surprise();
        }
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
        if (value.getClass() == AttributeDict.class) {
            throw new Surprise();
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
