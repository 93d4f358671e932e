package io.jarpipe.manager;

import java.time.Duration;

/** Durations as Python has them. */
final class Seconds {
    private Seconds() {}

    /** Returns a timeout in seconds; zero when it is negative. */
    static double of(Duration timeout) {
        return timeout.isNegative() ? 0 : timeout.toSeconds() + timeout.toNanosPart() / 1e9;
    }
}
