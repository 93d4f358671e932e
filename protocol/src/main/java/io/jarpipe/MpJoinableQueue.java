package io.jarpipe;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A {@code multiprocessing.JoinableQueue} shared with Python processes: every item put is a task until somebody calls
 * {@link #taskDone}, and {@link #join} waits until there are none.
 *
 * <p>An item that cannot be pickled is not counted, nor one that a worker drops when it ends: Python leaves both
 * counted, and {@code join()} then never returns.
 *
 * @param <T> the Java type of the items
 */
public interface MpJoinableQueue<T extends @Nullable Object> extends MpQueue<T> {
    /**
     * Says that one item that was taken is worked off: {@code queue.task_done()}.
     *
     * <p>Wakes those who wait in {@code join()} if it was the last. As in CPython this waits for the answer of each: a
     * Python process that was killed in {@code join()} does not answer, and all its users' {@code task_done()} hang.
     *
     * @throws IllegalStateException when there are no unfinished tasks, with CPython's words: "task_done() called too
     *     many times"
     * @throws IOException when the queue is closed, also while waiting
     * @throws InterruptedException when interrupted while waiting for the lock of the tasks; nothing was counted
     */
    void taskDone() throws IOException, InterruptedException;

    /**
     * Waits until there are no unfinished tasks: {@code queue.join()}.
     *
     * <p>It looks at their number from time to time, at most 20 ms late, and holds nothing while it waits: a JVM that
     * is killed in here leaves Python unharmed, unlike a Python process. Where new items are put all the time, it may
     * miss a moment without any.
     *
     * @throws IOException when the queue is closed, also while waiting
     * @throws InterruptedException when interrupted while waiting
     */
    void join() throws IOException, InterruptedException;

    /**
     * Waits until there are no unfinished tasks, or the time is over.
     *
     * @param timeout how long to wait; zero or negative looks once
     * @return whether there were none
     * @throws IOException when the queue is closed, also while waiting
     * @throws InterruptedException when interrupted while waiting
     */
    boolean join(Duration timeout) throws IOException, InterruptedException;

    @Override
    MpJoinableQueue<T> withPrefetch(int items);

    @Override
    MpJoinableQueue<T> withFeederLimit(long bytes);

    /** {@inheritDoc} An item that goes to the handler is a task, too. */
    @Override
    MpJoinableQueue<T> onError(MpItemErrorHandler handler);
}
