package io.jarpipe.daemon.worker;

/** How much a daemon takes on; may change at any time, for what begins afterwards. Thread-safe. */
public final class Limits {
    private volatile int workers = Integer.MAX_VALUE;
    private volatile int connections = Integer.MAX_VALUE;
    private volatile long inFlight = Long.MAX_VALUE;
    private volatile int heapReservePercent;

    /** Makes limits that nobody reaches. */
    public Limits() {}

    /**
     * Sets all of them.
     *
     * @param newWorkers how many workers may run
     * @param newConnections how many clients may be connected
     * @param newInFlight how many bytes a worker may have put into one queue and not yet written
     * @param newHeapReservePercent how much of the heap has to be free for a new worker
     */
    public void change(int newWorkers, int newConnections, long newInFlight, int newHeapReservePercent) {
        workers = newWorkers;
        connections = newConnections;
        inFlight = newInFlight;
        heapReservePercent = newHeapReservePercent;
    }

    /**
     * Returns how many workers may run.
     *
     * @return the number
     */
    public int workers() {
        return workers;
    }

    /**
     * Returns how many clients may be connected to the daemon itself.
     *
     * @return the number
     */
    public int connections() {
        return connections;
    }

    /** Returns how many bytes a worker may have put into one queue and not yet written. */
    long inFlight() {
        return inFlight;
    }

    /** Returns how many percent of the heap have to be free for new work. */
    int heapReservePercent() {
        return heapReservePercent;
    }
}
