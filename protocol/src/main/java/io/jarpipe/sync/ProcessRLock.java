package io.jarpipe.sync;

import io.jarpipe.MpRLock;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Transport.Waiting;
import java.io.IOException;

/**
 * A {@code multiprocessing.RLock}: a semaphore with the maximum 1 and, within this process, a thread that owns it (kind
 * {@code RECURSIVE_MUTEX}).
 */
public final class ProcessRLock extends Mutex implements MpRLock {
    /** How often the owner has acquired it; used by the owner alone. */
    private int depth;

    /**
     * Makes a lock of a semaphore, which it owns from now on.
     *
     * @param semLock the semaphore, maximum 1
     */
    public ProcessRLock(SemLock semLock) {
        super(semLock);
    }

    @Override
    String kind() {
        return "RLock";
    }

    @Override
    boolean acquire(Deadline deadline, Waiting waiting) throws IOException, InterruptedException {
        return enterAgain() || (super.acquire(deadline, waiting) && enter(1));
    }

    @Override
    public boolean tryAcquire() throws IOException {
        return enterAgain() || (super.tryAcquire() && enter(1));
    }

    private boolean enterAgain() throws IOException {
        checkOpen();
        return isMine() && enter(Math.incrementExact(depth));
    }

    private boolean enter(int newDepth) {
        depth = newDepth;
        return true;
    }

    @Override
    public void release() throws IOException {
        checkOpen();
        if (!isMine()) {
            throw new IllegalMonitorStateException("attempt to release recursive lock not owned by thread");
        }
        if (depth > 1) {
            depth--;
        } else {
            super.release();
        }
    }

    @Override
    int count() {
        return depth;
    }

    @Override
    public boolean isHeldByCurrentThread() {
        return isMine();
    }
}
