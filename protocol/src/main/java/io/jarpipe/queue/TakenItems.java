package io.jarpipe.queue;

import io.jarpipe.os.Fd;
import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Items that are out of the pipe and not yet with the user; while there are some, nobody waits for the pipe. */
final class TakenItems {
    /**
     * An item, or why it could not be read.
     *
     * @param bytes its pickle, empty when it could not be read
     * @param failure why it could not be read, or null
     * @param isConsumed whether it is out of the pipe, so that its slot is to be given back
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Taken(byte[] bytes, @Nullable IOException failure, boolean isConsumed) {
        static Taken item(byte[] bytes) {
            return new Taken(bytes, null, true);
        }

        static Taken failed(IOException failure, boolean isConsumed) {
            return new Taken(new byte[0], failure, isConsumed);
        }
    }

    private final Fd pipe;
    private final ArrayDeque<Taken> items = new ArrayDeque<>();
    /** Says without the monitor that there are none, as there are for most consumers at most times. */
    private volatile boolean empty = true;

    TakenItems(Fd pipe) {
        this.pipe = pipe;
    }

    synchronized void add(Taken item) {
        items.add(item);
        empty = false;
        pipe.keepAwake(true);
    }

    @Nullable
    Taken poll() {
        return empty ? null : pollSome();
    }

    private synchronized @Nullable Taken pollSome() {
        Taken item = items.poll();
        if (item != null && items.isEmpty()) {
            empty = true;
            pipe.keepAwake(false);
        }
        return item;
    }

    boolean isEmpty() {
        return empty;
    }
}
