package io.jarpipe.queue;

import io.jarpipe.os.Deadline;
import io.jarpipe.os.Transport.Waiting;
import io.jarpipe.os.UseCount;
import io.jarpipe.queue.JoinablePipeQueue.TaskParts;
import io.jarpipe.sync.ProcessCondition;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;

// Some facts about the tasks of a multiprocessing.JoinableQueue
// --------------------------------------------------------------
// CPython 3.13 Lib/multiprocessing/queues.py, JoinableQueue: put() releases the semaphore _unfinished_tasks, once per
// item and before the item is in the pipe; task_done() holds the lock of _cond, acquires the semaphore without waiting,
// and notifies all when its value is 0; join() holds the lock and waits on _cond once, unless the value is 0.
//
// A process that waits on a Condition is counted in it (see sync/ProcessCondition). If it is killed there, whoever
// notifies next waits for ever for its answer, and holds the lock meanwhile. Nobody may do that
// to Python by ending a JVM, so join() here is not counted: it looks at the semaphore again and again.

/** Counts the unfinished tasks of a queue, and wakes those who wait until there are none. */
final class Tasks {
    private static final System.Logger LOG = System.getLogger(Tasks.class.getName());
    private static final Duration SHORTEST_LOOK = Duration.ofMillis(1);
    private static final Duration LONGEST_LOOK = Duration.ofMillis(20);
    /** How long the end of a worker may wait for the lock. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final TaskParts parts;
    private final ProcessCondition condition;
    private final UseCount uses;

    Tasks(TaskParts parts, UseCount uses) {
        this.parts = parts;
        this.condition = parts.condition();
        this.uses = uses;
    }

    TaskParts parts() {
        return parts;
    }

    /** Counts one task. Takes no lock: to those who hold it, this is as if it had come before or after. */
    void count() throws IOException {
        parts.unfinished().release();
    }

    /** Finishes one task. */
    void done() throws IOException, InterruptedException {
        condition.enter(uses);
        try {
            if (!parts.unfinished().tryAcquire()) {
                throw new IllegalStateException("task_done() called too many times");
            }
            if (parts.unfinished().value() == 0) {
                notifyAllWaiting();
            }
        } finally {
            condition.exit();
        }
    }

    private void notifyAllWaiting() throws IOException {
        condition.takeBackWakeUps(); // CPython would fail here, once, if a notifier has died
        condition.signal(uses, ProcessCondition.ALL);
    }

    /** Uncounts tasks whose items will never be in the pipe; within a bounded time, also when the lock is lost. */
    void withdraw(int count) {
        try {
            boolean locked = condition.enter(PATIENCE, Waiting.UNTIL_COMPLETE);
            try {
                boolean withdrawn = false;
                for (int i = 0; i < count; i++) {
                    withdrawn |= parts.unfinished().tryAcquire();
                }
                if (locked && withdrawn && parts.unfinished().value() == 0) {
                    notifyAllWaiting();
                }
            } finally {
                condition.exit();
            }
        } catch (IOException | IllegalStateException e) {
            LOG.log(Level.WARNING, "the tasks of dropped items could not be uncounted", e);
        } catch (InterruptedException e) {
            throw new AssertionError("this wait is not interruptible", e);
        }
    }

    /** Waits until there are no unfinished tasks; false when the deadline passed. */
    boolean await(Deadline deadline) throws IOException, InterruptedException {
        Duration look = SHORTEST_LOOK;
        while (true) {
            if (uses.isClosed()) {
                throw new ClosedChannelException();
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (parts.unfinished().value() == 0) {
                return true;
            }
            if (deadline.hasPassed()) {
                return false;
            }
            Thread.sleep(Duration.ofNanos(Math.min(look.toNanos(), deadline.remainingNanos())));
            look = look.compareTo(LONGEST_LOOK) < 0 ? look.multipliedBy(2) : LONGEST_LOOK;
        }
    }
}
