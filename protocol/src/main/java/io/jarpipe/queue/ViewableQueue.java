package io.jarpipe.queue;

import io.jarpipe.MpQueue;
import io.jarpipe.queue.PipeQueue.ItemConverter;
import org.jspecify.annotations.Nullable;

/**
 * A queue that can be viewed as one of another item type.
 *
 * @param <T> the Java type of the items
 */
public interface ViewableQueue<T extends @Nullable Object> extends MpQueue<T> {
    /**
     * Views this queue as one of another item type; both are the same queue, also when closed.
     *
     * @param itemConverter checks and converts the items taken through the view
     * @param <U> the Java type of the items of the view
     * @return the view
     */
    <U extends @Nullable Object> ViewableQueue<U> as(ItemConverter<U> itemConverter);
}
