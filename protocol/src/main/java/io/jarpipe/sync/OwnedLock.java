package io.jarpipe.sync;

import io.jarpipe.os.Deadline;
import io.jarpipe.os.Transport.Waiting;
import io.jarpipe.os.UseCount;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A lock or semaphore as one process uses it: CPython's {@code SemLock} ({@code Modules/_multiprocessing/semaphore.c}),
 * with the count of what this process holds and its owner.
 *
 * <p>Thread-safe. Closing it ends the waits of other threads with {@link ClosedChannelException}.
 */
public abstract sealed class OwnedLock implements AutoCloseable permits Mutex, ProcessSemaphore {
    private final SemLock semLock;
    private final UseCount uses;
    /** How many need this object: each condition over it, and the program, if it has it by itself. */
    private final AtomicInteger users = new AtomicInteger();

    private final AtomicBoolean exposed = new AtomicBoolean();

    OwnedLock(SemLock semLock) {
        this.semLock = semLock;
        this.uses = new UseCount(semLock::close);
    }

    /** Returns Python's name of the type. */
    abstract String kind();

    /**
     * Acquires, waiting as long as it takes.
     *
     * @throws IOException when closed, also during the wait
     * @throws InterruptedException when interrupted while waiting
     */
    public void acquire() throws IOException, InterruptedException {
        acquire(Deadline.NEVER, Waiting.INTERRUPTIBLE);
    }

    /**
     * Acquires, if possible in time.
     *
     * @param timeout how long to wait; zero or negative tries once
     * @return whether it was acquired
     * @throws IOException when closed, also during the wait
     * @throws InterruptedException when interrupted while waiting
     */
    public boolean acquire(Duration timeout) throws IOException, InterruptedException {
        return acquire(Deadline.after(timeout), Waiting.INTERRUPTIBLE);
    }

    boolean acquire(Deadline deadline, Waiting waiting) throws IOException, InterruptedException {
        uses.begin();
        try {
            return semLock.acquireFor(uses, deadline, waiting) && keep();
        } finally {
            uses.end();
        }
    }

    /**
     * Acquires if that takes no waiting.
     *
     * @return whether it was acquired
     * @throws IOException when closed
     */
    public boolean tryAcquire() throws IOException {
        uses.begin();
        try {
            return semLock.tryAcquire() && keep();
        } finally {
            uses.end();
        }
    }

    /**
     * Keeps what was acquired, unless this was closed meanwhile: then its worker has ended and would never release it.
     * The semaphore counts before this looks, and {@link #releaseHeld()} closes before it counts, so that one of the
     * two gives it back.
     */
    private boolean keep() throws IOException {
        if (uses.isClosed()) {
            semLock.releaseOneHeld();
            throw new ClosedChannelException();
        }
        return true;
    }

    /**
     * Releases.
     *
     * @throws IllegalStateException when everything is free: "semaphore or lock released too many times"
     * @throws IOException when closed
     */
    public void release() throws IOException {
        uses.begin();
        try {
            semLock.release();
        } finally {
            uses.end();
        }
    }

    /** Returns how many units are free. */
    int free() throws IOException {
        uses.begin();
        try {
            return semLock.value();
        } finally {
            uses.end();
        }
    }

    /** Tells whether the calling thread was the last to acquire it, and nobody has released it through this object. */
    final boolean isMine() {
        return semLock.isMine();
    }

    final void checkOpen() throws ClosedChannelException {
        if (uses.isClosed()) {
            throw new ClosedChannelException();
        }
    }

    /** Tells how often the calling thread, for which {@link #isMine()} holds, has acquired it. */
    int count() {
        return semLock.held();
    }

    /** Releases it several times. */
    final void release(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            release();
        }
    }

    /** Acquires it several times, waiting until the deadline each time; an interrupt stays pending. */
    final boolean acquire(int count, Deadline deadline) throws IOException {
        try {
            boolean acquired = true;
            for (int i = 0; acquired && i < count; i++) {
                acquired = acquire(deadline, Waiting.UNTIL_COMPLETE);
            }
            return acquired;
        } catch (InterruptedException e) {
            throw new AssertionError("this wait is not interruptible", e);
        }
    }

    /**
     * Closes it and releases what was acquired through this object and not released: its holder ends abnormally.
     *
     * @return whether something was released
     * @throws IOException when the semaphore fails
     */
    public boolean releaseHeld() throws IOException {
        if (!uses.tryBegin()) {
            return false;
        }
        boolean released = false;
        try {
            uses.close();
            while (semLock.held() > 0) {
                released |= semLock.releaseOneHeld();
            }
        } finally {
            uses.end();
        }
        return released;
    }

    /**
     * Describes what is held through this object.
     *
     * @return empty when nothing is held
     */
    public Optional<Hold> hold() {
        return semLock.hold(kind());
    }

    /** Counts one that needs this object. */
    public void retain() {
        users.incrementAndGet();
    }

    /** Notes, once, that the program has this object by itself, and not only as a part of others. */
    public void expose() {
        if (!exposed.getAndSet(true)) {
            retain();
        }
    }

    /**
     * Tells whether the program has this object by itself.
     *
     * @return false when it is a part of others alone
     */
    public boolean isExposed() {
        return exposed.get();
    }

    /** Counts one less that needs this object, and closes it after the last one. */
    void letGo() {
        if (users.decrementAndGet() == 0) {
            close();
        }
    }

    /**
     * Returns the semaphore, which stays owned by this object.
     *
     * @return the kernel object behind it
     */
    public SemLock semLock() {
        return semLock;
    }

    /** Detaches without releasing. Idempotent; does not block. */
    @Override
    public void close() {
        uses.close();
    }

    @Override
    public String toString() {
        return kind() + "[" + semLock + "]";
    }
}
