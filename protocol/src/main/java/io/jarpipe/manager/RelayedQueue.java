package io.jarpipe.manager;

import io.jarpipe.MpItemBytes;
import io.jarpipe.MpItemErrorHandler;
import io.jarpipe.MpQueue;
import io.jarpipe.binding.Converter;
import io.jarpipe.binding.ItemSource;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Flow;
import io.jarpipe.pickle.PickleCodec;
import io.jarpipe.queue.SentinelLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A {@code multiprocessing.Queue} of a fork context.
 *
 * <p>What is put is with the Python process when {@code put} returns, which writes it as what it puts itself: nothing
 * waits here to be written. Items come one by one, when they are asked for.
 *
 * @param <T> the Java type of the items
 */
public final class RelayedQueue<T extends @Nullable Object> implements MpQueue<T>, ItemSource, Relayed {
    /** The {@link Token#typeid()}. */
    public static final String TYPEID = "jarpipe.Queue";

    private final RelayedObject queue;
    private final ItemView<T> view;

    private RelayedQueue(RelayedObject queue, ItemView<T> view) {
        this.queue = queue;
        this.view = view;
    }

    /**
     * Connects to a queue.
     *
     * @param token where it is
     * @param key the authkey of the Python program
     * @param codec reads and writes the items
     * @param maxLength the longest reply accepted, in bytes
     * @return the queue, to be closed by the caller
     * @throws IOException when the Python process cannot be reached
     * @throws InterruptedException when interrupted while waiting
     */
    public static RelayedQueue<@Nullable Object> attach(Token token, byte[] key, PickleCodec codec, int maxLength)
            throws IOException, InterruptedException {
        return new RelayedQueue<>(
                RelayedObject.attach(token, key, codec, maxLength), new ItemView<>(item -> item, null));
    }

    /** How one user looks at the queue. */
    private record ItemView<T extends @Nullable Object>(
            ItemConversion<T> conversion, @Nullable MpItemErrorHandler onError) {}

    /** Turns what was unpickled into the declared type of the items. */
    @FunctionalInterface
    interface ItemConversion<T extends @Nullable Object> {
        T convert(@Nullable Object item) throws IOException;
    }

    @Override
    public ItemSource withItems(Converter items, String path) {
        return new RelayedQueue<@Nullable Object>(
                queue, new ItemView<>(item -> items.convert(item, path), view.onError()));
    }

    @Override
    public MpQueue<T> onError(MpItemErrorHandler handler) {
        return new RelayedQueue<>(queue, new ItemView<>(view.conversion(), handler));
    }

    /** Returns this queue: items come one by one from the Python process. */
    @Override
    public MpQueue<T> withPrefetch(int items) {
        if (items < 1) {
            throw new IllegalArgumentException("prefetch: " + items + " (expected: >= 1)");
        }
        return this;
    }

    /** Returns this queue: nothing waits here to be written. */
    @Override
    public MpQueue<T> withFeederLimit(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("feederLimit: " + bytes + " (expected: >= 0)");
        }
        return this;
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
        RelayedObject.Answer answer = queue.call("put", item, true, seconds);
        return !isInVain(answer, "Full") && done(answer);
    }

    private static boolean done(RelayedObject.Answer answer) throws IOException {
        answer.reply().returned();
        return true;
    }

    @Override
    public T take() throws IOException, InterruptedException {
        Item<T> item = poll(Deadline.NEVER, view.conversion());
        while (!item.isPresent()) {
            item = poll(Deadline.NEVER, view.conversion());
        }
        return item.value();
    }

    @Override
    public Item<T> poll(Duration timeout) throws IOException, InterruptedException {
        return poll(Deadline.after(timeout), view.conversion());
    }

    /** Gets an item and makes something of it; those with which that fails go to the error handler, if there is one. */
    private <R extends @Nullable Object> Item<R> poll(Deadline deadline, ItemConversion<R> conversion)
            throws IOException, InterruptedException {
        while (true) {
            RelayedObject.Answer answer = queue.call("get", true, Seconds.until(deadline));
            if (isInVain(answer, "Empty")) {
                return Item.none();
            }
            Object item = answer.reply().returned();
            try {
                return new Item<>(true, conversion.convert(item));
            } catch (IOException e) {
                handle(item, e);
            }
        }
    }

    private void handle(@Nullable Object item, IOException error) throws IOException, InterruptedException {
        byte[] pickle = queue.codec().encode(item);
        MpItemErrorHandler handler = view.onError();
        if (handler == null) {
            error.addSuppressed(new MpItemBytes(pickle));
            throw error;
        }
        handler.handle(pickle, error);
    }

    /** Tells whether nothing came of a call; if it was given up because of an interrupt, that ends the call. */
    private static boolean isInVain(RelayedObject.Answer answer, String error) throws InterruptedException {
        boolean inVain = answer.reply().isError(error);
        if (answer.interrupted()) {
            if (inVain) {
                throw new InterruptedException();
            }
            Thread.currentThread().interrupt();
        }
        return inVain;
    }

    @Override
    public Iterable<T> until(@Nullable Object sentinel) {
        return until(sentinel, 1);
    }

    @Override
    public Iterable<T> until(@Nullable Object sentinel, int producers) {
        SentinelLoop.requirePositive(producers);
        Object expected = asItArrives(sentinel);
        return () -> new SentinelLoop<>(() -> itemOrSentinel(expected), producers);
    }

    /** Takes an item; none for a sentinel, which is compared before it is converted: it need not be a {@code T}. */
    private Item<T> itemOrSentinel(@Nullable Object sentinel) throws IOException, InterruptedException {
        Item<Item<T>> taken = Item.none();
        while (!taken.isPresent()) {
            taken = poll(
                    Deadline.NEVER,
                    item -> Objects.deepEquals(item, sentinel)
                            ? Item.none()
                            : new Item<>(true, view.conversion().convert(item)));
        }
        return taken.value();
    }

    private @Nullable Object asItArrives(@Nullable Object sentinel) {
        try {
            return queue.codec().decode(queue.codec().encode(sentinel));
        } catch (IOException e) {
            throw new IllegalArgumentException("the sentinel cannot be pickled: " + e.getMessage(), e);
        }
    }

    @Override
    public int size() throws IOException {
        return queue.callAtOnce("qsize") instanceof Long size ? Math.toIntExact(size) : 0;
    }

    @Override
    public boolean isEmpty() throws IOException {
        return Boolean.TRUE.equals(queue.callAtOnce("empty"));
    }

    @Override
    public boolean isFull() throws IOException {
        return Boolean.TRUE.equals(queue.callAtOnce("full"));
    }

    /** Returns at once: nothing waits here to be written. */
    @Override
    public void joinThread() {}

    /** Does nothing: nothing waits here to be written. */
    @Override
    public void cancelJoinThread() {}

    @Override
    public void abandon() {
        queue.abandon();
    }

    @Override
    public void countInto(Flow flow) {
        queue.countInto(flow);
    }

    @Override
    public boolean isClosed() {
        return queue.isClosed();
    }

    @Override
    public void close() {
        queue.detach(0);
    }

    @Override
    public String toString() {
        return "Queue[relayed]";
    }
}
