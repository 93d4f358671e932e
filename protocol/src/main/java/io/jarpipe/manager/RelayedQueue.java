package io.jarpipe.manager;

import io.jarpipe.MpItemErrorHandler;
import io.jarpipe.MpQueue;
import io.jarpipe.binding.Converter;
import io.jarpipe.binding.ItemSource;
import io.jarpipe.os.Deadline;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A {@code multiprocessing.Queue} of a fork context.
 *
 * <p>What is put is with the Python process when {@code put} returns, which writes it as what it puts itself: nothing
 * waits here to be written. Items come one by one, when they are asked for.
 *
 * @param <T> the Java type of the items
 */
sealed class RelayedQueue<T extends @Nullable Object> extends Relayed implements MpQueue<T>, ItemSource
        permits RelayedJoinableQueue {
    final RelayedItems<T> items;

    RelayedQueue(RelayedItems<T> items) {
        super(items.object());
        this.items = items;
    }

    static RelayedQueue<@Nullable Object> attach(RelayedObject object) throws IOException, InterruptedException {
        return new RelayedQueue<>(RelayedItems.of(object.attached()));
    }

    @Override
    public String kind() {
        return "Queue";
    }

    @Override
    public ItemSource withItems(Converter converter, String path) {
        return new RelayedQueue<>(items.converted(converter, path));
    }

    @Override
    public MpQueue<T> onError(MpItemErrorHandler handler) {
        return new RelayedQueue<>(items.withErrorHandler(handler));
    }

    /** Returns this queue: items come one by one from the Python process. */
    @Override
    public MpQueue<T> withPrefetch(int prefetched) {
        requirePrefetch(prefetched);
        return this;
    }

    static void requirePrefetch(int prefetched) {
        if (prefetched < 1) {
            throw new IllegalArgumentException("prefetch: " + prefetched + " (expected: >= 1)");
        }
    }

    /** Returns this queue: nothing waits here to be written. */
    @Override
    public MpQueue<T> withFeederLimit(long bytes) {
        requireFeederLimit(bytes);
        return this;
    }

    static void requireFeederLimit(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("feederLimit: " + bytes + " (expected: >= 0)");
        }
    }

    @Override
    public void put(T item) throws IOException, InterruptedException {
        put(item, null);
    }

    @Override
    public boolean offer(T item, Duration timeout) throws IOException, InterruptedException {
        return put(item, Seconds.of(timeout));
    }

    @Override
    public boolean tryPut(T item) throws IOException, InterruptedException {
        return put(item, 0.0);
    }

    private boolean put(T item, @Nullable Double seconds) throws IOException, InterruptedException {
        RelayedObject.Answer answer = object.call("put", item, true, seconds);
        if (object.isInVain(answer, answer.reply().isError("Full"))) {
            return false;
        }
        answer.reply().returned();
        return true;
    }

    @Override
    public T take() throws IOException, InterruptedException {
        return items.take();
    }

    @Override
    public Item<T> poll(Duration timeout) throws IOException, InterruptedException {
        return items.poll(Deadline.after(timeout));
    }

    @Override
    public Iterable<T> until(@Nullable Object sentinel) {
        return items.until(sentinel, 1);
    }

    @Override
    public Iterable<T> until(@Nullable Object sentinel, int producers) {
        return items.until(sentinel, producers);
    }

    @Override
    public int size() throws IOException {
        return object.callAtOnce("qsize").number();
    }

    @Override
    public boolean isEmpty() throws IOException {
        return object.callAtOnce("empty").isReturned(true);
    }

    @Override
    public boolean isFull() throws IOException {
        return object.callAtOnce("full").isReturned(true);
    }

    /** Returns at once: nothing waits here to be written. */
    @Override
    public void joinThread() {}

    /** Does nothing: nothing waits here to be written. */
    @Override
    public void cancelJoinThread() {}
}
