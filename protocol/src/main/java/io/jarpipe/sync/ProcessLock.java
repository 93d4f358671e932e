package io.jarpipe.sync;

import io.jarpipe.MpLock;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Transport.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;

/** A {@code multiprocessing.Lock}: a semaphore with the maximum 1 and no owner. */
public final class ProcessLock implements MpLock {
    private final SemLock semLock;
    /** Acquired minus released through this object, CPython's {@code SemLock.count}. */
    private final AtomicInteger held = new AtomicInteger();

    /**
     * Makes a lock of a semaphore, which it owns from now on.
     *
     * @param semLock the semaphore, maximum 1
     */
    public ProcessLock(SemLock semLock) {
        this.semLock = semLock;
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
        boolean acquired = semLock.acquire(deadline, waiting);
        if (acquired) {
            held.incrementAndGet();
        }
        return acquired;
    }

    @Override
    public void release() throws IOException {
        semLock.release();
        held.decrementAndGet();
    }

    @Override
    public boolean isLocked() throws IOException {
        return semLock.value() == 0;
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
            boolean acquired = semLock.tryAcquire();
            if (acquired) {
                held.incrementAndGet();
            }
            return acquired;
        } catch (IOException e) {
            throw unusable(e);
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
     * Releases what was acquired through this object and not released: its holder is about to end abnormally.
     *
     * @return whether something was released
     */
    public boolean releaseHeld() {
        boolean released = false;
        try {
            while (held.get() > 0) {
                release();
                released = true;
            }
        } catch (IOException | IllegalStateException alreadyFree) {
            held.set(0); // closed, or another process has released it
        }
        return released;
    }

    @Override
    public void close() {
        semLock.close();
    }

    @Override
    public String toString() {
        return "Lock[" + semLock + "]";
    }
}
