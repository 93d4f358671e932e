package io.jarpipe.sharing;

import io.jarpipe.connection.CurrentProcess;
import java.lang.ref.WeakReference;
import java.util.function.BooleanSupplier;

/**
 * A live object that was attached, and what its owner needs to know of it.
 *
 * @param object the object
 * @param isDone whether it is closed and nothing of it is in use any more
 * @param closing closes it; idempotent, does not block
 */
record Endpoint(Object object, BooleanSupplier isDone, Runnable closing) {
    /** Describes something that its user may forget: it is remembered only as long as somebody else does. */
    static Endpoint weak(CurrentProcess.Resource resource) {
        WeakReference<CurrentProcess.Resource> reference = new WeakReference<>(resource);
        return new Endpoint(
                reference,
                () -> {
                    CurrentProcess.Resource known = reference.get();
                    return known == null || known.isClosed();
                },
                () -> {
                    CurrentProcess.Resource known = reference.get();
                    if (known != null) {
                        known.close();
                    }
                });
    }

    boolean done() {
        return isDone.getAsBoolean();
    }

    void close() {
        closing.run();
    }
}
