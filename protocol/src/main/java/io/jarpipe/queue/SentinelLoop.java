package io.jarpipe.queue;

import io.jarpipe.MpQueue.Item;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Iterates over the items of a queue until the last of some sentinels has come.
 *
 * @param <T> the Java type of the items
 */
public final class SentinelLoop<T extends @Nullable Object> implements Iterator<T> {
    /**
     * Where the items come from.
     *
     * @param <T> the Java type of the items
     */
    @FunctionalInterface
    public interface Source<T extends @Nullable Object> {
        /**
         * Waits for an item.
         *
         * @return the item; none stands for a sentinel, which is compared before it is converted: it need not be a
         *     {@code T}
         * @throws IOException when the queue is closed or fails, or the item is of another type
         * @throws InterruptedException when interrupted while waiting
         */
        Item<T> take() throws IOException, InterruptedException;
    }

    private final Source<T> source;
    private int sentinelsLeft;
    private @Nullable Item<T> next;

    /**
     * Prepares a loop.
     *
     * @param source where the items come from
     * @param sentinels how many of them end the loop, positive
     * @throws IllegalArgumentException when that is not positive
     */
    public SentinelLoop(Source<T> source, int sentinels) {
        requirePositive(sentinels);
        this.source = source;
        this.sentinelsLeft = sentinels;
    }

    /**
     * Checks a number of sentinels.
     *
     * @param sentinels how many of them end a loop
     * @throws IllegalArgumentException when that is not positive
     */
    public static void requirePositive(int sentinels) {
        if (sentinels < 1) {
            throw new IllegalArgumentException("sentinels: " + sentinels + " (expected: >= 1)");
        }
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
