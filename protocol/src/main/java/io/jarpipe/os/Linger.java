package io.jarpipe.os;

import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

// Some facts about fast readers and writers
// ------------------------------------------
// Whoever writes to a pipe whose reader sleeps pays for waking it: a few microseconds, and tens of them where the
// reader's processor has to leave its idle state. A reader that is faster than the writer empties the pipe after each
// message and sleeps again, so that the writer pays for each one, and a fast reader makes the whole slower than a slow
// one. If the reader stays away for a moment instead, a timer wakes it, the writer goes on undisturbed, and many
// messages are there when it looks again. That pays only where messages are small and come densely; where they are
// large the pipe is full before the moment is over, and where somebody waits for an answer nothing comes at all. The
// same holds for a writer that is faster than the reader: the pipe is full, and the reader pays for waking the writer
// whenever a page of it has become free.

/**
 * Decides, for one end of a pipe or socket, whether its user stays away for a moment before it waits: learned from what
 * such moments have brought. Each one is judged: enough messages, or room for them, but not so much that the other side
 * had to wait; or it was in vain. After those in vain the next waits, 2, 4, 8 and at last 1,024 of them, begin at once.
 * Each costs some 20 us of a processor, so they become longer while the other side does not come near to waiting.
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

    private static final long LONGEST_MOMENT_NANOS = 300_000;
    /** A wait that may be shorter than this is not delayed. */
    private static final long SHORTEST_WAIT_NANOS = 10 * LONGEST_MOMENT_NANOS;
    /** Longer messages are not worth a moment: the copying of one costs as much as waking somebody. */
    private static final long LONGEST_MESSAGE = 512;

    private static final int FEWEST_MESSAGES = 4;
    /** After how many waits it is tried again with a pipe that others read from, too. */
    private static final int WAITS_WITH_RIVALS = 64;

    private static final int HEADER = 4;
    private static final int MOST_DOUBLINGS = 10;

    /** What all ends of this process do. */
    static final Mode MODE = Mode.fromProperty();

    private final Mode mode;
    /** More than this a moment should not bring: the other side was probably about to wait, or did. */
    private final long mostBytes;

    private long lastLength;
    /** A message has moved since the last moment: never two moments without one between, so who is idle sleeps. */
    private boolean isFed;

    private long momentNanos = SHORTEST_MOMENT_NANOS;
    private int doublings;
    private int waitsLeft;

    /** Learns for an end at which a moment should not bring more than so many bytes, or room for them. */
    Linger(long mostBytes) {
        this(MODE, mostBytes);
    }

    Linger(Mode mode, long mostBytes) {
        this.mode = mode;
        this.mostBytes = mostBytes;
    }

    /** Notes that a message has come, or gone. */
    void moved(long length) {
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

    /** Notes that others read from the same pipe: to stay away would be to leave the messages to them. */
    void hasRivals() {
        waitsLeft = Math.max(waitsLeft, WAITS_WITH_RIVALS);
    }

    /** Stays away for a moment; an interrupt ends it early, and stays pending. */
    void spend() {
        isFed = false;
        LockSupport.parkNanos(this, momentNanos);
    }

    /**
     * Judges a moment by what it has brought.
     *
     * @param bytes how many can be read, or written, now
     * @return whether it was worth it
     */
    boolean judge(long bytes) {
        if (bytes > mostBytes && momentNanos > SHORTEST_MOMENT_NANOS) {
            momentNanos /= 2;
            return true;
        }
        boolean paid = bytes <= mostBytes && bytes >= FEWEST_MESSAGES * (lastLength + HEADER);
        if (paid) {
            doublings = 0;
            waitsLeft = 0;
            momentNanos = bytes > mostBytes / 2 ? momentNanos : Math.min(2 * momentNanos, LONGEST_MOMENT_NANOS);
        } else {
            doublings = Math.min(doublings + 1, MOST_DOUBLINGS);
            waitsLeft = 1 << doublings;
            momentNanos = SHORTEST_MOMENT_NANOS;
        }
        return paid;
    }
}
