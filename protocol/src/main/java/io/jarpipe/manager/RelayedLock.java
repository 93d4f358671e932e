package io.jarpipe.manager;

import io.jarpipe.MpLock;

/** A {@code multiprocessing.Lock} of a fork context. */
final class RelayedLock extends RelayedMutex implements MpLock {
    RelayedLock(RelayedObject object, Grip grip) {
        super(object, grip);
    }

    @Override
    public String kind() {
        return "Lock";
    }
}
