package io.jarpipe.manager;

import io.jarpipe.MpQueue.Item;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Takes items until the last of some sentinels has come. */
final class UntilSentinel<T extends @Nullable Object> implements Iterator<T> {
    /** Where the items come from. */
    @FunctionalInterface
    interface Source<T extends @Nullable Object> {
        /** Waits for an item; none stands for a sentinel. */
        Item<T> take() throws IOException, InterruptedException;
    }

    private final Source<T> source;
    private int sentinelsLeft;
    private @Nullable Item<T> next;

    UntilSentinel(Source<T> source, int sentinels) {
        this.source = source;
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

    private Item<T> fetch() {
        try {
            return source.take();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new InterruptedIOException("interrupted while waiting for an item"));
        }
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
