package io.jarpipe.interop.docker;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for what nobody tells of. */
final class Await {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration BETWEEN_TWO_LOOKS = Duration.ofMillis(20);

    private Await() {}

    /**
     * Waits until a condition holds.
     *
     * @param what names the wait in the failure
     * @param condition is looked at again and again
     */
    static void until(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("waited " + PATIENCE.toSeconds() + " s in vain for " + what);
            }
            Thread.sleep(BETWEEN_TWO_LOOKS); // a container tells nobody what is awaited of it
        }
    }
}
