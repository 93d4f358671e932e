package io.jarpipe.queue;

import io.jarpipe.queue.TakenItems.Taken;
import java.util.function.Predicate;

/**
 * How many items are taken out of the pipe at a time.
 *
 * @param limit the number, at least 1
 * @param isLast tells whether an item ends the batch because those behind it are for others
 */
record Batch(int limit, Predicate<byte[]> isLast) {
    static Batch upTo(int limit) {
        return new Batch(limit, pickle -> false);
    }

    boolean isEndedBy(Taken item) {
        return item.failure() != null || isLast.test(item.bytes());
    }
}
