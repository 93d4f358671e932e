package io.jarpipe.sync;

import io.jarpipe.MpEvent;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Transport.Waiting;
import io.jarpipe.os.UseCount;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

// Some facts about events (CPython Lib/multiprocessing/synchronize.py, the same since 3.8)
// -----------------------------------------------------------------------------------------
// The flag is a semaphore of 0 or 1. set() takes it, if it is there, and gives it back; so do is_set() and wait(). All
// hold the lock meanwhile. Who reads the value without the lock sees a set event as not set in one of some twenty
// reads while others are at it (tried), so 1 can be believed, and 0 only with the lock.

/** A {@code multiprocessing.Event}. */
public final class ProcessEvent implements MpEvent, Rendezvous {
    private static final long FIRST_PAUSE_NANOS = 100_000;
    private static final long LONGEST_PAUSE_NANOS = 5_000_000;
    /** How often to look when the time of a wait is over, and how long to try to get the lock each time. */
    private static final int LAST_LOOKS = 10;

    private static final Duration BETWEEN_LAST_LOOKS = Duration.ofMillis(5);

    private final Core core;
    private final boolean enlists;

    /** What both views of an event have in common. */
    private static final class Core {
        final ProcessCondition condition;
        final SemLock flag;
        final CountDownLatch left = new CountDownLatch(1);
        final UseCount uses = new UseCount(this::detach);

        Core(ProcessCondition condition, SemLock flag) {
            this.condition = condition;
            this.flag = flag;
        }

        private void detach() {
            condition.close();
            flag.close();
            left.countDown();
        }
    }

    /**
     * Makes an event of its parts, which it owns from now on.
     *
     * @param condition the condition over a {@code Lock}
     * @param flag the semaphore of 0 or 1
     */
    public ProcessEvent(ProcessCondition condition, SemLock flag) {
        this(new Core(condition, flag), false);
    }

    private ProcessEvent(Core core, boolean enlists) {
        this.core = core;
        this.enlists = enlists;
    }

    /**
     * Returns the condition, for passing the event on.
     *
     * @return the condition, still owned by the event
     */
    public ProcessCondition condition() {
        return core.condition;
    }

    /**
     * Returns the flag, for passing the event on.
     *
     * @return the semaphore, still owned by the event
     */
    public SemLock flag() {
        return core.flag;
    }

    /** What is done with the lock held. */
    @FunctionalInterface
    private interface Guarded {
        boolean run() throws IOException, InterruptedException;
    }

    private boolean guarded(Guarded action) throws IOException, InterruptedException {
        core.uses.begin();
        try {
            core.condition.enter(core.uses);
            try {
                return action.run();
            } finally {
                core.condition.exit();
            }
        } finally {
            core.uses.end();
        }
    }

    @Override
    public boolean isSet() throws IOException, InterruptedException {
        return guarded(this::flagged);
    }

    /** Looks at the flag, without taking it as CPython does: the result is the same. */
    private boolean flagged() throws IOException {
        return core.flag.value() > 0;
    }

    @Override
    public void set() throws IOException, InterruptedException {
        guarded(() -> {
            boolean before = core.flag.tryAcquire();
            core.flag.release();
            core.condition.signal(core.uses, ProcessCondition.ALL);
            return before;
        });
    }

    @Override
    public void clear() throws IOException, InterruptedException {
        guarded(core.flag::tryAcquire);
    }

    @Override
    public boolean await() throws IOException, InterruptedException {
        return await(Deadline.NEVER);
    }

    @Override
    public boolean await(Duration timeout) throws IOException, InterruptedException {
        return await(Deadline.after(timeout));
    }

    private boolean await(Deadline deadline) throws IOException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return enlists ? guarded(() -> enlist(deadline)) : watch(deadline);
    }

    private boolean enlist(Deadline deadline) throws IOException, InterruptedException {
        if (!flagged()) {
            core.condition.await(core.uses, deadline);
        }
        return flagged();
    }

    private boolean watch(Deadline deadline) throws IOException, InterruptedException {
        core.uses.begin();
        try {
            long pause = FIRST_PAUSE_NANOS;
            while (!flagged()) {
                if (deadline.hasPassed()) {
                    return lastLook();
                }
                TimeUnit.NANOSECONDS.sleep(Math.min(pause, deadline.remainingNanos()));
                pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
                if (core.uses.isClosed()) {
                    throw new ClosedChannelException();
                }
            }
            return true;
        } finally {
            core.uses.end();
        }
    }

    /**
     * Looks once more with the lock, if it can be had soon; else several times without it. A process that was killed
     * with the lock must not keep a wait with a timeout for ever.
     */
    private boolean lastLook() throws IOException, InterruptedException {
        for (int i = 0; i < LAST_LOOKS; i++) {
            if (flagged()) {
                return true;
            }
            if (core.condition.enter(BETWEEN_LAST_LOOKS, Waiting.INTERRUPTIBLE)) {
                try {
                    return flagged();
                } finally {
                    core.condition.exit();
                }
            }
        }
        return flagged();
    }

    @Override
    public MpEvent enlisting() {
        return new ProcessEvent(core, true);
    }

    @Override
    public void endWaits() {
        close();
    }

    @Override
    public boolean awaitLeft(Duration patience) throws InterruptedException {
        return core.left.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        core.uses.close();
    }

    /**
     * Tells whether nothing of it is in use any more.
     *
     * @return true when it is closed and the last thread has left
     */
    public boolean isReleased() {
        return core.uses.isReleased();
    }

    @Override
    public String toString() {
        return "Event[" + core.flag + "]";
    }
}
