package io.jarpipe.queue;

import io.jarpipe.connection.FrameWriter;
import io.jarpipe.connection.OutgoingFrame;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Transport;
import io.jarpipe.os.Transport.Waiting;
import io.jarpipe.os.UseCount;
import io.jarpipe.sync.SemLock;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

// Some facts about the writing side of a multiprocessing.Queue
// -------------------------------------------------------------
// CPython 3.13 Lib/multiprocessing/queues.py, Queue.put: acquire _sem, append to a buffer; a feeder thread takes
// _wlock,
// writes the frame, releases _wlock. So put() never blocks on a full pipe, and a process that is killed half-way
// through a
// frame leaves the pipe torn and _wlock taken for ever. Here the caller writes the frame itself when nothing is
// buffered
// before it, the lock is free and the pipe has room; what is left over goes to a feeder thread together with the lock.
// A
// frame that was begun is always finished, also after a close.

/** The producing side of a queue: frames in order, under the queue's write lock, without blocking the caller. */
final class ItemWriter {
    private static final System.Logger LOG = System.getLogger(ItemWriter.class.getName());
    /** How late the feeder notices that its items are not wanted any more. */
    private static final Duration LOCK_SLICE = Duration.ofMillis(100);

    private final FrameWriter frames;
    private final SemLock writeLock;
    private final SemLock freeSlots;
    private final UseCount uses;

    private final ReentrantLock monitor = new ReentrantLock();
    private final Condition drained = monitor.newCondition();
    private final ArrayDeque<OutgoingFrame> buffer = new ArrayDeque<>();
    private boolean feeding;
    private volatile boolean discarding;
    private @Nullable IOException failure;

    ItemWriter(Transport pipe, SemLock writeLock, SemLock freeSlots, UseCount uses) {
        this.frames = new FrameWriter(pipe);
        this.writeLock = writeLock;
        this.freeSlots = freeSlots;
        this.uses = uses;
    }

    /** Hands over one pickled item, for which the caller has acquired a slot. */
    void put(byte[] item) throws IOException, InterruptedException {
        OutgoingFrame frame = new OutgoingFrame(item);
        monitor.lock();
        try {
            if (failure != null) {
                throw new IOException("an earlier item could not be written to the queue", failure);
            }
            if (feeding) {
                buffer.add(frame);
            } else if (!writeNow(frame)) {
                buffer.addFirst(frame);
                startFeeder();
            }
        } finally {
            monitor.unlock();
        }
    }

    /** Writes a frame if that takes no waiting. When it was begun and not finished, the write lock stays taken. */
    private boolean writeNow(OutgoingFrame frame) throws IOException, InterruptedException {
        if (!writeLock.tryAcquire()) {
            return false;
        }
        boolean begun = false;
        try {
            boolean done = frames.writeNow(frame);
            begun = !done && frame.isBegun();
            return done;
        } finally {
            if (!begun) {
                writeLock.release();
            }
        }
    }

    private void startFeeder() {
        uses.beginNested();
        feeding = true;
        Thread.ofPlatform().name("QueueFeederThread").daemon().start(this::feed);
    }

    private void feed() {
        try {
            OutgoingFrame frame = next();
            while (frame != null) {
                write(frame);
                frame = next();
            }
        } catch (Throwable e) {
            fail(e instanceof IOException io ? io : new IOException("the feeder thread failed", e));
        } finally {
            uses.end();
        }
    }

    /** Returns the frame to write next; null ends the feeder, decided under the same lock as a new one is started. */
    private @Nullable OutgoingFrame next() {
        monitor.lock();
        try {
            OutgoingFrame frame = buffer.poll();
            if (frame == null) {
                feeding = false;
                drained.signalAll();
            }
            return frame;
        } finally {
            monitor.unlock();
        }
    }

    private void write(OutgoingFrame frame) throws IOException {
        try {
            if (!frame.isBegun() && !acquireWriteLock()) {
                giveSlotBack();
                return;
            }
            try {
                frames.finish(frame);
            } finally {
                writeLock.release();
            }
        } catch (InterruptedException e) {
            throw new AssertionError("a feeder's waits are not interruptible", e);
        }
    }

    /** Waits for the lock, which a killed process may have left taken; false when the items are not wanted any more. */
    private boolean acquireWriteLock() throws IOException, InterruptedException {
        while (!writeLock.acquire(Deadline.after(LOCK_SLICE), Waiting.UNTIL_COMPLETE)) {
            if (discarding) {
                return false;
            }
        }
        return true;
    }

    private void fail(IOException cause) {
        monitor.lock();
        try {
            failure = cause;
            feeding = false;
            discardBuffer();
            drained.signalAll();
        } finally {
            monitor.unlock();
        }
    }

    /** Waits until everything is in the pipe. */
    void join() throws IOException, InterruptedException {
        monitor.lockInterruptibly();
        try {
            while (feeding) {
                drained.await();
            }
            if (failure != null) {
                throw new IOException("items were lost because the queue's pipe failed", failure);
            }
        } finally {
            monitor.unlock();
        }
    }

    /**
     * Drops what has not begun to be written; the slots it took become free again. Returns how many items that were.
     */
    int discard() {
        discarding = true;
        monitor.lock();
        try {
            return discardBuffer();
        } finally {
            monitor.unlock();
        }
    }

    private int discardBuffer() {
        int discarded = 0;
        OutgoingFrame begun = null;
        for (OutgoingFrame frame = buffer.poll(); frame != null; frame = buffer.poll()) {
            if (frame.isBegun()) {
                begun = frame;
                continue;
            }
            discarded++;
            giveSlotBack();
        }
        if (begun != null) {
            buffer.add(begun);
        }
        return discarded;
    }

    private void giveSlotBack() {
        try {
            freeSlots.release();
        } catch (IOException | IllegalStateException e) {
            LOG.log(Level.WARNING, "a slot of a dropped item could not be given back", e);
        }
    }
}
