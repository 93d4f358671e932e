package io.jarpipe.manager;

import io.jarpipe.MpItemErrorHandler;
import io.jarpipe.MpQueue.Item;
import io.jarpipe.MpSimpleQueue;
import io.jarpipe.binding.Converter;
import io.jarpipe.binding.ItemSource;
import io.jarpipe.os.Deadline;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A {@code multiprocessing.SimpleQueue} of a fork context.
 *
 * @param <T> the Java type of the items
 */
final class RelayedSimpleQueue<T extends @Nullable Object> extends Relayed implements MpSimpleQueue<T>, ItemSource {
    private final RelayedItems<T> items;

    private RelayedSimpleQueue(RelayedItems<T> items) {
        super(items.object());
        this.items = items;
    }

    static RelayedSimpleQueue<@Nullable Object> attach(RelayedObject object) throws IOException, InterruptedException {
        return new RelayedSimpleQueue<>(RelayedItems.of(object.attached()));
    }

    @Override
    public String kind() {
        return "SimpleQueue";
    }

    @Override
    public ItemSource withItems(Converter converter, String path) {
        return new RelayedSimpleQueue<>(items.converted(converter, path));
    }

    @Override
    public MpSimpleQueue<T> onError(MpItemErrorHandler handler) {
        return new RelayedSimpleQueue<>(items.withErrorHandler(handler));
    }

    @Override
    public void put(T item) throws IOException, InterruptedException {
        object.callToTheEnd("put", item).returned();
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
    public boolean isEmpty() throws IOException {
        return object.callAtOnce("empty").isReturned(true);
    }
}
