package io.jarpipe.daemon.cli;

import java.io.IOException;
import java.util.logging.LogManager;

/**
 * Keeps the log open until the JVM has ended. The usual manager closes it in a shutdown hook, at the same time as the
 * daemon's own hook waits for workers and has something to say about it.
 */
public final class LastingLogManager extends LogManager {
    /** Makes the manager; {@code java.util.logging} does so by the class's name. */
    public LastingLogManager() {}

    /** Leaves out the JDK's own configuration, whose handlers and levels {@link Logging} replaces anyway. */
    @Override
    public void readConfiguration() throws IOException {
        if (System.getProperty("java.util.logging.config.file") != null) {
            super.readConfiguration();
        }
    }

    /** Does nothing: what calls it is the shutdown hook. */
    @Override
    public void reset() {}
}
