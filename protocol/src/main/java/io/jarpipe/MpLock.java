package io.jarpipe;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.Lock;

/**
 * A {@code multiprocessing.Lock} shared with Python processes.
 *
 * <p>As in Python it has no owner: whoever calls {@link #release()}, in whichever thread or process, frees it, and
 * acquiring it twice in a row blocks. It is also a {@link Lock}, so that {@code lock()} and {@code unlock()} in
 * {@code try ... finally} read as usual; conditions are not available through that view.
 *
 * <p>All methods are thread-safe. After {@link #close()} they throw {@link java.nio.channels.ClosedChannelException},
 * the methods of {@link Lock} an {@link IllegalStateException}. A worker that returns may leave the lock taken, as a
 * Python process may; one that throws or is terminated releases what it holds, where a Python process would leave
 * everybody else waiting.
 */
public interface MpLock extends Lock, AutoCloseable {
    /**
     * Acquires the lock, waiting as long as it takes: {@code lock.acquire()}.
     *
     * @throws IOException when the lock is closed, also during the wait
     * @throws InterruptedException when interrupted while waiting
     */
    void acquire() throws IOException, InterruptedException;

    /**
     * Acquires the lock if it becomes free in time: {@code lock.acquire(timeout=...)}.
     *
     * @param timeout how long to wait; zero or negative tries once
     * @return whether it was acquired
     * @throws IOException when the lock is closed, also during the wait
     * @throws InterruptedException when interrupted while waiting
     */
    boolean acquire(Duration timeout) throws IOException, InterruptedException;

    /**
     * Releases the lock.
     *
     * @throws IllegalStateException when it is free, with CPython's words: "semaphore or lock released too many times"
     * @throws IOException when the lock is closed
     */
    void release() throws IOException;

    /**
     * Tells whether somebody holds the lock at this moment.
     *
     * @return whether acquiring it would block
     * @throws IOException when the lock is closed
     */
    boolean isLocked() throws IOException;

    /** Detaches from the lock without releasing it. Idempotent. */
    @Override
    void close();
}
