package io.jarpipe.manager;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How often a worker has acquired something and not released it, and over which lane. A lock has one with all
 * conditions over it.
 */
final class Grip {
    private final Relay relay;
    /** Whether it has one owner at a time, whose lane is kept. */
    private final boolean exclusive;

    private int count;
    private @Nullable Lane lane;
    private long sinceNanos;
    private String thread = "";

    Grip(Relay relay, boolean exclusive) {
        this.relay = relay;
        this.exclusive = exclusive;
    }

    /** Notes that the calling thread has acquired it over a lane, which it has borrowed. */
    synchronized void acquired(Lane by) {
        if (exclusive) {
            relay.keep(by);
        }
        take(by, 1);
    }

    private void take(Lane by, int times) {
        if (exclusive && by != lane) {
            letGo(count); // somebody else has released it
        }
        if (count == 0) {
            sinceNanos = System.nanoTime();
        }
        count += times;
        lane = by;
        thread = Thread.currentThread().getName();
    }

    private void letGo(int times) {
        if (exclusive && lane != null) {
            relay.free(lane, times);
        }
        count -= times;
    }

    /** Notes that it was released once, whoever had acquired it. */
    synchronized void released() {
        if (count > 0) {
            letGo(1);
        }
    }

    /** Notes that its owner releases it for a while; returns how often it has to be acquired again. */
    synchronized int suspend(Lane by) {
        int times = by == lane ? count : 0;
        count -= times;
        return times;
    }

    /** Notes that its owner has it again as before. */
    synchronized void resume(Lane by, int times) {
        if (times > 0) {
            take(by, times);
        }
    }

    /** Tells how often it was acquired and not released. */
    synchronized int count() {
        return count;
    }

    synchronized Optional<Relayed.Held> held() {
        Duration age = Duration.ofNanos(System.nanoTime() - sinceNanos);
        return count == 0 ? Optional.empty() : Optional.of(new Relayed.Held(count, age, thread));
    }
}
