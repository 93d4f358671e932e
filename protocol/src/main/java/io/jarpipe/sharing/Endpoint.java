package io.jarpipe.sharing;

import java.util.function.BooleanSupplier;

/**
 * A live object that was attached, and what its owner needs to know of it.
 *
 * @param object the object
 * @param isDone whether it is closed and nothing of it is in use any more
 * @param closing closes it; idempotent, does not block
 */
record Endpoint(Object object, BooleanSupplier isDone, Runnable closing) {
    boolean done() {
        return isDone.getAsBoolean();
    }

    void close() {
        closing.run();
    }
}
