package io.jarpipe;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A {@code multiprocessing.SimpleQueue} shared with Python processes: a pipe with a lock at each end, without a size, a
 * capacity or a feeder thread.
 *
 * <p>What is said of items, threads, interrupts and closing at {@link MpQueue} holds here, too. Source of the
 * behaviour: CPython {@code Lib/multiprocessing/queues.py}.
 *
 * @param <T> the Java type of the items
 */
public interface MpSimpleQueue<T extends @Nullable Object> extends AutoCloseable {
    /**
     * Puts an item, waiting for room in the pipe: {@code queue.put(item)}. An item that is longer than the pipe's
     * capacity is put when somebody takes it.
     *
     * @param item the item
     * @throws PickleException when it cannot be pickled; the queue is as before
     * @throws IOException when the queue is closed
     * @throws InterruptedException when interrupted before the first byte was written; the queue is as before
     */
    void put(T item) throws IOException, InterruptedException;

    /**
     * Takes an item, waiting for one: {@code queue.get()}.
     *
     * @return the item, null for Python's {@code None}
     * @throws PickleException when the item is not a readable pickle or not a {@code T}; it is consumed, and
     *     {@link MpItemBytes#of} has its bytes
     * @throws MpSharingException when something shared in the item cannot be had; likewise
     * @throws IOException when the queue is closed or its pipe fails
     * @throws InterruptedException when interrupted while waiting
     */
    T take() throws IOException, InterruptedException;

    /**
     * Takes an item if one comes in time, which Python cannot; see {@link MpQueue#poll}.
     *
     * @param timeout how long to wait; zero or negative tries once
     * @return the item, or {@link MpQueue.Item#none()} when the time is over
     * @throws PickleException as {@link #take}
     * @throws IOException as {@link #take}
     * @throws InterruptedException when interrupted while waiting
     */
    MpQueue.Item<T> poll(Duration timeout) throws IOException, InterruptedException;

    /**
     * Takes items until one equals the sentinel; see {@link MpQueue#until(Object)}.
     *
     * @param sentinel the value Python puts last
     * @return the items, to be iterated once
     */
    Iterable<T> until(@Nullable Object sentinel);

    /**
     * Takes items until a number of sentinels have come; see {@link MpQueue#until(Object, int)}.
     *
     * @param sentinel the value each producer puts last
     * @param producers how many of them come, at least 1
     * @return the items, to be iterated once
     */
    Iterable<T> until(@Nullable Object sentinel, int producers);

    /**
     * Tells whether the pipe holds no item now: {@code queue.empty()}.
     *
     * @return an estimate while others put and take
     * @throws IOException when the queue is closed
     */
    boolean isEmpty() throws IOException;

    /**
     * Views this queue as one whose takers never see an item that cannot be unpickled or converted; see
     * {@link MpQueue#onError}.
     *
     * @param handler gets these items
     * @return the view; both are the same queue, also when closed
     */
    MpSimpleQueue<T> onError(MpItemErrorHandler handler);

    /** Forbids further use in this worker, and ends waits. Idempotent; does not block. */
    @Override
    void close();
}
