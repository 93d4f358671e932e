package io.jarpipe.queue;

import io.jarpipe.MpItemBytes;
import io.jarpipe.MpItemErrorHandler;
import io.jarpipe.MpQueue.Item;
import io.jarpipe.os.Deadline;
import io.jarpipe.pickle.PickleCodec;
import java.io.IOException;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/**
 * Takes items as a view wants them: unpickled, converted, and without those that cannot be.
 *
 * @param <T> the Java type of the items
 */
final class Intake<T extends @Nullable Object> {
    /**
     * Makes something of an unpickled item.
     *
     * @param <R> what
     */
    @FunctionalInterface
    interface Step<R extends @Nullable Object> {
        R apply(@Nullable Object item) throws IOException;
    }

    private final ItemReader reader;
    private final PickleCodec codec;
    private final View<T> view;
    private final Lifetime lifetime;
    private final Batch batch;
    private final Step<T> conversion;

    Intake(ItemReader reader, PickleCodec codec, View<T> view, Lifetime lifetime) {
        this.reader = reader;
        this.codec = codec;
        this.view = view;
        this.lifetime = lifetime;
        this.batch = Batch.upTo(view.prefetch());
        this.conversion = view.converter()::convert;
    }

    /** Takes an item, or none when the deadline passed. */
    Item<T> take(Deadline deadline) throws IOException, InterruptedException {
        return take(deadline, batch, conversion);
    }

    /** Returns the items up to the last of some sentinels. */
    Iterable<T> until(@Nullable Object sentinel, int count) {
        SentinelLoop.requirePositive(count);
        Sentinel expected = new Sentinel(codec, sentinel);
        // One sentinel may end the loop: those behind it may be for other consumers.
        Batch ended = new Batch(view.prefetch(), expected::isPickled);
        return () -> new SentinelLoop<>(() -> itemOrSentinel(expected, ended), count);
    }

    private Item<T> itemOrSentinel(Sentinel sentinel, Batch ended) throws IOException, InterruptedException {
        Step<Item<T>> step = item -> sentinel.is(item)
                ? Item.none()
                : new Item<>(true, view.converter().convert(item));
        return take(Deadline.NEVER, ended, step).value();
    }

    /**
     * Takes an item and makes something of it; those with which that fails go to the error handler, if there is one.
     */
    <R extends @Nullable Object> Item<R> take(Deadline deadline, Batch limit, Step<R> step)
            throws IOException, InterruptedException {
        try {
            while (true) {
                byte[] pickle = reader.take(deadline, limit);
                if (pickle == null) {
                    return Item.none();
                }
                try {
                    return new Item<>(
                            true,
                            step.apply(codec.decode(pickle, view.converter().wanted())));
                } catch (IOException e) {
                    handle(pickle, e);
                }
            }
        } finally {
            Reference.reachabilityFence(lifetime);
        }
    }

    private void handle(byte[] pickle, IOException error) throws IOException, InterruptedException {
        MpItemErrorHandler handler = view.onError();
        if (handler == null) {
            error.addSuppressed(new MpItemBytes(pickle));
            throw error;
        }
        handler.handle(pickle, error);
    }
}
