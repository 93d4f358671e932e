package io.jarpipe.os;

import java.io.Serial;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

// Some facts about endpoints that nobody closes
// ----------------------------------------------
// A descriptor that is forgotten keeps the other side waiting for an end of stream that never comes, and the kernel
// tells nobody. CPython's connections have a finalizer; here a cleaner closes what became unreachable, and says who
// made it. An endpoint made of others is watched as a whole: what closes it refers to its parts, which keeps them
// reachable, so that a lost queue is one report and not five.

/**
 * Closes endpoints that became unreachable without having been closed, and tells about them.
 *
 * <p>Every descriptor, semaphore, connection and queue is watched. The system property {@code jarpipe.leakDetection}
 * says how closely: with {@code off}, the default, a lost endpoint is closed and counted; with {@code on} the place
 * where each endpoint is made is recorded, and reported once as a warning of the logger {@code io.jarpipe.os.Leaks}
 * when it is lost. Recording costs a stack walk per endpoint; tests run with it, and so should a program that runs out
 * of descriptors.
 */
public final class Leaks {
    /** Name of the system property: {@code on} or {@code off}. */
    public static final String PROPERTY = "jarpipe.leakDetection";

    private static final System.Logger LOG = System.getLogger(Leaks.class.getName());
    private static final Cleaner CLEANER = Cleaner.create(
            action -> Thread.ofPlatform().name("jarpipe-leaks").daemon().unstarted(action));
    private static final boolean DETECTS = System.getProperty(PROPERTY, "off").equals("on");
    private static final AtomicLong COUNT = new AtomicLong();

    private Leaks() {}

    /**
     * Tells whether places of allocation are recorded.
     *
     * @return true with {@code -Djarpipe.leakDetection=on}
     */
    public static boolean detects() {
        return DETECTS;
    }

    /**
     * Tells how many endpoints of this process were lost so far.
     *
     * @return those found by the garbage collector, which may know of more later
     */
    public static long count() {
        return COUNT.get();
    }

    /**
     * Watches over an endpoint.
     *
     * @param endpoint the object whose users are to close it
     * @param holdings what the endpoint holds; must not refer to the endpoint itself
     * @return ends the watch
     */
    public static Watch watch(Object endpoint, Holdings holdings) {
        Loss loss = new Loss(holdings, DETECTS ? new Allocation() : null);
        return new Watch(loss, CLEANER.register(endpoint, loss));
    }

    /** Returns the place of an allocation for other reports than this one; null when they are not recorded. */
    static @Nullable Throwable allocation() {
        return DETECTS ? new Allocation() : null;
    }

    /** What an endpoint holds, named in reports by its {@code toString()}. */
    public interface Holdings {
        /**
         * Tells whether all is closed, by whatever way.
         *
         * @return true when nothing is lost with the endpoint
         */
        boolean isClosed();

        /** Closes what was lost. Runs on the cleaner's thread, at most once; must not block. */
        void close();
    }

    /** The watch over one endpoint, which holds it. */
    public static final class Watch {
        private final Loss loss;
        private final Cleaner.Cleanable cleanable;

        private Watch(Loss loss, Cleaner.Cleanable cleanable) {
            this.loss = loss;
            this.cleanable = cleanable;
        }

        /**
         * Ends the watch, because the endpoint is being closed. Idempotent.
         *
         * @param endpoint the object watched: as long as this call runs, it is not lost
         */
        public void end(Object endpoint) {
            try {
                loss.closed = true;
                cleanable.clean();
            } finally {
                Reference.reachabilityFence(endpoint);
            }
        }
    }

    /** What happens when an endpoint is lost. */
    private static final class Loss implements Runnable {
        private final Holdings holdings;
        private final @Nullable Allocation allocation;
        private volatile boolean closed;

        Loss(Holdings holdings, @Nullable Allocation allocation) {
            this.holdings = holdings;
            this.allocation = allocation;
        }

        @Override
        public void run() {
            if (closed || holdings.isClosed()) {
                return;
            }
            COUNT.incrementAndGet();
            if (allocation != null) {
                LOG.log(System.Logger.Level.WARNING, holdings + " was never closed; it was made here", allocation);
            }
            holdings.close();
        }
    }

    /** Carries the stack of the thread that made an endpoint. */
    private static final class Allocation extends Throwable {
        @Serial
        private static final long serialVersionUID = 1L;

        Allocation() {
            super("place of allocation");
        }
    }
}
