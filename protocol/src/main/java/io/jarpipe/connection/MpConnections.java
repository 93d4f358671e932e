package io.jarpipe.connection;

import io.jarpipe.MpConnection;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Readiness;
import io.jarpipe.os.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Waits for several connections at once: CPython's {@code multiprocessing.connection.wait}. */
public final class MpConnections {
    private MpConnections() {}

    /**
     * Waits until at least one of several connections can receive, the end of its stream included.
     *
     * <p>Counterpart of {@code wait(object_list, timeout)}. As there, a connection that only sends is never ready until
     * its other end is gone; and of no connections at all none becomes ready, however long the wait. A connection that
     * is ready has at least one byte; its message may still be on the way.
     *
     * @param connections the connections; not changed
     * @param timeout how long to wait; null waits for ever, negative does not wait
     * @param <C> their type
     * @return those that are ready, in the order in which they were given; empty when the time is over
     * @throws java.nio.channels.ClosedChannelException when one of them is closed here, also during the wait
     * @throws IllegalArgumentException when one of them is not a connection of jarpipe
     * @throws IOException when the system refuses to wait
     * @throws InterruptedException when interrupted while waiting
     */
    public static <C extends MpConnection> List<C> wait(Collection<C> connections, @Nullable Duration timeout)
            throws IOException, InterruptedException {
        List<C> all = List.copyOf(connections);
        List<Transport> transports = new ArrayList<>(all.size());
        for (C connection : all) {
            if (!(connection instanceof StreamConnection stream)) {
                throw new IllegalArgumentException(
                        "cannot wait for a " + connection.getClass().getName());
            }
            transports.add(stream.transport());
        }
        BitSet ready = Readiness.await(transports, Deadline.after(timeout));
        return ready.stream().mapToObj(all::get).toList();
    }
}
