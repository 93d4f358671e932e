package io.jarpipe.os;

import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what goes through the transports of one kind in one process, and how long threads wait for them. Counting
 * allocates nothing and lets no thread wait for another; whoever wants the figures adds them up.
 */
public final class Flow {
    /** The way that messages go. */
    public enum Direction {
        /** To this process. */
        IN,
        /** From this process. */
        OUT
    }

    private static final class Counts {
        private final LongAdder items = new LongAdder();
        private final LongAdder bytes = new LongAdder();
        private final Waits waits = new Waits();
        private final LongAdder lingersPaid = new LongAdder();
        private final LongAdder lingersInVain = new LongAdder();

        private LongAdder lingers(boolean paid) {
            return paid ? lingersPaid : lingersInVain;
        }
    }

    private final Counts in = new Counts();
    private final Counts out = new Counts();

    /** Begins to count. */
    public Flow() {}

    private Counts counts(Direction direction) {
        return direction == Direction.IN ? in : out;
    }

    /**
     * Counts a message that is complete.
     *
     * @param direction where it went
     * @param bytes the length of its body
     */
    public void count(Direction direction, long bytes) {
        Counts counts = counts(direction);
        counts.items.increment();
        counts.bytes.add(bytes);
    }

    /** Counts a part of a message that was counted already. */
    void countRest(Direction direction, long bytes) {
        counts(direction).bytes.add(bytes);
    }

    /** Notes how long a thread has waited. */
    void waited(Direction direction, long nanos) {
        counts(direction).waits.record(nanos);
    }

    /** Notes that a reader, or a writer, has stayed away for a moment. */
    void lingered(Direction direction, boolean paid) {
        counts(direction).lingers(paid).increment();
    }

    /**
     * Returns how often a thread has stayed away for a moment, so that messages could gather, or room for them.
     *
     * @param direction whether to receive or to send
     * @param paid whether those moments are meant that were worth it, or those in vain
     * @return the number
     */
    public long lingers(Direction direction, boolean paid) {
        return counts(direction).lingers(paid).sum();
    }

    /**
     * Returns how many messages have gone one way.
     *
     * @param direction the way
     * @return the number
     */
    public long items(Direction direction) {
        return counts(direction).items.sum();
    }

    /**
     * Returns how many bytes have gone one way, without the headers of the messages.
     *
     * @param direction the way
     * @return the number
     */
    public long bytes(Direction direction) {
        return counts(direction).bytes.sum();
    }

    /**
     * Returns how long threads have waited for messages, or for room for them.
     *
     * @param direction for which of both
     * @return the waits, which go on to change
     */
    public Waits waits(Direction direction) {
        return counts(direction).waits;
    }

    /**
     * Adds the figures of another flow, which nobody counts in any more.
     *
     * @param other the other flow
     */
    public void add(Flow other) {
        for (Direction direction : Direction.values()) {
            Counts mine = counts(direction);
            Counts theirs = other.counts(direction);
            mine.items.add(theirs.items.sum());
            mine.bytes.add(theirs.bytes.sum());
            mine.waits.add(theirs.waits);
            mine.lingersPaid.add(theirs.lingersPaid.sum());
            mine.lingersInVain.add(theirs.lingersInVain.sum());
        }
    }
}
