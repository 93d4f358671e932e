package io.jarpipe.manager;

import io.jarpipe.queue.PipeQueue.ItemConverter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Takes items until the sentinel comes; compares before it converts, because a sentinel need not be a {@code T}. */
final class UntilSentinel<T extends @Nullable Object> implements Iterator<T> {
    /** Where the items come from. */
    @FunctionalInterface
    interface Source {
        /** Waits for an item. */
        @Nullable
        Object take() throws IOException, InterruptedException;
    }

    private final Source source;
    private final ItemConverter<T> converter;
    private final @Nullable Object sentinel;
    private @Nullable Object next;
    private boolean fetched;
    private boolean ended;

    UntilSentinel(Source source, ItemConverter<T> converter, @Nullable Object sentinel) {
        this.source = source;
        this.converter = converter;
        this.sentinel = sentinel;
    }

    @Override
    public boolean hasNext() {
        if (!fetched && !ended) {
            fetch();
        }
        return fetched;
    }

    private void fetch() {
        try {
            next = source.take();
            ended = Objects.deepEquals(next, sentinel);
            fetched = !ended;
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
        fetched = false;
        Object item = next;
        next = null;
        try {
            return converter.convert(item);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
