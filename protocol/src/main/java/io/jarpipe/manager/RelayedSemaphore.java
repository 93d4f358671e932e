package io.jarpipe.manager;

import io.jarpipe.MpSemaphore;
import java.io.IOException;
import java.time.Duration;

/** A {@code multiprocessing.Semaphore} of a fork context. */
sealed class RelayedSemaphore extends RelayedHeld implements MpSemaphore permits RelayedBoundedSemaphore {
    RelayedSemaphore(RelayedObject object, Grip grip) {
        super(object, grip);
    }

    @Override
    public String kind() {
        return "Semaphore";
    }

    @Override
    public boolean tryAcquire() throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            return acquire(Duration.ZERO);
        } catch (InterruptedException e) {
            interrupted = true;
            return false;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public int value() throws IOException {
        return object.callAtOnce("get_value").number();
    }
}
