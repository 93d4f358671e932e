package io.jarpipe.queue;

import io.jarpipe.connection.FrameReader;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Transport;
import io.jarpipe.os.Transport.Waiting;
import io.jarpipe.os.Turn;
import io.jarpipe.os.UseCount;
import io.jarpipe.queue.TakenItems.Taken;
import io.jarpipe.sync.SemLock;
import io.jarpipe.wire.FrameTooLongException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

// Some facts about the reading side of a multiprocessing.Queue
// -------------------------------------------------------------
// CPython 3.13 Lib/multiprocessing/queues.py, Queue.get: acquire _rlock, read one frame, release _rlock, release _sem.
// A CPython getter sits in read(2) while it holds _rlock; if it is killed there, nobody ever reads again. Here the lock
// is taken, or waited for, only while there is something to read, and given back at once when the read, which does not
// wait, finds that somebody else was faster.
//
// A frame that was begun has to be read to its end by the same process: another reader would take its rest for a frame.
// So a reader whose time is over in the middle of one leaves the lock and the rest to a thread, and the item waits here
// for whoever takes next.

/** The consuming side of a queue: pickled items, taken under the queue's read lock. */
final class ItemReader {
    /** What is done when an item reaches the user: its place in the queue becomes free. */
    @FunctionalInterface
    interface Slots {
        void giveBack() throws IOException;
    }

    private static final System.Logger LOG = System.getLogger(ItemReader.class.getName());
    /** How late a thread that waits for the lock sees that another one has taken its item for it. */
    private static final Duration SLICE = Duration.ofMillis(50);

    private final Transport pipe;
    private final FrameReader frames;
    private final SemLock readLock;
    private final Turn turn;
    private final Slots slots;
    private final UseCount uses;
    private final TakenItems taken;
    private final ThreadFactory finishers;

    ItemReader(Transport pipe, int maxLength, SemLock readLock, Slots slots, UseCount uses) {
        this(
                pipe,
                maxLength,
                readLock,
                slots,
                uses,
                Thread.ofPlatform().name("QueueReaderThread").daemon().factory());
    }

    ItemReader(Transport pipe, int maxLength, SemLock readLock, Slots slots, UseCount uses, ThreadFactory finishers) {
        this.pipe = pipe;
        this.frames = new FrameReader(pipe, maxLength);
        this.readLock = readLock;
        this.turn = readLock.turn();
        this.slots = slots;
        this.uses = uses;
        this.taken = new TakenItems(pipe.fd());
        this.finishers = finishers;
    }

    /** Takes the next item's bytes; null when the deadline passed before all of them had come. */
    byte @Nullable [] take(Deadline deadline, Batch batch) throws IOException, InterruptedException {
        uses.begin();
        try {
            Taken item = next(deadline, batch);
            return item == null ? null : handOut(item);
        } finally {
            uses.end();
        }
    }

    private @Nullable Taken next(Deadline deadline, Batch batch) throws IOException, InterruptedException {
        while (true) {
            if (Thread.interrupted()) {
                throw new InterruptedException(); // also where nothing has to be waited for: a loop must end
            }
            Taken item = taken.poll();
            if (item == null) {
                item = nextInTurn(deadline, batch);
            }
            if (item != null || (deadline.hasPassed() && taken.isEmpty())) {
                return item;
            }
        }
    }

    /** Waits for the turn and takes an item in it; when the time is over, or there is no time, without the turn. */
    private @Nullable Taken nextInTurn(Deadline deadline, Batch batch) throws IOException, InterruptedException {
        boolean isOurs = turn.take(pipe.fd(), deadline);
        if (!isOurs && !deadline.hasPassed()) {
            return null; // something else has to be looked at
        }
        try {
            return awaitItem(deadline) && taken.isEmpty() && acquireReadLock(deadline)
                    ? takeLocked(deadline, batch)
                    : null;
        } finally {
            if (isOurs) {
                turn.leave();
            }
        }
    }

    /** Waits, holding nothing, until there is something to take, or others have to be looked at. */
    private boolean awaitItem(Deadline deadline) throws IOException, InterruptedException {
        checkOpen();
        if (!taken.isEmpty() || pipe.holdsBytes()) {
            return true;
        }
        return deadline.hasPassed() ? pipe.isReadable() : pipe.awaitReadable(deadline);
    }

    /** Takes the lock unless another thread has taken, meanwhile, what it is to be taken for. */
    private boolean acquireReadLock(Deadline deadline) throws IOException, InterruptedException {
        if (readLock.tryAcquire()) {
            return true;
        }
        pipe.hasRivals();
        while (taken.isEmpty() && pipe.isReadable()) {
            Deadline slice = Deadline.after(SLICE);
            boolean last = deadline.remainingNanos() <= slice.remainingNanos();
            if (readLock.acquireFor(uses, last ? deadline : slice, Waiting.INTERRUPTIBLE)) {
                return true;
            }
            if (last) {
                return false;
            }
        }
        return false;
    }

    /** Takes a batch; returns its first item, null when there is none or the time is over in the middle of it. */
    private @Nullable Taken takeLocked(Deadline deadline, Batch batch) throws IOException, InterruptedException {
        Taken first = null;
        boolean isLeft = false;
        try {
            checkOpen();
            boolean more = taken.isEmpty(); // what another thread has taken comes before what is in the pipe
            for (int count = 1; more; count++) {
                Taken item = read(first == null ? deadline : Deadline.NOW);
                isLeft = item == null && frames.isInside();
                if (first == null) {
                    first = item;
                } else if (item != null) {
                    taken.add(item);
                }
                more = item != null && count < batch.limit() && !batch.isEndedBy(item);
            }
            return first;
        } finally {
            if (isLeft) {
                finishLater();
            } else {
                readLock.release();
            }
        }
    }

    /** Reads an item or its failure; null when there is none, or when the deadline passed in the middle of it. */
    private @Nullable Taken read(Deadline deadline) throws InterruptedException {
        try {
            byte[] item = frames.readBegun(deadline);
            return item == null ? null : Taken.item(item);
        } catch (FrameTooLongException e) {
            return Taken.failed(e, !frames.hasFailed()); // if it was skipped, its slot is free
        } catch (IOException e) {
            return Taken.failed(e, false);
        }
    }

    /** Leaves the item that was begun, and the lock, to a thread; without one this thread is late. */
    private void finishLater() {
        uses.beginNested();
        try {
            finishers.newThread(this::finish).start();
        } catch (OutOfMemoryError e) { // no thread is to be had
            finish();
        }
    }

    private void finish() {
        try {
            Taken item = read(Deadline.NEVER);
            if (item != null) {
                taken.add(item);
            }
            readLock.release();
            if (uses.isClosed()) {
                drop();
            }
        } catch (IOException | InterruptedException e) {
            LOG.log(Level.WARNING, "an item could not be read to its end", e);
        } finally {
            uses.end();
        }
    }

    private byte[] handOut(Taken item) throws IOException {
        if (item.isConsumed()) {
            slots.giveBack();
        }
        if (item.failure() != null) {
            throw item.failure();
        }
        return item.bytes();
    }

    /** Tells whether taking would have to wait. */
    boolean isEmpty() throws IOException {
        return taken.isEmpty() && !pipe.isReadable();
    }

    /**
     * Drops what was taken and not handed out: this process will not take any more. Called within a use, when the queue
     * is closed.
     */
    void drop() {
        int lost = 0;
        for (Taken item = taken.poll(); item != null; item = taken.poll()) {
            lost++;
            try {
                if (item.isConsumed()) {
                    slots.giveBack();
                }
            } catch (IOException | IllegalStateException e) {
                LOG.log(Level.WARNING, "a slot of a dropped item could not be given back", e);
            }
        }
        if (lost > 0) {
            LOG.log(Level.WARNING, "a queue was closed with {0} items taken from its pipe and not handed out", lost);
        }
    }

    private void checkOpen() throws ClosedChannelException {
        if (uses.isClosed()) {
            throw new ClosedChannelException();
        }
    }
}
