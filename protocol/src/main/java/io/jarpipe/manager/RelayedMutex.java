package io.jarpipe.manager;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** A lock of a fork context, as a {@link Lock} of Java, too. */
abstract sealed class RelayedMutex extends RelayedHeld implements Lock permits RelayedLock, RelayedRLock {
    RelayedMutex(RelayedObject object, Grip grip) {
        super(object, grip);
    }

    /**
     * Tells whether somebody holds the lock at this moment.
     *
     * @return whether its value is 0
     * @throws IOException when the lock is closed, or the Python process has ended
     */
    public boolean isLocked() throws IOException {
        return object.callAtOnce("locked").isReturned(true);
    }

    @Override
    public void lock() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    acquire();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (IOException e) {
            throw unusable(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
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
        boolean interrupted = Thread.interrupted();
        try {
            return acquire(Duration.ZERO);
        } catch (IOException e) {
            throw unusable(e);
        } catch (InterruptedException e) {
            interrupted = true;
            return false;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
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
        return new IllegalStateException("the lock is closed, or the process that relays it has ended", cause);
    }

    @Override
    public Condition newCondition() {
        throw new UnsupportedOperationException("a lock between processes has no java.util.concurrent condition");
    }
}
