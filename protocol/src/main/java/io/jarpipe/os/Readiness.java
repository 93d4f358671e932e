package io.jarpipe.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.BitSet;
import java.util.List;

/** Waits for many transports at once. */
public final class Readiness {
    private Readiness() {}

    /**
     * Waits until at least one of several transports can be read without waiting, the end of its stream and errors
     * included. Virtual threads park.
     *
     * @param transports any number, zero included: then only the deadline or an interrupt ends the wait
     * @param deadline how long to wait
     * @return the indexes of those that are ready; empty when the deadline passed
     * @throws java.nio.channels.ClosedChannelException when one of them is closed, also during the wait
     * @throws IOException when the system call fails
     * @throws InterruptedException when interrupted while waiting
     */
    public static BitSet await(List<Transport> transports, Deadline deadline) throws IOException, InterruptedException {
        List<Fd> fds = transports.stream().map(Transport::fd).toList();
        while (true) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            BitSet ready = look(fds);
            if (!ready.isEmpty() || deadline.hasPassed()) {
                return ready;
            }
            Waiter.awaitAny(fds, Waiter.POLLIN, deadline);
        }
    }

    private static BitSet look(List<Fd> fds) throws IOException {
        try (Uses uses = new Uses(fds);
                Arena arena = Arena.ofConfined()) {
            PollSet set = new PollSet(fds.size(), arena);
            uses.fill(set, Waiter.POLLIN);
            set.poll(0);
            return set.ready();
        }
    }
}
