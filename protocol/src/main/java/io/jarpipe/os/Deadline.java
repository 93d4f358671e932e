package io.jarpipe.os;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A point of the monotonic clock up to which something may block.
 *
 * @param nanos the moment, in nanoseconds of {@link System#nanoTime()}; without meaning for {@link #NEVER}
 * @param isNever whether the wait is unbounded
 */
public record Deadline(long nanos, boolean isNever) {
    /** Never passes: Python's {@code timeout=None}. */
    public static final Deadline NEVER = new Deadline(0, true);

    /** Has passed already: try once, wait for nothing. */
    public static final Deadline NOW = new Deadline(Long.MIN_VALUE, false);

    private static final long FAR_FUTURE_NANOS = Long.MAX_VALUE / 4;

    /**
     * Returns the moment that lies a while ahead.
     *
     * @param timeout how long to wait; null means forever, negative means not at all, as in {@code multiprocessing}
     * @return the deadline
     */
    public static Deadline after(@Nullable Duration timeout) {
        if (timeout == null) {
            return NEVER;
        }
        if (timeout.isNegative() || timeout.isZero()) {
            return NOW;
        }
        long nanos = timeout.compareTo(Duration.ofNanos(FAR_FUTURE_NANOS)) > 0 ? FAR_FUTURE_NANOS : timeout.toNanos();
        return new Deadline(System.nanoTime() + nanos, false);
    }

    /**
     * Returns what is left of the wait.
     *
     * @return nanoseconds, at least 0; {@link Long#MAX_VALUE} when there is no bound
     */
    public long remainingNanos() {
        if (isNever) {
            return Long.MAX_VALUE;
        }
        return this.equals(NOW) ? 0 : Math.max(0, nanos - System.nanoTime());
    }

    /**
     * Tells whether the moment has passed.
     *
     * @return true when nothing is left to wait for
     */
    public boolean hasPassed() {
        return remainingNanos() == 0;
    }
}
