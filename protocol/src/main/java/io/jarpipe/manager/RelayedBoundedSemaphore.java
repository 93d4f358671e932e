package io.jarpipe.manager;

import io.jarpipe.MpBoundedSemaphore;
import java.io.IOException;

/** A {@code multiprocessing.BoundedSemaphore} of a fork context. */
final class RelayedBoundedSemaphore extends RelayedSemaphore implements MpBoundedSemaphore {
    private final int bound;

    private RelayedBoundedSemaphore(RelayedObject object, Grip grip, int bound) {
        super(object, grip);
        this.bound = bound;
    }

    static RelayedBoundedSemaphore attach(RelayedObject object, Grip grip) throws IOException {
        return new RelayedBoundedSemaphore(
                object, grip, object.callAtOnce("bound").number());
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
