package io.jarpipe.queue;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Turns what was unpickled into the declared type of a queue's items.
 *
 * @param <T> that type
 */
@FunctionalInterface
public interface ItemConverter<T extends @Nullable Object> {
    /**
     * Converts one item.
     *
     * @param item the unpickled object
     * @return the same value as a {@code T}
     * @throws IOException when it is not one; the message names both types
     */
    T convert(@Nullable Object item) throws IOException;
}
