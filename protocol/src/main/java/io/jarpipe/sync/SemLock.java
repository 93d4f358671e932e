package io.jarpipe.sync;

import io.jarpipe.os.Deadline;
import io.jarpipe.os.NamedSemaphore;
import io.jarpipe.os.Transport.Waiting;
import io.jarpipe.os.UseCount;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;

/**
 * A semaphore with the maximum CPython keeps beside it ({@code Modules/_multiprocessing/semaphore.c}, kind
 * {@code SEMAPHORE}).
 */
public final class SemLock implements AutoCloseable {
    /** The maximum of a semaphore without one: {@code SEM_VALUE_MAX}. */
    public static final int NO_MAXIMUM = Integer.MAX_VALUE;

    /** How late it is noticed that an owner was closed. */
    private static final Duration SLICE = Duration.ofMillis(50);

    private final NamedSemaphore semaphore;
    private final int maxValue;

    /**
     * Uses a semaphore, which it owns from now on.
     *
     * @param semaphore the kernel object
     * @param maxValue the value above which a release is an error, 1 for a lock
     */
    public SemLock(NamedSemaphore semaphore, int maxValue) {
        this.semaphore = semaphore;
        this.maxValue = maxValue;
    }

    /**
     * Takes one unit if there is one now.
     *
     * @return whether it was taken
     * @throws IOException when closed
     */
    public boolean tryAcquire() throws IOException {
        return semaphore.tryAcquire();
    }

    /**
     * Takes one unit, waiting for it.
     *
     * @param deadline how long to wait
     * @param waiting whether an interrupt ends the wait
     * @return whether it was taken; false when the deadline passed
     * @throws IOException when closed, also during the wait
     * @throws InterruptedException when interrupted while waiting
     */
    public boolean acquire(Deadline deadline, Waiting waiting) throws IOException, InterruptedException {
        if (waiting == Waiting.INTERRUPTIBLE && Thread.interrupted()) {
            // Also where nothing has to be waited for, as in java.util.concurrent: a loop over a full queue must end.
            throw new InterruptedException();
        }
        return semaphore.acquire(deadline, waiting);
    }

    /**
     * Takes one unit, waiting for it as long as its owner is open: what is acquired a moment after the owner was closed
     * is given back, since nobody would.
     *
     * @param deadline how long to wait
     * @param waiting whether an interrupt ends the wait
     * @param owner what the unit is taken for
     * @return whether it was taken; false when the deadline passed
     * @throws ClosedChannelException when the owner is closed, also during the wait
     * @throws IOException when the semaphore fails
     * @throws InterruptedException when interrupted while waiting
     */
    public boolean acquireFor(UseCount owner, Deadline deadline, Waiting waiting)
            throws IOException, InterruptedException {
        while (true) {
            Deadline slice = Deadline.after(SLICE);
            boolean last = deadline.remainingNanos() <= slice.remainingNanos();
            boolean acquired = acquire(last ? deadline : slice, waiting);
            if (owner.isClosed()) {
                if (acquired) {
                    release();
                }
                throw new ClosedChannelException();
            }
            if (acquired || last) {
                return acquired;
            }
        }
    }

    /**
     * Gives one unit back. The check against the maximum is a moment earlier than the release, as in CPython.
     *
     * @throws IllegalStateException when all units are free: "semaphore or lock released too many times"
     * @throws IOException when closed
     */
    public void release() throws IOException {
        if (semaphore.value() >= maxValue) {
            throw new IllegalStateException("semaphore or lock released too many times");
        }
        semaphore.release();
    }

    /**
     * Reads the value.
     *
     * @return how many units are free at this moment
     * @throws IOException when closed
     */
    public int value() throws IOException {
        return semaphore.value();
    }

    /**
     * Returns the maximum.
     *
     * @return {@link #NO_MAXIMUM} when there is none
     */
    public int maxValue() {
        return maxValue;
    }

    /**
     * Returns the name under which others open the semaphore.
     *
     * @return the name with the leading slash
     */
    public String name() {
        return semaphore.name();
    }

    /**
     * Tells whether this side has detached from the semaphore.
     *
     * @return true from the moment of {@link #close()}
     */
    public boolean isClosed() {
        return semaphore.isClosed();
    }

    @Override
    public String toString() {
        return semaphore.toString();
    }

    /** Detaches from the semaphore. Idempotent. */
    @Override
    public void close() {
        semaphore.close();
    }
}
