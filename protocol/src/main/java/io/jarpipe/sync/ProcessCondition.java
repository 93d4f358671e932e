package io.jarpipe.sync;

import io.jarpipe.MpCondition;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Transport.Waiting;
import io.jarpipe.os.UseCount;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

// Some facts about conditions between processes (CPython Lib/multiprocessing/synchronize.py, the same since 3.8)
// ---------------------------------------------------------------------------------------------------------------
//   wait:    sleeping + 1, release the lock, take wait (or give up), woken + 1, acquire the lock
//   notify:  wait must be 0; as often as woken - 1 succeeds: sleeping - 1 (those that gave up);
//            up to n times: sleeping - 1, wait + 1; as many times: woken - 1, blocking; wait := 0
// A sleeper that counts itself in sleeping and not in woken keeps the next notify waiting, with the lock: so whatever
// ends a wait, woken is counted. A sleeper that was killed does not answer, and CPython would wait for it for ever.
// Here the close of what the notify is done for ends that: those who have not answered are counted as sleeping again,
// and what would wake them is taken back, so that one who answers later is settled by the next notify.

/** A {@code multiprocessing.Condition}. */
public final class ProcessCondition implements MpCondition, Rendezvous {
    /** All sleepers: {@code sys.maxsize} is more than there can be. */
    public static final int ALL = Integer.MAX_VALUE;

    /** How late it is noticed that an owner was closed. */
    private static final Duration SLICE = Duration.ofMillis(50);

    /** What others may take, after the close, to let go what this side waits for in order to leave in order. */
    private static final Duration GRACE = Duration.ofMillis(500);

    private final OwnedLock lock;
    private final SemLock sleeping;
    private final SemLock woken;
    private final SemLock wait;
    private final CountDownLatch left = new CountDownLatch(1);
    private final UseCount uses = new UseCount(this::detach);
    private volatile boolean ended;

    /**
     * Makes a condition of its parts.
     *
     * @param lock its {@code Lock} or {@code RLock}; closed with the last that needs it
     * @param sleeping counts those that wait or have given up; owned by the condition from now on, as are the others
     * @param woken counts those that wait no more
     * @param wait what they wait for
     */
    public ProcessCondition(OwnedLock lock, SemLock sleeping, SemLock woken, SemLock wait) {
        this.lock = lock;
        this.sleeping = sleeping;
        this.woken = woken;
        this.wait = wait;
        lock.retain();
    }

    private void detach() {
        sleeping.close();
        woken.close();
        wait.close();
        lock.letGo();
        left.countDown();
    }

    /**
     * What a condition is made of, owned by it.
     *
     * @param lock its lock
     * @param sleeping counts those that wait or have given up
     * @param woken counts those that wait no more
     * @param waitSemaphore what they wait for
     */
    public record Parts(OwnedLock lock, SemLock sleeping, SemLock woken, SemLock waitSemaphore) {}

    /**
     * Returns the parts, for passing the condition on.
     *
     * @return the parts, still owned by the condition
     */
    public Parts parts() {
        return new Parts(lock, sleeping, woken, wait);
    }

    // The lock's own close ends waits for it, and waits for this object's last use: so none is begun here.
    @Override
    public void acquire() throws IOException, InterruptedException {
        checkOpen();
        lock.acquire();
    }

    @Override
    public boolean acquire(Duration timeout) throws IOException, InterruptedException {
        checkOpen();
        return lock.acquire(timeout);
    }

    @Override
    public void release() throws IOException {
        checkOpen();
        lock.release();
    }

    private void checkOpen() throws ClosedChannelException {
        if (uses.isClosed()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public void await() throws IOException, InterruptedException {
        await(Deadline.NEVER, Waiting.INTERRUPTIBLE);
    }

    @Override
    public boolean await(Duration timeout) throws IOException, InterruptedException {
        return await(Deadline.after(timeout), Waiting.INTERRUPTIBLE);
    }

    /**
     * Releases the lock, waits to be woken, and acquires the lock again, also after a timeout, an interrupt or a close.
     *
     * @param deadline how long to wait to be woken
     * @param waiting whether an interrupt ends the wait
     * @return false when the deadline has passed
     * @throws IllegalMonitorStateException when the calling thread does not hold the lock
     * @throws ClosedChannelException when the condition is closed, also during the wait; if that was because the
     *     process ends, or the lock was closed too, the lock is not held
     * @throws IOException when a semaphore fails
     * @throws InterruptedException when interrupted while waiting
     */
    public boolean await(Deadline deadline, Waiting waiting) throws IOException, InterruptedException {
        uses.begin();
        try {
            int count = begin(waiting);
            boolean slept;
            try {
                slept = sleep(uses, count, deadline, waiting);
            } finally {
                while (!ended && !lock.acquire(count, Deadline.after(SLICE))) {
                    // as long as it takes
                }
            }
            checkOpen();
            return slept;
        } finally {
            uses.end();
        }
    }

    /**
     * Does the same for an object made of this condition, whose close ends the wait; the lock may then be not held in
     * the end, which {@link #isMine()} tells.
     */
    boolean await(UseCount owner, Deadline deadline) throws IOException, InterruptedException {
        int count = begin(Waiting.INTERRUPTIBLE);
        try {
            return sleep(owner, count, deadline, Waiting.INTERRUPTIBLE);
        } finally {
            while (!lock.acquire(count, Deadline.after(owner.isClosed() ? GRACE : SLICE))) {
                if (owner.isClosed()) {
                    break;
                }
            }
        }
    }

    private int begin(Waiting waiting) throws InterruptedException {
        checkMine("must acquire() condition before using wait()");
        if (waiting == Waiting.INTERRUPTIBLE && Thread.interrupted()) {
            throw new InterruptedException();
        }
        return lock.count();
    }

    /** Sleeps. Afterwards the lock is not held, and everything that this wait has counted is settled. */
    private boolean sleep(UseCount owner, int count, Deadline deadline, Waiting waiting)
            throws IOException, InterruptedException {
        sleeping.release();
        try {
            lock.release(count);
            return wait.acquireWhileOpen(owner, deadline, waiting);
        } catch (InterruptedException e) {
            if (!wait.tryAcquire()) {
                throw e;
            }
            // Woken at the same moment: whoever did so has counted on this thread, and not on the next.
            Thread.currentThread().interrupt();
            return true;
        } finally {
            woken.release();
        }
    }

    private void checkMine(String message) {
        if (!lock.isMine()) {
            throw new IllegalMonitorStateException(message);
        }
    }

    @Override
    public void waitFor(BooleanSupplier predicate) throws IOException, InterruptedException {
        waitFor(predicate, Deadline.NEVER);
    }

    @Override
    public boolean waitFor(BooleanSupplier predicate, Duration timeout) throws IOException, InterruptedException {
        return waitFor(predicate, Deadline.after(timeout));
    }

    private boolean waitFor(BooleanSupplier predicate, Deadline deadline) throws IOException, InterruptedException {
        boolean holds = predicate.getAsBoolean();
        while (!holds && !deadline.hasPassed()) {
            await(deadline, Waiting.INTERRUPTIBLE);
            holds = predicate.getAsBoolean();
        }
        return holds;
    }

    @Override
    public void signal() throws IOException {
        signal(1);
    }

    @Override
    public void signalAll() throws IOException {
        signal(ALL);
    }

    @Override
    public void signal(int n) throws IOException {
        uses.begin();
        try {
            signal(uses, n);
        } finally {
            uses.end();
        }
    }

    /**
     * Wakes sleepers and waits for their answers, for an object made of this condition; the lock is held.
     *
     * @param owner what it is done for, whose close ends it
     * @param n how many at most
     * @throws IllegalMonitorStateException when the calling thread does not hold the lock
     * @throws IOException when the owner is closed, or a semaphore fails
     */
    public void signal(UseCount owner, int n) throws IOException {
        checkMine("lock is not owned");
        if (wait.tryAcquire()) {
            throw new IllegalMonitorStateException("notify: Should not have been able to acquire _wait_semaphore");
        }
        while (woken.tryAcquire()) {
            if (!sleeping.tryAcquire()) {
                throw new IllegalMonitorStateException(
                        "notify: Bug in sleeping_count.acquire- res should not be False");
            }
        }
        wake(owner, n);
    }

    private void wake(UseCount owner, int n) throws IOException {
        int unanswered = 0;
        while (unanswered < n && sleeping.tryAcquire()) {
            wait.release();
            unanswered++;
        }
        try {
            while (unanswered > 0) {
                awaitWoken(owner);
                unanswered--;
            }
        } finally {
            for (; unanswered > 0; unanswered--) {
                sleeping.release();
            }
            takeBackWakeUps();
        }
    }

    /**
     * Takes back what wakes somebody: left by a sleeper that has given up at the same moment, or by a notifier that has
     * died. The lock is held.
     *
     * @throws IOException when a semaphore fails
     */
    public void takeBackWakeUps() throws IOException {
        boolean taken = true;
        while (taken) {
            taken = wait.tryAcquire();
        }
    }

    private void awaitWoken(UseCount owner) throws IOException {
        try {
            while (!woken.acquire(Deadline.after(owner.isClosed() ? GRACE : SLICE), Waiting.UNTIL_COMPLETE)) {
                checkOpen(owner);
            }
        } catch (InterruptedException e) {
            throw new AssertionError("this wait is not interruptible", e);
        }
    }

    /**
     * Acquires the lock for an object made of this condition.
     *
     * @param owner what it is done for, whose close ends the wait
     * @throws ClosedChannelException when the owner is closed
     * @throws IOException when the semaphore fails
     * @throws InterruptedException when interrupted while waiting
     */
    public void enter(UseCount owner) throws IOException, InterruptedException {
        while (!lock.acquire(SLICE)) {
            checkOpen(owner);
        }
    }

    private static void checkOpen(UseCount owner) throws ClosedChannelException {
        if (owner.isClosed()) {
            throw new ClosedChannelException();
        }
    }

    /**
     * Acquires the lock in time, for an object made of this condition.
     *
     * @param timeout how long to wait
     * @param waiting whether an interrupt ends the wait
     * @return whether it was acquired
     * @throws IOException when the semaphore fails
     * @throws InterruptedException when interrupted while waiting
     */
    public boolean enter(Duration timeout, Waiting waiting) throws IOException, InterruptedException {
        return lock.acquire(Deadline.after(timeout), waiting);
    }

    /**
     * Releases the lock, if the calling thread holds it.
     *
     * @throws IOException when the semaphore fails
     */
    public void exit() throws IOException {
        if (lock.isMine()) {
            lock.release();
        }
    }

    /** Tells whether the calling thread holds the lock. */
    boolean isMine() {
        return lock.isMine();
    }

    @Override
    public void endWaits() {
        ended = true;
        close();
    }

    @Override
    public boolean awaitLeft(Duration patience) throws InterruptedException {
        return left.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        uses.close();
    }

    /**
     * Tells whether nothing of it is in use any more.
     *
     * @return true when it is closed and the last thread has left
     */
    public boolean isReleased() {
        return uses.isReleased();
    }

    @Override
    public String toString() {
        return "Condition[" + lock + "]";
    }
}
