package io.jarpipe.daemon.worker;

import java.time.Duration;

// Some facts about full heaps
// ---------------------------
// What is used of a heap is mostly garbage, so a high figure means nothing by itself; what is left after a collection
// does. No collector tells that figure without having collected the old objects, too: so when the heap looks full, and
// only then, one collection is asked for, which would come soon anyway. An OutOfMemoryError hits whichever worker
// allocates next, so new work is refused before it comes to that.

/** Tells whether so little of the heap is free that new work would endanger the old. Thread-safe. */
final class HeapGuard {
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final int WHOLE = 100;

    private boolean collected;
    private long collectedAt;
    private volatile boolean full;

    /** Looks, and collects garbage if that is needed to know; takes as long as a collection then. */
    synchronized boolean isFull(int reservePercent) {
        if (free() >= reserve(reservePercent)) {
            full = false;
        } else if (!collected || System.nanoTime() - collectedAt > PAUSE.toNanos()) {
            System.gc();
            collected = true;
            collectedAt = System.nanoTime();
            full = free() < reserve(reservePercent);
        }
        return full;
    }

    /** Tells what was found last, if it may still hold. */
    boolean wasFull(int reservePercent) {
        return full && free() < reserve(reservePercent);
    }

    private static long reserve(int percent) {
        return Runtime.getRuntime().maxMemory() / WHOLE * percent;
    }

    private static long free() {
        Runtime jvm = Runtime.getRuntime();
        return jvm.maxMemory() - jvm.totalMemory() + jvm.freeMemory();
    }
}
