package io.jarpipe.pickle;

/**
 * What a codec accepts of one pickle, and what it writes. Beyond a limit there is a {@link io.jarpipe.PickleException}.
 * Announced lengths need no limit: they are compared with the bytes that are there.
 *
 * @param heapBytes estimated size of the decoded value on the heap, in bytes; one byte of pickle can cost 84
 * @param containerItems items of one list, tuple, set or dict when decoding
 * @param memoEntries values that one pickle may give a number for later reference when decoding
 * @param keyDepth nesting of tuples and frozensets inside a key when decoding; hashing them is recursive
 * @param decimalDigits characters of one integer written as decimal text when decoding; reading takes quadratic time
 * @param encodeDepth nesting of the value to encode; values of any depth can be decoded
 */
public record PickleLimits(
        long heapBytes, int containerItems, int memoEntries, int keyDepth, int decimalDigits, int encodeDepth) {
    private static final int CONTAINER_ITEMS = 100_000_000;
    private static final int MEMO_ENTRIES = 50_000_000;
    private static final int KEY_DEPTH = 500;
    private static final int DECIMAL_DIGITS = 4300;
    private static final int ENCODE_DEPTH = 1000;

    /**
     * Checks that every limit allows something.
     *
     * @throws IllegalArgumentException if a limit is not positive
     */
    public PickleLimits {
        requirePositive(heapBytes, "heapBytes");
        requirePositive(containerItems, "containerItems");
        requirePositive(memoEntries, "memoEntries");
        requirePositive(keyDepth, "keyDepth");
        requirePositive(decimalDigits, "decimalDigits");
        requirePositive(encodeDepth, "encodeDepth");
    }

    private static void requirePositive(long limit, String name) {
        if (limit <= 0) {
            throw new IllegalArgumentException(name + ": " + limit + " (expected: > 0)");
        }
    }

    /**
     * Returns the limits for messages of peers who are trusted but may err: half of the JVM's largest heap for a value,
     * CPython's own 4,300 decimal digits, and CPython's nesting of 1,000.
     *
     * @return the limits
     */
    public static PickleLimits defaults() {
        return new PickleLimits(
                Math.max(1, Runtime.getRuntime().maxMemory() / 2),
                CONTAINER_ITEMS,
                MEMO_ENTRIES,
                KEY_DEPTH,
                DECIMAL_DIGITS,
                ENCODE_DEPTH);
    }

    /**
     * Returns these limits with another one for the size of the decoded value.
     *
     * @param bytes estimated size on the heap
     * @return the new limits
     */
    public PickleLimits withHeapBytes(long bytes) {
        return new PickleLimits(bytes, containerItems, memoEntries, keyDepth, decimalDigits, encodeDepth);
    }

    /**
     * Returns these limits with another one for the items of one container.
     *
     * @param items the most items
     * @return the new limits
     */
    public PickleLimits withContainerItems(int items) {
        return new PickleLimits(heapBytes, items, memoEntries, keyDepth, decimalDigits, encodeDepth);
    }

    /**
     * Returns these limits with another one for the memo.
     *
     * @param entries the most entries
     * @return the new limits
     */
    public PickleLimits withMemoEntries(int entries) {
        return new PickleLimits(heapBytes, containerItems, entries, keyDepth, decimalDigits, encodeDepth);
    }

    /**
     * Returns these limits with another one for the nesting of keys.
     *
     * @param depth the deepest nesting
     * @return the new limits
     */
    public PickleLimits withKeyDepth(int depth) {
        return new PickleLimits(heapBytes, containerItems, memoEntries, depth, decimalDigits, encodeDepth);
    }

    /**
     * Returns these limits with another one for decimal integers.
     *
     * @param digits the most characters
     * @return the new limits
     */
    public PickleLimits withDecimalDigits(int digits) {
        return new PickleLimits(heapBytes, containerItems, memoEntries, keyDepth, digits, encodeDepth);
    }

    /**
     * Returns these limits with another one for the nesting of what is encoded.
     *
     * @param depth the deepest nesting; beyond some thousands the thread's stack is the limit
     * @return the new limits
     */
    public PickleLimits withEncodeDepth(int depth) {
        return new PickleLimits(heapBytes, containerItems, memoEntries, keyDepth, decimalDigits, depth);
    }
}
