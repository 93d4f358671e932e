package io.jarpipe;

import java.io.IOException;
import java.time.Duration;

/**
 * A {@code multiprocessing.Barrier} shared with Python processes.
 *
 * <p>A barrier with an {@code action} cannot be given to Java: a Java party that comes last would have to call it.
 *
 * <p>All methods are thread-safe, and all wait for the barrier's lock, which is held for moments only. After
 * {@link #close()} they throw {@link java.nio.channels.ClosedChannelException}.
 *
 * <p>A party that is interrupted, or whose worker ends, leaves the barrier as if it had not come, which is what a
 * {@code KeyboardInterrupt} does in Python; call {@link #abort()} to wake the others. A daemon that is killed by
 * SIGKILL leaves its parties counted, and as sleepers that never wake: the barrier is unusable then, as it is after a
 * SIGKILL of a Python party.
 */
public interface MpBarrier extends AutoCloseable {
    /**
     * Waits until all parties have come, at most as long as the barrier's own {@code timeout}: {@code barrier.wait()}.
     *
     * @return a number from 0 to parties - 1, different for each party: in which order they came
     * @throws MpBrokenBarrierException when the barrier is broken or reset, or the timeout passes, which breaks it
     * @throws IOException when the barrier is closed, also during the wait
     * @throws InterruptedException when interrupted while waiting
     */
    int await() throws IOException, InterruptedException;

    /**
     * Waits until all parties have come: {@code barrier.wait(timeout)}.
     *
     * @param timeout how long to wait before the barrier is broken; it takes the place of the barrier's own
     * @return a number from 0 to parties - 1, different for each party: in which order they came
     * @throws MpBrokenBarrierException when the barrier is broken or reset, or the timeout passes, which breaks it
     * @throws IOException when the barrier is closed, also during the wait
     * @throws InterruptedException when interrupted while waiting
     */
    int await(Duration timeout) throws IOException, InterruptedException;

    /**
     * Makes the barrier as new; those that wait get an {@link MpBrokenBarrierException}: {@code barrier.reset()}.
     *
     * @throws IOException when the barrier is closed
     * @throws InterruptedException when interrupted before it has begun
     */
    void reset() throws IOException, InterruptedException;

    /**
     * Breaks the barrier: those that wait, and all that come until it is reset, get an
     * {@link MpBrokenBarrierException}: {@code barrier.abort()}.
     *
     * @throws IOException when the barrier is closed
     * @throws InterruptedException when interrupted before it has begun
     */
    void abort() throws IOException, InterruptedException;

    /**
     * Returns how many have to come: {@code barrier.parties}.
     *
     * @return the number that the barrier was made with
     */
    int parties();

    /**
     * Tells how many wait at this moment: {@code barrier.n_waiting}. Does not block.
     *
     * @return the number; 0 while a full barrier empties
     * @throws IOException when the barrier is closed
     */
    int waiting() throws IOException;

    /**
     * Tells whether the barrier is broken: {@code barrier.broken}. Does not block.
     *
     * @return whether it has to be reset
     * @throws IOException when the barrier is closed
     */
    boolean isBroken() throws IOException;

    /** Detaches from the barrier: waits of other threads end. Idempotent; does not block. */
    @Override
    void close();
}
