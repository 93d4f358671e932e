package io.jarpipe.pickle;

/**
 * Says when an array of references that is kept between messages should be replaced by a new one.
 *
 * <p>An array that has lived long is in the old generation, and there G1 pays for every reference to a young object
 * that is stored: a memory fence and an entry in a queue. An array that is replaced now and then stays young, for a
 * small part of what a new one for every message would allocate.
 */
final class Refreshed {
    private static final int MESSAGES = 64;
    /** Bytes of pickle that age an array as much as one more message. */
    private static final int BYTES_PER_MESSAGE = 512;

    private int left = MESSAGES;

    /** Counts a message of so many bytes. */
    boolean isDue(int length) {
        left -= 1 + length / BYTES_PER_MESSAGE;
        if (left > 0) {
            return false;
        }
        left = MESSAGES;
        return true;
    }
}
