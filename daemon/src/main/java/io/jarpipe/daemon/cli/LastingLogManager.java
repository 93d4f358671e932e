package io.jarpipe.daemon.cli;

import java.util.logging.LogManager;

/**
 * Keeps the log open until the JVM has ended. The usual manager closes it in a shutdown hook, at the same time as the
 * daemon's own hook waits for workers and has something to say about it.
 */
public final class LastingLogManager extends LogManager {
    /** Makes the manager; {@code java.util.logging} does so by the class's name. */
    public LastingLogManager() {}

    /** Does nothing: what calls it is the shutdown hook. */
    @Override
    public void reset() {}
}
