package io.jarpipe.sync;

import io.jarpipe.MpSemaphore;
import java.io.IOException;

/** A {@code multiprocessing.Semaphore}. */
public sealed class ProcessSemaphore extends OwnedLock implements MpSemaphore permits ProcessBoundedSemaphore {
    /**
     * Uses a semaphore, which it owns from now on.
     *
     * @param semLock the semaphore
     */
    public ProcessSemaphore(SemLock semLock) {
        super(semLock);
    }

    @Override
    String kind() {
        return "Semaphore";
    }

    @Override
    public int value() throws IOException {
        return free();
    }
}
