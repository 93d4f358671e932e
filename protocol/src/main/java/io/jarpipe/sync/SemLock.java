package io.jarpipe.sync;

import io.jarpipe.os.Deadline;
import io.jarpipe.os.NamedSemaphore;
import io.jarpipe.os.Transport.Waiting;
import io.jarpipe.os.Turn;
import io.jarpipe.os.UseCount;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A semaphore with the maximum CPython keeps beside it ({@code Modules/_multiprocessing/semaphore.c}, kind
 * {@code SEMAPHORE}), and with what CPython knows of the holder: how often it was acquired through this object, and by
 * which thread last. Nothing in the kernel says that.
 */
public final class SemLock implements AutoCloseable {
    /** The maximum of a semaphore without one: {@code SEM_VALUE_MAX}. */
    public static final int NO_MAXIMUM = Integer.MAX_VALUE;

    /** How late it is noticed that an owner was closed. */
    private static final Duration SLICE = Duration.ofMillis(50);

    private final NamedSemaphore semaphore;
    private final int maxValue;
    /** How often it was acquired through this object and not released, never negative. */
    private final AtomicInteger held = new AtomicInteger();
    /** Who acquired it last, if it is held; exact where the maximum is 1, as it is set and cleared by the holder. */
    private volatile @Nullable Thread holder;

    private volatile long heldSinceNanos;

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
        return semaphore.tryAcquire() && hold();
    }

    private boolean hold() {
        holder = Thread.currentThread();
        if (held.getAndIncrement() == 0) {
            heldSinceNanos = System.nanoTime();
        }
        return true;
    }

    /** Counts one acquisition less, before it is undone: from that moment on somebody else may hold. */
    private boolean claimHeld() {
        int before = held.getAndUpdate(count -> Math.max(0, count - 1));
        if (before == 1) {
            holder = null;
        }
        return before > 0;
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
        return semaphore.acquire(deadline, waiting) && hold();
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
        boolean acquired = acquireWhileOpen(owner, deadline, waiting);
        if (acquired && owner.isClosed()) {
            releaseOneHeld();
            throw new ClosedChannelException();
        }
        return acquired;
    }

    /** Does the same, but leaves a unit that it got at the moment of the close to the caller. */
    boolean acquireWhileOpen(UseCount owner, Deadline deadline, Waiting waiting)
            throws IOException, InterruptedException {
        if (acquire(Deadline.NOW, waiting)) {
            return true; // the usual case, which needs no clock
        }
        while (true) {
            Deadline slice = Deadline.after(SLICE);
            boolean last = deadline.remainingNanos() <= slice.remainingNanos();
            if (acquire(last ? deadline : slice, waiting)) {
                return true;
            }
            if (owner.isClosed()) {
                throw new ClosedChannelException();
            }
            if (last) {
                return false;
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
        claimHeld(); // or it was acquired by another process
        if (!semaphore.releaseBelow(maxValue)) {
            throw new IllegalStateException("semaphore or lock released too many times");
        }
    }

    /**
     * Gives back one unit that was acquired through this object, if there is one, and nobody has released it instead.
     *
     * @return whether one was given back
     * @throws IOException when closed
     */
    boolean releaseOneHeld() throws IOException {
        return claimHeld() && semaphore.releaseBelow(maxValue);
    }

    /** Tells how often it was acquired through this object and not released. */
    int held() {
        return held.get();
    }

    /** Tells whether the calling thread has acquired it last, and nobody has released it through this object. */
    boolean isMine() {
        return held.get() > 0 && Thread.currentThread().equals(holder);
    }

    /**
     * Describes what is held through this object.
     *
     * @param kind what the semaphore is to its users, such as {@code "Lock"}
     * @return empty when nothing is held
     */
    public Optional<Hold> hold(String kind) {
        int count = held.get();
        if (count == 0) {
            return Optional.empty();
        }
        Thread thread = holder;
        Duration age = Duration.ofNanos(System.nanoTime() - heldSinceNanos);
        return Optional.of(new Hold(kind, name(), count, age, thread == null ? "" : thread.getName()));
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
     * Returns where the threads of this process queue up for what the lock guards.
     *
     * @return the same for all that have it open
     */
    public Turn turn() {
        return semaphore.turn();
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
