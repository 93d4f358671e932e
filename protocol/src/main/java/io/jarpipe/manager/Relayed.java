package io.jarpipe.manager;

import io.jarpipe.os.Flow;

/** An object of a fork context that is used through the Python process that started the worker. */
public sealed interface Relayed permits RelayedLock, RelayedQueue {
    /** Lets go of the object as one who dies: what was acquired is released there. Idempotent; does not block. */
    void abandon();

    /**
     * Counts from now on the requests to the Python process and its replies.
     *
     * @param flow where to
     */
    void countInto(Flow flow);

    /**
     * Tells whether the object was let go of.
     *
     * @return true from the moment of {@link #abandon()} or {@code close()}
     */
    boolean isClosed();

    /** Lets go of the object; what was acquired stays so. Idempotent; does not block. */
    void close();
}
