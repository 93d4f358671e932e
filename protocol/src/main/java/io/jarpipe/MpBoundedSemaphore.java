package io.jarpipe;

/**
 * A {@code multiprocessing.BoundedSemaphore} shared with Python processes: a semaphore whose value never exceeds the
 * one it was made with.
 *
 * <p>{@link #release()} compares with the bound and then releases, in two steps, as CPython does: when more is released
 * than was acquired, by several processes at the same moment, the bound may be exceeded.
 */
public interface MpBoundedSemaphore extends MpSemaphore {
    /**
     * Returns the bound.
     *
     * @return the value that the semaphore was made with, at least 1
     */
    int bound();
}
