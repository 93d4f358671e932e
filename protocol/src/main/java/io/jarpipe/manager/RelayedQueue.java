package io.jarpipe.manager;

import io.jarpipe.pickle.PickleCodec;
import io.jarpipe.queue.PipeQueue.ItemConverter;
import io.jarpipe.queue.ViewableQueue;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A {@code multiprocessing.Queue} of a fork context.
 *
 * <p>What is put is with the Python process when {@code put} returns, which writes it as what it puts itself.
 *
 * @param <T> the Java type of the items
 */
public final class RelayedQueue<T extends @Nullable Object> implements ViewableQueue<T>, Relayed {
    /** The {@link Token#typeid()}. */
    public static final String TYPEID = "jarpipe.Queue";

    private final RelayedObject queue;
    private final ItemConverter<T> converter;

    private RelayedQueue(RelayedObject queue, ItemConverter<T> converter) {
        this.queue = queue;
        this.converter = converter;
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
        return new RelayedQueue<>(RelayedObject.attach(token, key, codec, maxLength), item -> item);
    }

    @Override
    public <U extends @Nullable Object> RelayedQueue<U> as(ItemConverter<U> itemConverter) {
        return new RelayedQueue<>(queue, itemConverter);
    }

    @Override
    public void put(T item) throws IOException, InterruptedException {
        put(item, null);
    }

    @Override
    public boolean offer(T item, Duration timeout) throws IOException, InterruptedException {
        return put(item, Seconds.of(timeout));
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
        return converter.convert(takeAny());
    }

    private @Nullable Object takeAny() throws IOException, InterruptedException {
        RelayedObject.Answer answer;
        do {
            answer = queue.call("get", true, null);
        } while (isInVain(answer, "Empty"));
        return answer.reply().returned();
    }

    @Override
    public Item<T> poll(Duration timeout) throws IOException, InterruptedException {
        RelayedObject.Answer answer = queue.call("get", true, Seconds.of(timeout));
        return isInVain(answer, "Empty")
                ? Item.none()
                : new Item<>(true, converter.convert(answer.reply().returned()));
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
        return () -> new UntilSentinel<>(this::takeAny, converter, asItArrives(sentinel));
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
