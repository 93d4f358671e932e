package io.jarpipe.queue;

import io.jarpipe.connection.FrameReader;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Transport;
import io.jarpipe.os.Transport.Waiting;
import io.jarpipe.os.UseCount;
import io.jarpipe.sync.SemLock;
import io.jarpipe.wire.FrameTooLongException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

// Some facts about the reading side of a multiprocessing.Queue
// -------------------------------------------------------------
// CPython 3.13 Lib/multiprocessing/queues.py, Queue.get: acquire _rlock, read one frame, release _rlock, release _sem.
// A CPython getter sits in read(2) while it holds _rlock; if it is killed there, nobody ever reads again. Here the pipe
// is polled first, holding nothing; the lock is taken only when there is something to read, and given back at once when
// another consumer was faster.

/** The consuming side of a queue: one pickled item at a time, under the queue's read lock. */
final class ItemReader {
    private final Transport pipe;
    private final FrameReader frames;
    private final SemLock readLock;
    private final SemLock freeSlots;
    private final UseCount uses;

    ItemReader(Transport pipe, int maxLength, SemLock readLock, SemLock freeSlots, UseCount uses) {
        this.pipe = pipe;
        this.frames = new FrameReader(pipe, maxLength);
        this.readLock = readLock;
        this.freeSlots = freeSlots;
        this.uses = uses;
    }

    /** Takes the next item's bytes; null when the deadline passed before there was one. */
    byte @Nullable [] take(Deadline deadline) throws IOException, InterruptedException {
        uses.begin();
        try {
            while (true) {
                if (!awaitItem(deadline)) {
                    return null;
                }
                if (!readLock.acquireFor(uses, deadline, Waiting.INTERRUPTIBLE)) {
                    return null;
                }
                byte[] item = takeLocked();
                if (item != null) {
                    return item;
                }
            }
        } finally {
            uses.end();
        }
    }

    private boolean awaitItem(Deadline deadline) throws IOException, InterruptedException {
        while (!pipe.isReadable()) {
            checkOpen();
            if (!pipe.awaitReadable(deadline)) {
                return false;
            }
        }
        checkOpen();
        return true;
    }

    private byte @Nullable [] takeLocked() throws IOException, InterruptedException {
        boolean consumed = false;
        try {
            if (!pipe.isReadable()) {
                return null;
            }
            byte[] item = frames.read(Deadline.NEVER);
            consumed = true;
            return Objects.requireNonNull(item, "an unbounded wait cannot time out");
        } catch (FrameTooLongException e) {
            consumed = true; // it was skipped, so its slot is free
            throw e;
        } finally {
            readLock.release();
            if (consumed) {
                freeSlots.release();
            }
        }
    }

    private void checkOpen() throws ClosedChannelException {
        if (uses.isClosed()) {
            throw new ClosedChannelException();
        }
    }
}
