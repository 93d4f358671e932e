package io.jarpipe.manager;

import io.jarpipe.os.Flow;
import java.time.Duration;
import java.util.Optional;

/** An object of a fork context that is used through the Python process that started the worker. */
public abstract sealed class Relayed implements AutoCloseable
        permits RelayedBarrier, RelayedEvent, RelayedHeld, RelayedQueue, RelayedSimpleQueue {
    /** The object in the Python process. */
    final RelayedObject object;

    Relayed(RelayedObject object) {
        this.object = object;
    }

    /**
     * What the worker holds of an object.
     *
     * @param count how often it has acquired it and not released it
     * @param age how long ago it began to hold it
     * @param thread the name of the thread that acquired it last
     */
    public record Held(int count, Duration age, String thread) {}

    /**
     * Returns Python's name of the type.
     *
     * @return such as {@code "RLock"}
     */
    public abstract String kind();

    /**
     * Describes what the worker holds.
     *
     * @return empty when that is nothing
     */
    public Optional<Held> held() {
        return Optional.empty();
    }

    /** Lets go of this and all other relayed objects as one who dies: what was acquired is released. Idempotent. */
    public final void abandon() {
        object.abandon();
    }

    /**
     * Counts from now on the requests to the Python process and its replies.
     *
     * @param flow where to
     */
    public final void countInto(Flow flow) {
        object.countInto(flow);
    }

    /**
     * Tells whether the object was let go of.
     *
     * @return true from the moment of {@link #abandon()} or {@code close()}
     */
    public final boolean isClosed() {
        return object.isClosed();
    }

    /** Lets go of the object; what was acquired stays so. Idempotent; does not block. */
    @Override
    public void close() {
        object.detach(0);
    }

    @Override
    public String toString() {
        return kind() + "[relayed]";
    }
}
