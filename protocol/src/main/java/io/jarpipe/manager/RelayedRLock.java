package io.jarpipe.manager;

import io.jarpipe.MpRLock;
import java.io.IOException;

/** A {@code multiprocessing.RLock} of a fork context: in Python, a thread owns it for the thread that owns it here. */
final class RelayedRLock extends RelayedMutex implements MpRLock {
    RelayedRLock(RelayedObject object, Grip grip) {
        super(object, grip);
    }

    @Override
    public String kind() {
        return "RLock";
    }

    @Override
    public boolean isHeldByCurrentThread() {
        try {
            return object.relay().ownsSomething()
                    && object.callAtOnceAsOwner("is_mine").isReturned(true);
        } catch (IOException e) {
            return false; // closed, or the Python process has ended: nobody can release it any more
        }
    }
}
