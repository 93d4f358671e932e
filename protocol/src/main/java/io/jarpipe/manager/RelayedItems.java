package io.jarpipe.manager;

import io.jarpipe.MpItemBytes;
import io.jarpipe.MpItemErrorHandler;
import io.jarpipe.MpQueue.Item;
import io.jarpipe.binding.Converter;
import io.jarpipe.os.Deadline;
import io.jarpipe.pickle.PickleCodec;
import io.jarpipe.queue.SentinelLoop;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The items of a relayed queue as one of its users looks at them.
 *
 * @param object the queue
 * @param conversion makes the declared type of the items of what was unpickled
 * @param onError gets those with which that fails; null when the takers shall get an exception
 * @param <T> the Java type of the items
 */
record RelayedItems<T extends @Nullable Object>(
        RelayedObject object,
        Conversion<T> conversion,
        @Nullable MpItemErrorHandler onError) {
    /** Makes something of what was unpickled. */
    @FunctionalInterface
    interface Conversion<T extends @Nullable Object> {
        T convert(@Nullable Object item) throws IOException;
    }

    static RelayedItems<@Nullable Object> of(RelayedObject object) {
        return new RelayedItems<>(object, item -> item, null);
    }

    RelayedItems<@Nullable Object> converted(Converter items, String path) {
        return new RelayedItems<>(object, item -> items.convert(item, path), onError);
    }

    RelayedItems<T> withErrorHandler(MpItemErrorHandler handler) {
        return new RelayedItems<>(object, conversion, handler);
    }

    T take() throws IOException, InterruptedException {
        return poll(Deadline.NEVER).value();
    }

    Item<T> poll(Deadline deadline) throws IOException, InterruptedException {
        return poll(deadline, conversion);
    }

    private <R extends @Nullable Object> Item<R> poll(Deadline deadline, Conversion<R> making)
            throws IOException, InterruptedException {
        do {
            RelayedObject.Answer answer = object.get(deadline);
            if (answer != null && !object.isInVain(answer, isNothing(answer.reply()))) {
                Object item = answer.reply().returned();
                try {
                    return new Item<>(true, making.convert(item));
                } catch (IOException e) {
                    handle(item, e);
                }
            }
        } while (!deadline.hasPassed());
        return Item.none();
    }

    private static boolean isNothing(Reply reply) {
        return reply.isError("Empty") || reply.isGivenUp();
    }

    private void handle(@Nullable Object item, IOException error) throws IOException, InterruptedException {
        byte[] pickle = object.codec().encode(item);
        if (onError == null) {
            error.addSuppressed(new MpItemBytes(pickle));
            throw error;
        }
        onError.handle(pickle, error);
    }

    Iterable<T> until(@Nullable Object sentinel, int producers) {
        SentinelLoop.requirePositive(producers);
        Object expected = asItArrives(sentinel);
        return () -> new SentinelLoop<>(() -> itemOrSentinel(expected), producers);
    }

    /** Takes an item; none for a sentinel, which is compared before it is converted: it need not be a {@code T}. */
    private Item<T> itemOrSentinel(@Nullable Object sentinel) throws IOException, InterruptedException {
        return poll(
                        Deadline.NEVER,
                        item -> Objects.deepEquals(item, sentinel)
                                ? Item.<T>none()
                                : new Item<>(true, conversion.convert(item)))
                .value();
    }

    private @Nullable Object asItArrives(@Nullable Object sentinel) {
        PickleCodec codec = object.codec();
        try {
            return codec.decode(codec.encode(sentinel));
        } catch (IOException e) {
            throw new IllegalArgumentException("the sentinel cannot be pickled: " + e.getMessage(), e);
        }
    }
}
