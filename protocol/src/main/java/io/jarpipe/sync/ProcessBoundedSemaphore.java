package io.jarpipe.sync;

import io.jarpipe.MpBoundedSemaphore;

/** A {@code multiprocessing.BoundedSemaphore}: a semaphore with a maximum. */
public final class ProcessBoundedSemaphore extends ProcessSemaphore implements MpBoundedSemaphore {
    /**
     * Uses a semaphore, which it owns from now on.
     *
     * @param semLock the semaphore, with its maximum
     */
    public ProcessBoundedSemaphore(SemLock semLock) {
        super(semLock);
    }

    @Override
    String kind() {
        return "BoundedSemaphore";
    }

    @Override
    public int bound() {
        return semLock().maxValue();
    }
}
