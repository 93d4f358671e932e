package io.jarpipe.sync;

import java.time.Duration;

/**
 * Something in which threads wait for other processes, and are counted by them: they have to take themselves off the
 * count before their process has ended, or the others would wait for them for ever.
 */
public interface Rendezvous {
    /** Ends the waits, because the process ends. Does not block; idempotent. */
    void endWaits();

    /**
     * Waits until the last thread has left, which takes some 50 ms.
     *
     * @param patience how long to wait at most; longer only if other processes hold the lock
     * @return whether nobody is left
     * @throws InterruptedException when interrupted while waiting
     */
    boolean awaitLeft(Duration patience) throws InterruptedException;
}
