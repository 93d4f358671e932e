package io.jarpipe.manager;

import io.jarpipe.os.Deadline;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Durations as Python has them. */
final class Seconds {
    private Seconds() {}

    /** Returns a timeout in seconds; zero when it is negative. */
    static double of(Duration timeout) {
        return timeout.isNegative() ? 0 : timeout.toSeconds() + timeout.toNanosPart() / 1e9;
    }

    /** Returns what is left until a deadline, in seconds; null when there is none. */
    static @Nullable Double until(Deadline deadline) {
        return deadline.isNever() ? null : Math.max(0, deadline.remainingNanos()) / 1e9;
    }
}
