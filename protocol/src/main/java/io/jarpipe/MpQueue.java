package io.jarpipe;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A {@code multiprocessing.Queue} shared with Python processes.
 *
 * <p>Any number of threads and processes may put and take. Items of one producer arrive in the order in which it put
 * them. A queue never signals its end: agree on a sentinel, and see {@link #until}. Items are Python objects; those of
 * another type than {@code T} are refused when they are taken, with an error that names both types, if the daemon knows
 * {@code T} from the signature of the worker's method.
 *
 * <p>All methods are thread-safe. Waits end when the thread is interrupted, or when the queue is closed with
 * {@link ClosedChannelException}; a message that has begun to move is completed first, so a worker that is terminated
 * never leaves half an item in the pipe, nor a lock taken. Source of the behaviour: CPython
 * {@code Lib/multiprocessing/queues.py}.
 *
 * @param <T> the Java type of the items
 */
public interface MpQueue<T extends @Nullable Object> extends AutoCloseable {
    /**
     * Puts an item, waiting while the queue has {@code maxsize} items: {@code queue.put(item)}.
     *
     * <p>Like CPython's, it does not wait for room in the pipe: what does not fit is written by a background thread.
     * The item is pickled before this method returns, so it may be changed afterwards.
     *
     * <p>What may be shared, and how, is said at {@link MpConnection#send}.
     *
     * @param item the item
     * @throws PickleException when it cannot be pickled; the queue is as before
     * @throws IOException when the queue is closed
     * @throws InterruptedException when interrupted while waiting
     */
    void put(T item) throws IOException, InterruptedException;

    /**
     * Puts an item if there is room in time: {@code queue.put(item, timeout=...)}.
     *
     * @param item the item
     * @param timeout how long to wait; zero or negative tries once
     * @return false when the queue stayed full, Python's {@code queue.Full}
     * @throws PickleException when the item cannot be pickled; the queue is as before
     * @throws IOException when the queue is closed
     * @throws InterruptedException when interrupted while waiting
     */
    boolean offer(T item, Duration timeout) throws IOException, InterruptedException;

    /**
     * Puts an item if there is room now: {@code queue.put_nowait(item)}.
     *
     * @param item the item
     * @return false when the queue is full, Python's {@code queue.Full}
     * @throws PickleException when the item cannot be pickled; the queue is as before
     * @throws IOException when the queue is closed
     * @throws InterruptedException when the thread is interrupted already
     */
    boolean tryPut(T item) throws IOException, InterruptedException;

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
     * Takes an item if one comes in time: {@code queue.get(timeout=...)}.
     *
     * <p>Unlike CPython's {@code get}, time is not over because another consumer sits in {@code get()}: what counts is
     * whether an item came. Nor is it longer because the producer of an item stalls half-way: the rest is then read in
     * the background, under the read lock, and the next call on this queue in this worker gets that item. A worker that
     * ends without such a call loses it.
     *
     * @param timeout how long to wait; zero or negative tries once
     * @return the item, or {@link Item#none()} when the time is over, Python's {@code queue.Empty}
     * @throws PickleException when the item is not a readable pickle or not a {@code T}; it is consumed, and
     *     {@link MpItemBytes#of} has its bytes
     * @throws MpSharingException when something shared in the item cannot be had; likewise
     * @throws IOException when the queue is closed or its pipe fails
     * @throws InterruptedException when interrupted while waiting
     */
    Item<T> poll(Duration timeout) throws IOException, InterruptedException;

    /**
     * What {@link #poll} found: an item, which may be {@code None}, or none.
     *
     * @param isPresent whether there is an item
     * @param value the item; null when there is none
     * @param <T> the Java type of the items
     */
    record Item<T extends @Nullable Object>(boolean isPresent, T value) {
        private static final Item<@Nullable Object> NONE = new Item<>(false, null);

        /**
         * Returns the result of a poll that found nothing.
         *
         * @param <T> the Java type of the items
         * @return no item
         */
        @SuppressWarnings({"unchecked", "NullAway"}) // holds no T, so it serves for every T
        public static <T extends @Nullable Object> Item<T> none() {
            return (Item<T>) NONE;
        }
    }

    /**
     * Takes items until one equals the sentinel, which is consumed and not returned.
     *
     * <p>The loop may be left early. While iterating, an {@link IOException} comes as
     * {@link java.io.UncheckedIOException}; an interrupt, too, as {@link java.io.InterruptedIOException} inside it with
     * the thread's interrupt status set again.
     *
     * @param sentinel the value Python puts last: null for {@code None}, a string, a number, a {@link PyTuple};
     *     compared as it arrives from Python, so that {@code 0} and {@code 0L} are the same
     * @return the items, to be iterated once
     */
    Iterable<T> until(@Nullable Object sentinel);

    /**
     * Takes items until as many have come that equal the sentinel as there are producers which each put one.
     *
     * <p>For one consumer. It is {@link #until(Object)} in all other respects.
     *
     * @param sentinel the value each producer puts last
     * @param producers how many of them come, at least 1
     * @return the items, to be iterated once
     */
    Iterable<T> until(@Nullable Object sentinel, int producers);

    /**
     * Views this queue as one from which several items are taken under one acquisition of the read lock: those that are
     * in the pipe already, without waiting for more. They are handed out one by one, in order, to whoever takes from
     * this queue in this worker, and each keeps its slot of {@code maxsize} until then.
     *
     * <p>Items that were taken in advance are lost when the worker ends or closes the queue before they are handed out;
     * nothing puts them back. {@link #until} takes nothing beyond a sentinel, which may be another worker's; who looks
     * for sentinels by other means should not use this.
     *
     * @param items how many at most, at least 1, which is the default
     * @return the view; both are the same queue, also when closed
     */
    MpQueue<T> withPrefetch(int items);

    /**
     * Views this queue as one whose {@link #put} waits when too much waits to be written: it is CPython's way to buffer
     * without bound when the pipe is full, because nobody takes.
     *
     * @param bytes how many pickled bytes may be buffered here; an item always fits an empty buffer, even with 0
     * @return the view; both are the same queue, also when closed
     */
    MpQueue<T> withFeederLimit(long bytes);

    /**
     * Views this queue as one whose takers never see an item that cannot be unpickled or converted: it goes to a
     * handler, and the next one is taken.
     *
     * @param handler gets these items
     * @return the view; both are the same queue, also when closed
     */
    MpQueue<T> onError(MpItemErrorHandler handler);

    /**
     * Returns the number of items that were put and not yet taken: {@code queue.qsize()}.
     *
     * @return an estimate while others put and take
     * @throws IOException when the queue is closed
     */
    int size() throws IOException;

    /**
     * Tells whether the pipe holds no item now: {@code queue.empty()}.
     *
     * @return an estimate while others put and take
     * @throws IOException when the queue is closed
     */
    boolean isEmpty() throws IOException;

    /**
     * Tells whether {@code maxsize} items are in the queue: {@code queue.full()}.
     *
     * @return an estimate while others put and take
     * @throws IOException when the queue is closed
     */
    boolean isFull() throws IOException;

    /**
     * Waits until everything that was put here has been written to the pipe: {@code queue.join_thread()}.
     *
     * <p>Called for every queue when a worker's method returns or throws, unless {@link #cancelJoinThread} was.
     *
     * @throws IOException when the pipe failed and items were lost
     * @throws InterruptedException when interrupted while waiting
     */
    void joinThread() throws IOException, InterruptedException;

    /** Lets the worker end without waiting for its items: those not begun to be written then are dropped. */
    void cancelJoinThread();

    /** Forbids further use in this worker; items that were put are still written. Idempotent; does not block. */
    @Override
    void close();
}
