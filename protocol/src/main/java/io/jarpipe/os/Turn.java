package io.jarpipe.os;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

// Some facts about many readers of one pipe
// ------------------------------------------
// A write wakes everybody who waits in poll(2) for the pipe; those who sit in read(2) it wakes one by one. CPython's
// readers sit in read(2), and only one of them, as they hold the queue's read lock meanwhile. With four Java workers in
// poll(2) each item woke all four, three of them in vain, and the writer paid for it: a third of its processor time
// went into waking.

/**
 * The turn of this process at a semaphore: of its threads that wait for what the semaphore guards, one waits in the
 * kernel, and the others wait here for it to be done. Whoever comes by while nobody has the turn takes it, also before
 * those who wait, as with the semaphore itself: a thread that runs is quicker than one that has to be woken.
 *
 * <p>Having the turn is no right to anything; other processes, and threads that cannot wait, do without it.
 */
public final class Turn {
    /** By the address of the semaphore, of which each exists once in a process (sem_open(3)). */
    private static final ConcurrentHashMap<Long, Turn> TURNS = new ConcurrentHashMap<>();

    /** How often the semaphore is open. */
    private int users;

    private boolean taken;
    private int waiting;
    /** One of those who wait was called and has not looked yet: it would be too much to call another. */
    private boolean called;

    Turn() {}

    /** Returns the turn at a semaphore that has been opened; paired with {@link #forget}. */
    static Turn at(long semaphore) {
        return TURNS.compute(semaphore, (address, known) -> {
            Turn turn = known == null ? new Turn() : known;
            turn.users++;
            return turn;
        });
    }

    /** Undoes {@link #at}, before the semaphore is closed. */
    static void forget(long semaphore) {
        TURNS.computeIfPresent(semaphore, (address, turn) -> turn.leaveIfLast());
    }

    private @Nullable Turn leaveIfLast() {
        users--;
        return users == 0 ? null : this;
    }

    /**
     * Takes the turn, waiting for it, unless there is a reason to look at the descriptor, or at what woke those who
     * wait for it: {@link Fd#endWaits}, {@link Fd#keepAwake}.
     *
     * @param fd what would be waited for in the turn
     * @param deadline how long to wait
     * @return whether it was taken, and has to be left with {@link #leave}; false when the deadline passed, or when the
     *     caller should look again
     * @throws InterruptedException when interrupted while waiting
     */
    public boolean take(Fd fd, Deadline deadline) throws InterruptedException {
        return tryTake() || await(new Waiting(), fd, deadline);
    }

    private synchronized boolean tryTake() {
        if (taken) {
            return false;
        }
        taken = true;
        return true;
    }

    private boolean await(Waiting self, Fd fd, Deadline deadline) throws InterruptedException {
        fd.register(self, true);
        try {
            return self.await(deadline);
        } finally {
            fd.unregister(self);
        }
    }

    /** Gives the turn to whoever comes next, and calls one of those who wait. */
    public synchronized void leave() {
        taken = false;
        if (waiting > 0 && !called) {
            called = true;
            notify(); // all of them wait for the same
        }
    }

    /** A thread that waits for the turn. */
    private final class Waiting implements Wakeable {
        private boolean woken;

        @Override
        public void wake() {
            synchronized (Turn.this) {
                woken = true;
                Turn.this.notifyAll();
            }
        }

        boolean await(Deadline deadline) throws InterruptedException {
            synchronized (Turn.this) {
                while (taken && !woken && !deadline.hasPassed()) {
                    awaitCall(deadline);
                }
                return tryTake();
            }
        }

        private void awaitCall(Deadline deadline) throws InterruptedException {
            waiting++;
            try {
                if (deadline.isNever()) {
                    Turn.this.wait();
                } else {
                    TimeUnit.NANOSECONDS.timedWait(Turn.this, deadline.remainingNanos());
                }
            } finally {
                waiting--;
                called = false;
            }
        }
    }
}
