package io.jarpipe.manager;

import io.jarpipe.MpLock;
import io.jarpipe.PyException;
import io.jarpipe.os.Flow;
import io.jarpipe.pickle.PickleCodec;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/** A {@code multiprocessing.Lock} of a fork context. */
public final class RelayedLock implements MpLock, Relayed {
    /** The {@link Token#typeid()}. */
    public static final String TYPEID = "jarpipe.Lock";

    private final RelayedObject lock;
    /** How often it was acquired through this object and not released, never negative. */
    private final AtomicInteger held = new AtomicInteger();

    private RelayedLock(RelayedObject lock) {
        this.lock = lock;
    }

    /**
     * Connects to a lock.
     *
     * @param token where it is
     * @param key the authkey of the Python program
     * @param codec reads and writes what is called with, and returned
     * @param maxLength the longest reply accepted, in bytes
     * @return the lock, to be closed by the caller
     * @throws IOException when the Python process cannot be reached
     * @throws InterruptedException when interrupted while waiting
     */
    public static RelayedLock attach(Token token, byte[] key, PickleCodec codec, int maxLength)
            throws IOException, InterruptedException {
        return new RelayedLock(RelayedObject.attach(token, key, codec, maxLength));
    }

    @Override
    public void acquire() throws IOException, InterruptedException {
        acquire((Double) null);
    }

    @Override
    public boolean acquire(Duration timeout) throws IOException, InterruptedException {
        return acquire(Seconds.of(timeout));
    }

    private boolean acquire(@Nullable Double seconds) throws IOException, InterruptedException {
        RelayedObject.Answer answer = lock.call("acquire", true, seconds);
        boolean acquired = Boolean.TRUE.equals(answer.reply().returned());
        if (acquired) {
            held.incrementAndGet();
        }
        if (answer.interrupted()) {
            if (!acquired) {
                throw new InterruptedException();
            }
            Thread.currentThread().interrupt();
        }
        return acquired;
    }

    @Override
    public void release() throws IOException {
        try {
            lock.callAtOnce("release");
        } catch (PyException e) {
            throw e.type().equals("ValueError") && e.args().size() == 1
                    ? new IllegalStateException(String.valueOf(e.args().get(0)), e)
                    : e;
        }
        held.updateAndGet(count -> Math.max(0, count - 1)); // or it was another's
    }

    @Override
    public boolean isLocked() throws IOException {
        return Boolean.TRUE.equals(lock.callAtOnce("locked"));
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

    @Override
    public void abandon() {
        lock.abandon();
    }

    @Override
    public void countInto(Flow flow) {
        lock.countInto(flow);
    }

    @Override
    public boolean isClosed() {
        return lock.isClosed();
    }

    @Override
    public void close() {
        lock.detach(held.get());
    }

    @Override
    public String toString() {
        return "Lock[relayed]";
    }
}
