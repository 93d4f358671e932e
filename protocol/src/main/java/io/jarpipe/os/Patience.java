package io.jarpipe.os;

import java.io.IOException;

/**
 * What a thread tries before it sleeps until a transport is ready: to stay away for a moment, {@link Linger}, or to
 * look again for one, {@link Lookout}. A virtual thread tries neither.
 */
final class Patience {
    /** A pipe with less room than this does not count as writable. */
    private static final long PIPE_BUF = 4096;

    private final Transport transport;
    /** With more than half a pipe to read, the writer was perhaps about to stop. */
    private final Linger reading = new Linger(Transport.CAPACITY / 2);
    /** With less than a quarter left to read, the reader was perhaps about to stop. */
    private final Linger writing = new Linger(Transport.CAPACITY - Transport.CAPACITY / 4);

    private final Lookout lookout = new Lookout();

    Patience(Transport transport) {
        this.transport = transport;
    }

    /** Stays away for a moment if that has paid lately; tells whether there is something to read now. */
    boolean findsBytes(Deadline deadline) throws IOException {
        if (!reading.isDue(deadline) || Thread.currentThread().isVirtual()) {
            return false;
        }
        reading.spend();
        long bytes = transport.lookInside();
        transport.lingered(Flow.Direction.IN, reading.judge(bytes));
        return bytes > 0;
    }

    /** Stays away or looks again for a moment if that has paid lately; tells whether there is room to write now. */
    boolean findsRoom(Deadline deadline) throws IOException {
        return !Thread.currentThread().isVirtual() && (lingersForRoom(deadline) || looksForRoom());
    }

    private boolean lingersForRoom(Deadline deadline) throws IOException {
        if (!transport.knowsItsRoom() || !writing.isDue(deadline)) {
            return false;
        }
        writing.spend();
        long room = Transport.CAPACITY - transport.bytesInside();
        transport.lingered(Flow.Direction.OUT, writing.judge(room));
        return room > PIPE_BUF;
    }

    private boolean looksForRoom() throws IOException {
        if (!lookout.isDue()) {
            return false;
        }
        long start = System.nanoTime();
        boolean found = false;
        while (!found && System.nanoTime() - start < Lookout.MOMENT_NANOS) {
            Thread.onSpinWait();
            found = Waiter.isReady(transport.fd(), Waiter.POLLOUT);
        }
        lookout.judge(found);
        transport.lingered(Flow.Direction.OUT, found);
        return found;
    }

    /** Notes that others read from the same end, too. */
    void hasRivals() {
        reading.hasRivals();
    }

    /** Notes that a message has come, or gone. */
    void moved(Flow.Direction direction, long length) {
        if (direction == Flow.Direction.IN) {
            reading.moved(length);
        } else {
            writing.moved(length);
            lookout.moved(length);
        }
    }
}
