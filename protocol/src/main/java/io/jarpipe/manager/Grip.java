package io.jarpipe.manager;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How often a worker has acquired something through one object and not released it, and over which lane. */
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
        if (exclusive && by != lane) {
            drop(); // another process has released it
        }
        if (count == 0) {
            sinceNanos = System.nanoTime();
        }
        count++;
        lane = by;
        thread = Thread.currentThread().getName();
        if (exclusive) {
            relay.keep(by);
        }
    }

    /** Notes that it was released once, whoever had acquired it. */
    synchronized void released() {
        if (count > 0) {
            count--;
            if (exclusive && lane != null) {
                relay.free(lane, 1);
            }
        }
    }

    private void drop() {
        if (lane != null && count > 0) {
            relay.free(lane, count);
        }
        count = 0;
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
