package io.jarpipe.manager;

import io.jarpipe.os.Flow;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a relay, which carries one call after another. In the Python process a thread of its own carries them
 * out, and owns what it acquires. For one thread at a time, except {@link #close}.
 */
final class Lane {
    private final ManagerConnection connection;
    private boolean givenUp;
    private volatile boolean closed;

    /** Whose it is as long as something is held over it; guarded by the relay's monitor, as is all below. */
    @Nullable
    Thread owner;

    /** Whether somebody uses it. */
    boolean borrowed = true;
    /** How often something was acquired over it that is owned by its thread. */
    int holds;

    Lane(ManagerConnection connection) {
        this.connection = connection;
    }

    /** Sends a request; interruptible before its first byte. */
    void begin(byte[] request) throws IOException, InterruptedException {
        connection.send(request);
    }

    /** Pickles a request. */
    byte[] request(String id, String method, @Nullable Object... args) throws IOException {
        return connection.request(id, method, args);
    }

    /** Waits for the reply; false when the time is over. */
    boolean hasReply(Duration patience) throws IOException, InterruptedException {
        return connection.hasReply(patience);
    }

    /** Does the same whatever interrupts. */
    boolean hasReplyRegardless(Duration patience) throws IOException {
        return connection.hasReplyRegardless(patience);
    }

    /** Gives the request up: its reply comes soon. */
    void giveUp(String id) throws IOException {
        if (!givenUp) {
            givenUp = true;
            connection.sendRegardless(connection.request(id, "attach"));
        }
    }

    /** Receives the reply, and the one to what has given the request up. */
    byte[] reply() throws IOException {
        byte[] reply = connection.receiveRegardless();
        if (givenUp) {
            connection.receiveRegardless();
            givenUp = false;
        }
        return reply;
    }

    /** Counts requests and replies from now on. */
    void countInto(Flow flow) {
        connection.countInto(flow);
    }

    boolean isClosed() {
        return closed;
    }

    /** Closes the connection, also under a call that waits. Idempotent. */
    void close() {
        closed = true;
        connection.close();
    }
}
