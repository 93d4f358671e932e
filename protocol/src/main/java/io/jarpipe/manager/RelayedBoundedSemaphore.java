package io.jarpipe.manager;

import io.jarpipe.MpBoundedSemaphore;
import java.io.IOException;

/** A {@code multiprocessing.BoundedSemaphore} of a fork context. */
final class RelayedBoundedSemaphore extends RelayedSemaphore implements MpBoundedSemaphore {
    private final int bound;

    private RelayedBoundedSemaphore(RelayedObject object, int bound) {
        super(object);
        this.bound = bound;
    }

    static RelayedBoundedSemaphore attach(RelayedObject object) throws IOException, InterruptedException {
        return new RelayedBoundedSemaphore(object, object.attachedNumber());
    }

    @Override
    public String kind() {
        return "BoundedSemaphore";
    }

    @Override
    public int bound() {
        return bound;
    }
}
