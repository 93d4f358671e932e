package io.jarpipe.sync;

import io.jarpipe.MpLock;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Transport.Waiting;
import io.jarpipe.os.UseCount;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;

/** A {@code multiprocessing.Lock}: a semaphore with the maximum 1 and no owner. */
public final class ProcessLock implements MpLock {
    private final SemLock semLock;
    private final UseCount uses;
    /** How often it was acquired through this object and not released, never negative. */
    private final AtomicInteger held = new AtomicInteger();

    /**
     * Makes a lock of a semaphore, which it owns from now on.
     *
     * @param semLock the semaphore, maximum 1
     */
    public ProcessLock(SemLock semLock) {
        this.semLock = semLock;
        this.uses = new UseCount(semLock::close);
    }

    @Override
    public void acquire() throws IOException, InterruptedException {
        acquire(Deadline.NEVER, Waiting.INTERRUPTIBLE);
    }

    @Override
    public boolean acquire(Duration timeout) throws IOException, InterruptedException {
        return acquire(Deadline.after(timeout), Waiting.INTERRUPTIBLE);
    }

    private boolean acquire(Deadline deadline, Waiting waiting) throws IOException, InterruptedException {
        uses.begin();
        try {
            return semLock.acquireFor(uses, deadline, waiting) && keep();
        } finally {
            uses.end();
        }
    }

    /**
     * Counts what was acquired, unless the lock was closed meanwhile: then its worker has ended and would never release
     * it. The count comes before the look, and {@link #releaseHeld()} closes before it counts, so that one of the two
     * gives it back.
     */
    private boolean keep() throws IOException {
        held.incrementAndGet();
        if (uses.isClosed() && claimHeld()) {
            semLock.release();
        }
        checkOpen();
        return true;
    }

    private boolean claimHeld() {
        return held.getAndUpdate(count -> Math.max(0, count - 1)) > 0;
    }

    private void checkOpen() throws ClosedChannelException {
        if (uses.isClosed()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public void release() throws IOException {
        uses.begin();
        try {
            semLock.release();
            claimHeld(); // or it was another's
        } finally {
            uses.end();
        }
    }

    @Override
    public boolean isLocked() throws IOException {
        uses.begin();
        try {
            return semLock.value() == 0;
        } finally {
            uses.end();
        }
    }

    @Override
    public void lock() {
        try {
            acquire(Deadline.NEVER, Waiting.UNTIL_COMPLETE);
        } catch (IOException e) {
            throw unusable(e);
        } catch (InterruptedException e) {
            throw new AssertionError("this wait is not interruptible", e);
        }
    }

    @Override
    public void lockInterruptibly() throws InterruptedException {
        try {
            acquire();
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    @Override
    public boolean tryLock() {
        try {
            return tryAcquire();
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private boolean tryAcquire() throws IOException {
        uses.begin();
        try {
            return semLock.tryAcquire() && keep();
        } finally {
            uses.end();
        }
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        try {
            return acquire(Duration.of(time, unit.toChronoUnit()));
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    @Override
    public void unlock() {
        try {
            release();
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private static IllegalStateException unusable(IOException cause) {
        return new IllegalStateException("the lock is closed: the worker it was given to has ended", cause);
    }

    @Override
    public Condition newCondition() {
        throw new UnsupportedOperationException("a lock between processes has no java.util.concurrent condition");
    }

    /**
     * Closes the lock and releases what was acquired through this object and not released: its holder ends abnormally.
     *
     * @return whether something was released
     */
    public boolean releaseHeld() {
        if (!uses.tryBegin()) {
            return false;
        }
        boolean released = false;
        try {
            uses.close();
            while (claimHeld()) {
                semLock.release();
                released = true;
            }
        } catch (IOException | IllegalStateException alreadyFree) {
            held.set(0); // another process has released it
        } finally {
            uses.end();
        }
        return released;
    }

    /**
     * Returns the semaphore, which stays owned by the lock.
     *
     * @return the kernel object behind the lock
     */
    public SemLock semLock() {
        return semLock;
    }

    @Override
    public void close() {
        uses.close();
    }

    @Override
    public String toString() {
        return "Lock[" + semLock + "]";
    }
}
