package io.jarpipe;

import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * A {@code multiprocessing.Condition} shared with Python processes, over a {@code Lock} or an {@code RLock}.
 *
 * <p>Python's {@code notify} is {@code signal} here, as in {@code java.util.concurrent}: {@code Object.notify()} is
 * another method. {@code wait} is {@code await}.
 *
 * <pre>{@code
 * condition.acquire();
 * try {
 *     condition.waitFor(() -> somethingHolds());
 * } finally {
 *     condition.release();
 * }
 * }</pre>
 *
 * <p>All methods are thread-safe. After {@link #close()} they throw {@link java.nio.channels.ClosedChannelException}.
 *
 * <p>A worker that ends in whatever way while it waits leaves nothing behind. A daemon that is killed by SIGKILL does,
 * exactly as a Python process that is killed in {@code wait()}: a sleeper that can never wake, for which the next
 * {@code notify()} waits for ever, holding the lock. A worker that waits for long in a condition, and has to survive
 * this without freezing Python, should be woken through a {@code Queue}, or poll an {@link MpEvent}.
 */
public interface MpCondition extends AutoCloseable {
    /**
     * Acquires the condition's lock, waiting as long as it takes.
     *
     * @throws IOException when it is closed, also during the wait
     * @throws InterruptedException when interrupted while waiting
     */
    void acquire() throws IOException, InterruptedException;

    /**
     * Acquires the condition's lock if it becomes free in time.
     *
     * @param timeout how long to wait; zero or negative tries once
     * @return whether it was acquired
     * @throws IOException when it is closed, also during the wait
     * @throws InterruptedException when interrupted while waiting
     */
    boolean acquire(Duration timeout) throws IOException, InterruptedException;

    /**
     * Releases the condition's lock.
     *
     * @throws IllegalStateException when it is free, or the calling thread does not own the {@code RLock}
     * @throws IOException when it is closed
     */
    void release() throws IOException;

    /**
     * Releases the lock, however often it was acquired, waits to be woken, and acquires it again:
     * {@code condition.wait()}.
     *
     * @throws IllegalMonitorStateException when the calling thread does not hold the lock
     * @throws IOException when the condition is closed, also during the wait
     * @throws InterruptedException when interrupted while waiting; the lock has been acquired again
     */
    void await() throws IOException, InterruptedException;

    /**
     * Does the same with a limit: {@code condition.wait(timeout)}.
     *
     * @param timeout how long to wait to be woken; acquiring the lock again may take longer
     * @return false when the timeout has passed
     * @throws IllegalMonitorStateException when the calling thread does not hold the lock
     * @throws IOException when the condition is closed, also during the wait
     * @throws InterruptedException when interrupted while waiting; the lock has been acquired again
     */
    boolean await(Duration timeout) throws IOException, InterruptedException;

    /**
     * Waits until something holds: {@code condition.wait_for(predicate)}.
     *
     * @param predicate looked at with the lock held, at once and whenever the thread is woken
     * @throws IllegalMonitorStateException when the calling thread does not hold the lock
     * @throws IOException when the condition is closed, also during the wait
     * @throws InterruptedException when interrupted while waiting; the lock has been acquired again
     */
    void waitFor(BooleanSupplier predicate) throws IOException, InterruptedException;

    /**
     * Waits until something holds or the time is over: {@code condition.wait_for(predicate, timeout)}.
     *
     * @param predicate looked at with the lock held, at once, whenever the thread is woken, and in the end
     * @param timeout how long to wait at most
     * @return what the predicate said last
     * @throws IllegalMonitorStateException when the calling thread does not hold the lock
     * @throws IOException when the condition is closed, also during the wait
     * @throws InterruptedException when interrupted while waiting; the lock has been acquired again
     */
    boolean waitFor(BooleanSupplier predicate, Duration timeout) throws IOException, InterruptedException;

    /**
     * Wakes one waiter, if there is one: {@code condition.notify()}.
     *
     * @throws IllegalMonitorStateException when the calling thread does not hold the lock
     * @throws IOException when the condition is closed
     */
    void signal() throws IOException;

    /**
     * Wakes some waiters: {@code condition.notify(n)}. Returns when they have woken, though not yet with the lock,
     * which the caller still holds; an interrupt does not end this, but stays pending.
     *
     * @param n how many at most
     * @throws IllegalMonitorStateException when the calling thread does not hold the lock
     * @throws IOException when the condition is closed
     */
    void signal(int n) throws IOException;

    /**
     * Wakes all waiters: {@code condition.notify_all()}.
     *
     * @throws IllegalMonitorStateException when the calling thread does not hold the lock
     * @throws IOException when the condition is closed
     */
    void signalAll() throws IOException;

    /**
     * Detaches from the condition: waits of other threads end. Its lock is closed with it, unless it was shared as an
     * object of its own or belongs to another condition, too. Idempotent; does not block.
     */
    @Override
    void close();
}
