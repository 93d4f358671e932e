package io.jarpipe.queue;

import io.jarpipe.binding.Converter;
import io.jarpipe.binding.Wanted;
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

    /**
     * Says what the items are wanted for.
     *
     * @return what the codec is told
     */
    default Wanted wanted() {
        return Wanted.ANYTHING;
    }

    /**
     * Makes a converter of items out of one of values.
     *
     * @param converter converts to the declared type
     * @param path what an item is, for messages
     * @return the converter of items
     */
    static ItemConverter<@Nullable Object> of(Converter converter, String path) {
        return new ItemConverter<>() {
            @Override
            public @Nullable Object convert(@Nullable Object item) throws IOException {
                return converter.convert(item, path);
            }

            @Override
            public Wanted wanted() {
                return converter.wanted();
            }
        };
    }
}
