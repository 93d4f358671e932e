package io.jarpipe.sync;

import io.jarpipe.os.Deadline;
import io.jarpipe.os.Transport.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** A lock or semaphore with the maximum 1, as a {@link Lock} of Java, too. */
public abstract sealed class Mutex extends OwnedLock implements Lock permits ProcessLock, ProcessRLock {
    Mutex(SemLock semLock) {
        super(semLock);
    }

    /**
     * Tells whether somebody holds the lock at this moment.
     *
     * @return whether its value is 0
     * @throws IOException when the lock is closed
     */
    public boolean isLocked() throws IOException {
        return free() == 0;
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
}
