package io.jarpipe;

import java.io.IOException;
import java.time.Duration;

/**
 * A {@code multiprocessing.Semaphore} shared with Python processes: a number of units that anybody may take and give.
 *
 * <p>All methods are thread-safe. After {@link #close()} they throw {@link java.nio.channels.ClosedChannelException}.
 *
 * <p>A worker holds the units that it has acquired more often than released. What it holds is released when it throws
 * or is terminated, so that others need not wait for ever, and left taken when it returns. Whoever uses a semaphore to
 * count events rather than to limit access, so that nobody gives units back, should know that these units come back
 * when such a worker fails.
 */
public interface MpSemaphore extends AutoCloseable {
    /**
     * Takes a unit, waiting as long as it takes: {@code semaphore.acquire()}.
     *
     * @throws IOException when the semaphore is closed, also during the wait
     * @throws InterruptedException when interrupted while waiting
     */
    void acquire() throws IOException, InterruptedException;

    /**
     * Takes a unit if there is one in time: {@code semaphore.acquire(timeout=...)}.
     *
     * @param timeout how long to wait; zero or negative tries once
     * @return whether it was taken
     * @throws IOException when the semaphore is closed, also during the wait
     * @throws InterruptedException when interrupted while waiting
     */
    boolean acquire(Duration timeout) throws IOException, InterruptedException;

    /**
     * Takes a unit if there is one now: {@code semaphore.acquire(False)}. Does not block.
     *
     * @return whether it was taken
     * @throws IOException when the semaphore is closed
     */
    boolean tryAcquire() throws IOException;

    /**
     * Gives a unit. Does not block.
     *
     * @throws IllegalStateException when that would exceed the maximum, with CPython's words: "semaphore or lock
     *     released too many times"
     * @throws IOException when the semaphore is closed
     */
    void release() throws IOException;

    /**
     * Tells how many units are free at this moment: {@code semaphore.get_value()}.
     *
     * @return the number, not negative
     * @throws IOException when the semaphore is closed
     */
    int value() throws IOException;

    /** Detaches from the semaphore; what was acquired stays taken. Idempotent. */
    @Override
    void close();
}
