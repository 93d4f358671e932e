package io.jarpipe;

import java.io.IOException;
import java.time.Duration;

/**
 * A {@code multiprocessing.Event} shared with Python processes.
 *
 * <p>There are two ways to wait:
 *
 * <ul>
 *   <li>By default {@link #await()} looks at the event's flag again and again, at first every 0.1 ms, and twice as
 *       rarely each time down to every 5 ms. Nobody else knows of the waiter. It costs a thousandth of a processor,
 *       wakes up 2.5 ms late on average, and does not see an event that is set and cleared at once.
 *   <li>{@link #enlisting()} waits as CPython does: it wakes at once, and also for an event that is cleared again (then
 *       it returns false). But a process that is killed by SIGKILL, or a daemon, while it is enlisted freezes the
 *       event: the next {@code set()}, in Python or Java, waits for the dead waiter for ever.
 * </ul>
 *
 * <p>All methods are thread-safe. After {@link #close()} they throw {@link java.nio.channels.ClosedChannelException}.
 */
public interface MpEvent extends AutoCloseable {
    /**
     * Tells whether the event is set: {@code event.is_set()}. Waits for a process that is just setting or clearing it.
     *
     * @return whether it is set
     * @throws IOException when the event is closed
     * @throws InterruptedException when interrupted while waiting for such a process
     */
    boolean isSet() throws IOException, InterruptedException;

    /**
     * Sets the event and wakes all that are enlisted: {@code event.set()}. Returns when they have woken; once it has
     * begun, an interrupt does not end it, but stays pending.
     *
     * @throws IOException when the event is closed
     * @throws InterruptedException when interrupted before it has begun
     */
    void set() throws IOException, InterruptedException;

    /**
     * Clears the event: {@code event.clear()}.
     *
     * @throws IOException when the event is closed
     * @throws InterruptedException when interrupted before it has begun
     */
    void clear() throws IOException, InterruptedException;

    /**
     * Waits until the event is set: {@code event.wait()}.
     *
     * @return true; false only with {@link #enlisting()}, when the event was cleared again at once
     * @throws IOException when the event is closed, also during the wait
     * @throws InterruptedException when interrupted while waiting
     */
    boolean await() throws IOException, InterruptedException;

    /**
     * Waits until the event is set or the time is over: {@code event.wait(timeout)}.
     *
     * @param timeout how long to wait; zero or negative looks once
     * @return whether it is set
     * @throws IOException when the event is closed, also during the wait
     * @throws InterruptedException when interrupted while waiting
     */
    boolean await(Duration timeout) throws IOException, InterruptedException;

    /**
     * Returns the same event with waits that enlist as sleepers.
     *
     * @return another view, which is closed with this one
     */
    MpEvent enlisting();

    /** Detaches from the event: waits of other threads end. Idempotent; does not block. */
    @Override
    void close();
}
