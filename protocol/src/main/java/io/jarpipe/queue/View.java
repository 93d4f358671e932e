package io.jarpipe.queue;

import io.jarpipe.MpItemErrorHandler;
import org.jspecify.annotations.Nullable;

/**
 * How one user looks at a queue.
 *
 * @param converter checks and converts the items taken
 * @param prefetch how many items are taken out of the pipe at a time, at most
 * @param onError gets the items that cannot be unpickled or converted; null lets the taker have an exception
 * @param feederLimit how many bytes may wait for room in the pipe before a producer has to
 * @param <T> the Java type of the items
 */
record View<T extends @Nullable Object>(
        ItemConverter<T> converter, int prefetch, @Nullable MpItemErrorHandler onError, long feederLimit) {
    /** What {@code -Djarpipe.prefetch} says, to look how programs do with another default. */
    private static final int DEFAULT_PREFETCH = Integer.getInteger("jarpipe.prefetch", 1);

    View {
        if (prefetch < 1) {
            throw new IllegalArgumentException("prefetch: " + prefetch + " (expected: >= 1)");
        }
        if (feederLimit < 0) {
            throw new IllegalArgumentException("feederLimit: " + feederLimit + " (expected: >= 0)");
        }
    }

    static <T extends @Nullable Object> View<T> of(ItemConverter<T> converter) {
        return new View<>(converter, DEFAULT_PREFETCH, null, Long.MAX_VALUE);
    }

    <U extends @Nullable Object> View<U> as(ItemConverter<U> other) {
        return new View<>(other, prefetch, onError, feederLimit);
    }

    View<T> withPrefetch(int items) {
        return new View<>(converter, items, onError, feederLimit);
    }

    View<T> withErrorHandler(MpItemErrorHandler handler) {
        return new View<>(converter, prefetch, handler, feederLimit);
    }

    View<T> withFeederLimit(long bytes) {
        return new View<>(converter, prefetch, onError, bytes);
    }
}
