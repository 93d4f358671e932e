package io.jarpipe.os;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * How long threads have waited: a histogram with one class for each power of ten from 100 microseconds to 100 seconds.
 */
public final class Waits {
    /** The upper bounds of all classes but the last, in nanoseconds. */
    private static final long[] BOUNDS = {
        100_000L, 1_000_000L, 10_000_000L, 100_000_000L, 1_000_000_000L, 10_000_000_000L, 100_000_000_000L
    };

    private static final double NANOS_IN_A_SECOND = 1e9;

    private final AtomicLongArray counts = new AtomicLongArray(BOUNDS.length + 1);
    private final LongAdder nanos = new LongAdder();

    /** Starts empty. */
    public Waits() {}

    void record(long waitedNanos) {
        int place = 0;
        while (place < BOUNDS.length && waitedNanos > BOUNDS[place]) {
            place++;
        }
        counts.incrementAndGet(place);
        nanos.add(waitedNanos);
    }

    void add(Waits other) {
        for (int i = 0; i < counts.length(); i++) {
            counts.addAndGet(i, other.counts.get(i));
        }
        nanos.add(other.nanos.sum());
    }

    /**
     * Returns the upper bounds of the classes.
     *
     * @return seconds, ascending; the last class has none
     */
    public static double[] boundsSeconds() {
        double[] seconds = new double[BOUNDS.length];
        for (int i = 0; i < seconds.length; i++) {
            seconds[i] = BOUNDS[i] / NANOS_IN_A_SECOND;
        }
        return seconds;
    }

    /**
     * Returns how many waits each class has.
     *
     * @return the numbers, one more than there are bounds
     */
    public long[] counts() {
        long[] copy = new long[counts.length()];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = counts.get(i);
        }
        return copy;
    }

    /**
     * Returns how long all waits have taken together.
     *
     * @return seconds
     */
    public double totalSeconds() {
        return nanos.sum() / NANOS_IN_A_SECOND;
    }
}
