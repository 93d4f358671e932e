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

    Intake(ItemReader reader, PickleCodec codec, View<T> view, Lifetime lifetime) {
        this.reader = reader;
        this.codec = codec;
        this.view = view;
        this.lifetime = lifetime;
    }

    /** Takes an item, or none when the deadline passed. */
    Item<T> take(Deadline deadline) throws IOException, InterruptedException {
        return take(deadline, Batch.upTo(view.prefetch()), view.converter()::convert);
    }

    /** Returns the items up to the last of some sentinels. */
    Iterable<T> until(@Nullable Object sentinel, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("sentinels: " + count + " (expected: >= 1)");
        }
        return () -> new SentinelLoop<>(this, new Sentinel(codec, sentinel), count);
    }

    int prefetch() {
        return view.prefetch();
    }

    T convert(@Nullable Object item) throws IOException {
        return view.converter().convert(item);
    }

    /**
     * Takes an item and makes something of it; those with which that fails go to the error handler, if there is one.
     */
    <R extends @Nullable Object> Item<R> take(Deadline deadline, Batch batch, Step<R> step)
            throws IOException, InterruptedException {
        try {
            while (true) {
                byte[] pickle = reader.take(deadline, batch);
                if (pickle == null) {
                    return Item.none();
                }
                try {
                    return new Item<>(true, step.apply(codec.decode(pickle)));
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
