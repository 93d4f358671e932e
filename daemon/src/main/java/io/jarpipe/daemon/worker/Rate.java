package io.jarpipe.daemon.worker;

import io.jarpipe.os.Flow.Direction;
import io.jarpipe.sharing.Traffic;

/**
 * How fast messages go through a worker: measured since the sample before the last, or since its start. Thread-safe.
 */
final class Rate {
    private static final double NANOS_IN_A_SECOND = 1e9;

    /** The figures of a moment. */
    private record Sample(long nanos, long items, long bytes) {
        static Sample of(Traffic traffic) {
            return new Sample(
                    System.nanoTime(),
                    traffic.items(Direction.IN) + traffic.items(Direction.OUT),
                    traffic.bytes(Direction.IN) + traffic.bytes(Direction.OUT));
        }
    }

    /**
     * A result.
     *
     * @param items messages in and out a second
     * @param bytes bytes in and out a second
     */
    record PerSecond(double items, double bytes) {}

    private final Traffic traffic;
    private Sample last;
    private Sample beforeLast;

    Rate(Traffic traffic) {
        this.traffic = traffic;
        this.last = Sample.of(traffic);
        this.beforeLast = last;
    }

    /** Ends an interval. */
    synchronized void sample() {
        beforeLast = last;
        last = Sample.of(traffic);
    }

    synchronized PerSecond perSecond() {
        Sample now = Sample.of(traffic);
        double seconds = Math.max(1, now.nanos() - beforeLast.nanos()) / NANOS_IN_A_SECOND;
        return new PerSecond(
                (now.items() - beforeLast.items()) / seconds, (now.bytes() - beforeLast.bytes()) / seconds);
    }
}
