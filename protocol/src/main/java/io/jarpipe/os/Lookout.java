package io.jarpipe.os;

import io.jarpipe.os.Linger.Mode;

// Some facts about writers of long messages
// ------------------------------------------
// A pipe holds sixteen pages. A writer that is faster than its reader finds it full after a few long messages, sleeps,
// and is woken when the first page is free. Until it runs again the reader has taken the others, finds nothing, and
// sleeps as well: each pays for waking the other, and for tens of microseconds nothing moves. A writer that looks again
// for as long as a reader needs for a message or two is there in time, and the pipe is never empty. With small messages
// there are hundreds in the pipe, and nobody comes too late.

/**
 * Decides whether a writer that finds no room looks again for a moment before it sleeps: where messages are long, and
 * as long as that finds room. After moments in vain the next waits, 2, 4, 8 and at last 1,024 of them, begin at once:
 * the reader is slow, or has no processor of its own.
 */
final class Lookout {
    /** How long it looks. */
    static final long MOMENT_NANOS = 10_000;

    /** Shorter messages leave enough others in the pipe; this is a page. */
    private static final long SHORTEST_MESSAGE = 4096;

    private static final int MOST_DOUBLINGS = 10;

    private final Mode mode;
    private long lastLength;
    private int doublings;
    private int waitsLeft;

    /** Learns for one writing end. */
    Lookout() {
        this(Linger.MODE);
    }

    Lookout(Mode mode) {
        this.mode = mode;
    }

    /** Notes that a message has gone. */
    void moved(long length) {
        lastLength = length;
    }

    /** Tells whether the next wait should begin with a moment; asked once for each wait. */
    boolean isDue() {
        if (mode != Mode.ADAPTIVE) {
            return mode == Mode.ALWAYS;
        }
        if (waitsLeft > 0) {
            waitsLeft--;
            return false;
        }
        return lastLength >= SHORTEST_MESSAGE;
    }

    /** Judges a moment by whether it has found room. */
    void judge(boolean found) {
        doublings = found ? 0 : Math.min(doublings + 1, MOST_DOUBLINGS);
        waitsLeft = found ? 0 : 1 << doublings;
    }
}
