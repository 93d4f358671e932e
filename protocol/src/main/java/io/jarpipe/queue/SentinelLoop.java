package io.jarpipe.queue;

import io.jarpipe.MpQueue.Item;
import io.jarpipe.os.Deadline;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Iterates over the items of a queue until the last sentinel has come. Compares before it converts: a sentinel need not
 * be a {@code T}.
 *
 * @param <T> the Java type of the items
 */
final class SentinelLoop<T extends @Nullable Object> implements Iterator<T> {
    private final Intake<T> intake;
    private final Sentinel sentinel;
    private final Batch batch;
    private int sentinelsLeft;
    private @Nullable Item<T> next;

    SentinelLoop(Intake<T> intake, Sentinel sentinel, int sentinels) {
        this.intake = intake;
        this.sentinel = sentinel;
        // One sentinel may end this loop: those behind it may be for other consumers.
        this.batch = new Batch(intake.prefetch(), sentinel::isPickled);
        this.sentinelsLeft = sentinels;
    }

    @Override
    public boolean hasNext() {
        while (next == null && sentinelsLeft > 0) {
            Item<T> item = fetch();
            if (item.isPresent()) {
                next = item;
            } else {
                sentinelsLeft--;
            }
        }
        return next != null;
    }

    /** Returns the next item, none for a sentinel. */
    private Item<T> fetch() {
        try {
            return intake.take(Deadline.NEVER, batch, this::itemOrSentinel).value();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new InterruptedIOException("interrupted while waiting for an item"));
        }
    }

    private Item<T> itemOrSentinel(@Nullable Object item) throws IOException {
        return sentinel.is(item) ? Item.none() : new Item<>(true, intake.convert(item));
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the sentinel has come");
        }
        Item<T> item = Objects.requireNonNull(next);
        next = null;
        return item.value();
    }
}
