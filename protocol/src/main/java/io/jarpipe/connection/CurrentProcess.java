package io.jarpipe.connection;

import io.jarpipe.pickle.JarpipeCodec;
import io.jarpipe.pickle.PickleCodec;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * The process, in Python's sense, that a thread works for: a worker or the handler of a service. What the thread opens
 * by itself, with {@link MpClient}, {@link MpListener} or {@link MpPipe}, shares objects as the connections do that the
 * process was given, and is closed with it at the latest.
 */
public interface CurrentProcess {
    /** A thread of no process: what it opens shares nothing, and is closed by its user alone. */
    CurrentProcess NONE = new CurrentProcess() {
        private final PickleCodec codec = new JarpipeCodec();

        @Override
        public PickleCodec codec() {
            return codec;
        }

        @Override
        public void adopt(Resource opened) {}
    };

    /** Something with an end. */
    interface Resource {
        /**
         * Tells whether it was closed.
         *
         * @return true from the moment of {@link #close()}
         */
        boolean isClosed();

        /** Closes it. Idempotent. */
        void close();
    }

    /**
     * Returns the codec for the connections of this process.
     *
     * @return the codec
     */
    PickleCodec codec();

    /**
     * Takes note of something to be closed at the end of this process, without keeping it from being collected.
     *
     * @param opened what a thread of this process has opened; closed when this call fails
     * @throws ClosedChannelException when the process has ended
     */
    void adopt(Resource opened) throws ClosedChannelException;

    /**
     * Returns the process of the calling thread.
     *
     * @return the one given to {@link #enter}, by this thread or the one that made it
     */
    static CurrentProcess get() {
        CurrentProcess current = Threads.PROCESS.get();
        return current == null ? NONE : current;
    }

    /**
     * Lets the calling thread, and those that it will make, work for a process.
     *
     * @param process the process
     */
    static void enter(CurrentProcess process) {
        Threads.PROCESS.set(process);
    }

    /** Which thread works for which process. */
    final class Threads {
        private static final InheritableThreadLocal<@Nullable CurrentProcess> PROCESS = new InheritableThreadLocal<>();

        private Threads() {}
    }
}
