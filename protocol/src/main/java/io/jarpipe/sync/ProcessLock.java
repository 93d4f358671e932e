package io.jarpipe.sync;

import io.jarpipe.MpLock;

/** A {@code multiprocessing.Lock}: a semaphore with the maximum 1 that anybody may release. */
public final class ProcessLock extends Mutex implements MpLock {
    /**
     * Makes a lock of a semaphore, which it owns from now on.
     *
     * @param semLock the semaphore, maximum 1
     */
    public ProcessLock(SemLock semLock) {
        super(semLock);
    }

    @Override
    String kind() {
        return "Lock";
    }
}
