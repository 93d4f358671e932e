package io.jarpipe.os;

import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

// Some facts about fast readers
// -----------------------------
// Whoever writes to a pipe whose reader sleeps pays for waking it: a few microseconds, and tens of them where the
// reader's processor has to leave its idle state. A reader that is faster than the writer empties the pipe after each
// message and sleeps again, so that the writer pays for each one, and a fast reader makes the whole slower than a slow
// one. If the reader stays away for a moment instead, a timer wakes it, the writer goes on undisturbed, and many
// messages are there when it looks again. That pays only where messages are small and come densely; where they are
// large the pipe is full before the moment is over, and where somebody waits for an answer nothing comes at all.

/**
 * Decides, for one reading end, whether its reader stays away for a moment before it waits: learned from what such
 * moments have brought. Each one is judged: enough messages, and no pipe nearly full, or it was in vain; after those in
 * vain the next waits, 2, 4, 8 and at last 1,024 of them, begin at once. Each costs the reader some 15 us of its
 * processor, so they become longer while the pipe stays half empty.
 *
 * <p>Threads that read in turns may use it without a lock: what one of them does not see costs at most a moment in
 * vain.
 */
final class Linger {
    /** When moments are spent: as learned; or, to test that nothing depends on them, never or before each wait. */
    enum Mode {
        ADAPTIVE,
        NEVER,
        ALWAYS;

        /** Returns what the system property {@code jarpipe.linger} says. */
        static Mode fromProperty() {
            return valueOf(System.getProperty("jarpipe.linger", "adaptive").toUpperCase(Locale.ROOT));
        }
    }

    /** The moments asked for; the kernel's slack for timers makes each about 50 us longer. */
    private static final long SHORTEST_MOMENT_NANOS = 50_000;

    private static final long LONGEST_MOMENT_NANOS = 200_000;
    /** A wait that may be shorter than this is not delayed. */
    private static final long SHORTEST_WAIT_NANOS = 10 * LONGEST_MOMENT_NANOS;
    /** Longer messages are not worth a moment: the copying of one costs as much as waking somebody. */
    private static final long LONGEST_MESSAGE = 512;

    private static final int FEWEST_MESSAGES = 4;
    /** A quarter of the usual capacity of a pipe: with more in it, the writer was probably about to stop. */
    private static final int MOST_BYTES = 16 * 1024;

    private static final int HEADER = 4;
    private static final int MOST_DOUBLINGS = 10;

    private static final Mode MODE = Mode.fromProperty();

    private final Mode mode;
    private long lastLength;
    /** A message has come since the last moment: never two moments without one between, so an idle reader sleeps. */
    private boolean isFed;

    private long momentNanos = SHORTEST_MOMENT_NANOS;
    private int doublings;
    private int waitsLeft;

    Linger() {
        this(MODE);
    }

    Linger(Mode mode) {
        this.mode = mode;
    }

    /** Notes that a message has come. */
    void came(long length) {
        lastLength = length;
        isFed = true;
    }

    /** Tells whether the next wait should begin with a moment; asked once for each wait. */
    boolean isDue(Deadline deadline) {
        if (!isFed || mode == Mode.NEVER || deadline.remainingNanos() < SHORTEST_WAIT_NANOS) {
            return false;
        }
        if (mode == Mode.ALWAYS) {
            return true;
        }
        if (lastLength > LONGEST_MESSAGE) {
            return false;
        }
        if (waitsLeft > 0) {
            waitsLeft--;
            return false;
        }
        return true;
    }

    /** Stays away for a moment; an interrupt ends it early, and stays pending. */
    void spend() {
        isFed = false;
        LockSupport.parkNanos(this, momentNanos);
    }

    /**
     * Judges a moment by what it has brought.
     *
     * @param bytes how many can be read now
     * @return whether it was worth it
     */
    boolean judge(int bytes) {
        if (bytes > MOST_BYTES && momentNanos > SHORTEST_MOMENT_NANOS) {
            momentNanos /= 2;
            return true;
        }
        boolean paid = bytes <= MOST_BYTES && bytes >= FEWEST_MESSAGES * (lastLength + HEADER);
        if (paid) {
            doublings = 0;
            waitsLeft = 0;
            momentNanos = bytes > MOST_BYTES / 2 ? momentNanos : Math.min(2 * momentNanos, LONGEST_MOMENT_NANOS);
        } else {
            doublings = Math.min(doublings + 1, MOST_DOUBLINGS);
            waitsLeft = 1 << doublings;
            momentNanos = SHORTEST_MOMENT_NANOS;
        }
        return paid;
    }
}
