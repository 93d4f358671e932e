package io.jarpipe;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.Lock;

/**
 * A {@code multiprocessing.RLock} shared with Python processes.
 *
 * <p>It is owned by one thread of one process, which may acquire it again, and frees it with as many releases. A worker
 * is a process of its own, and so is every other worker of the same daemon; a virtual thread is a thread. It is also a
 * {@link Lock}; conditions are not available through that view, use {@link MpCondition}.
 *
 * <p>Who owns it is known to the owner's process alone, as in Python. Java never releases one that the calling thread
 * does not own: that would let two processes in at once without anybody noticing.
 *
 * <p>All methods are thread-safe. After {@link #close()} they throw {@link java.nio.channels.ClosedChannelException},
 * the methods of {@link Lock} an {@link IllegalStateException}. A worker that returns may leave the lock taken, as a
 * Python process may; one that throws or is terminated releases what it holds.
 */
public interface MpRLock extends Lock, AutoCloseable {
    /**
     * Acquires the lock, waiting as long as it takes: {@code lock.acquire()}. Returns at once when the calling thread
     * owns it.
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
     * Undoes one acquisition; the last one frees the lock.
     *
     * @throws IllegalMonitorStateException when the calling thread does not own it, with CPython's words: "attempt to
     *     release recursive lock not owned by thread"
     * @throws IOException when the lock is closed
     */
    void release() throws IOException;

    /**
     * Tells whether somebody holds the lock at this moment.
     *
     * @return whether a thread that does not own it would have to wait
     * @throws IOException when the lock is closed
     */
    boolean isLocked() throws IOException;

    /**
     * Tells whether the calling thread owns the lock.
     *
     * @return whether it may release it
     */
    boolean isHeldByCurrentThread();

    /** Detaches from the lock without releasing it. Idempotent. */
    @Override
    void close();
}
