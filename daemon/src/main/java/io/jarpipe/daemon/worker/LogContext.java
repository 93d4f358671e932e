package io.jarpipe.daemon.worker;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which worker or service a line of the log is about: the one whose thread logs it, or one that a thread has named. */
public final class LogContext {
    private static final ThreadLocal<@Nullable String> ABOUT = new ThreadLocal<>();

    private LogContext() {}

    /**
     * Does something on behalf of a worker; what the calling thread logs meanwhile is about it.
     *
     * @param name the worker's name
     * @param action what to do
     */
    public static void about(String name, Runnable action) {
        String before = ABOUT.get();
        ABOUT.set(name);
        try {
            action.run();
        } finally {
            ABOUT.set(before);
        }
    }

    /**
     * Lets all that the calling thread logs from now on be about a worker.
     *
     * @param name the worker's name
     */
    public static void enter(String name) {
        ABOUT.set(name);
    }

    /**
     * Returns whom the calling thread logs about.
     *
     * @return the name of a worker, or the address of a service; empty for the daemon itself
     */
    public static Optional<String> current() {
        String about = ABOUT.get();
        return about != null ? Optional.of(about) : StandardStreams.currentName();
    }
}
