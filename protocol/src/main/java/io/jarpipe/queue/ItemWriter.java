package io.jarpipe.queue;

import io.jarpipe.connection.Backlog;
import io.jarpipe.connection.FrameWriter;
import io.jarpipe.connection.OutgoingFrame;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Transport;
import io.jarpipe.os.Transport.Waiting;
import io.jarpipe.os.UseCount;
import io.jarpipe.sync.SemLock;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

// Some facts about the writing side of a multiprocessing.Queue
// -------------------------------------------------------------
// CPython 3.13 Lib/multiprocessing/queues.py, Queue.put: acquire _sem, append to a buffer; a feeder thread takes
// _wlock, writes the frame, releases _wlock. So put() never blocks on a full pipe, and a process that is killed
// half-way through a frame leaves the pipe torn and _wlock taken for ever. Here the caller writes the frame itself when
// nothing is buffered before it, the lock is free and the pipe has room; what is left over goes to a feeder thread
// together with the lock. A frame that was begun is always finished, also after a close.

/** The producing side of a queue: frames in order, under the queue's write lock, without blocking the caller. */
final class ItemWriter {
    private static final System.Logger LOG = System.getLogger(ItemWriter.class.getName());
    /** How late the feeder notices that its items are not wanted any more. */
    private static final Duration SLICE = Duration.ofMillis(100);
    /** How many bytes of items the feeder writes at once, and has under one lock: a quarter of a usual pipe. */
    private static final long MOST_GATHERED = 16 * 1024;

    private final Transport pipe;
    private final FrameWriter frames;
    private final SemLock writeLock;
    private final Account account;
    private final UseCount uses;
    private final ThreadFactory feeders;

    private final ReentrantLock monitor = new ReentrantLock();
    /** The buffer has become shorter, or will not any more. */
    private final Condition progress = monitor.newCondition();

    private final Backlog backlog;
    /** Length of all items that are handed to the feeder and not in the pipe. */
    private long bufferedBytes;

    private boolean feeding;
    /** The feeder is writing at this moment what comes first in the backlog. */
    private boolean writing;
    /** How much may be buffered, whatever the producers allow. */
    private volatile long limit = Long.MAX_VALUE;

    private @Nullable IOException failure;

    ItemWriter(Transport pipe, SemLock writeLock, Account account, UseCount uses) {
        this(
                pipe,
                writeLock,
                account,
                uses,
                Thread.ofPlatform().name("QueueFeederThread").daemon().factory());
    }

    ItemWriter(Transport pipe, SemLock writeLock, Account account, UseCount uses, ThreadFactory feeders) {
        this.pipe = pipe;
        this.frames = new FrameWriter(pipe);
        this.backlog = new Backlog(length -> {
            bufferedBytes -= length;
            frames.count(length);
        });
        this.writeLock = writeLock;
        this.account = account;
        this.uses = uses;
        this.feeders = feeders;
    }

    /**
     * Hands over one pickled item, for which the caller has acquired a slot, which is this method's from now on.
     *
     * @param feederLimit how many bytes may be buffered; an item that finds the buffer empty always fits
     * @return false when the buffer had no room before the deadline
     */
    boolean put(byte[] item, long feederLimit, Deadline deadline) throws IOException, InterruptedException {
        boolean counted = false;
        boolean handedOver = false;
        monitor.lock();
        try {
            if (awaitRoom(item.length, Math.min(feederLimit, limit), deadline)) {
                account.count();
                counted = true;
                handOver(new OutgoingFrame(item), item.length);
                handedOver = true;
            }
        } finally {
            monitor.unlock();
            if (counted && !handedOver) {
                account.drop(1);
            } else if (!handedOver) {
                account.giveSlotBack();
            }
        }
        return handedOver;
    }

    private boolean awaitRoom(int length, long mostBytes, Deadline deadline) throws IOException, InterruptedException {
        boolean inTime = true;
        while (failure == null && bufferedBytes > 0 && bufferedBytes > mostBytes - length) {
            if (uses.isClosed()) {
                throw new ClosedChannelException();
            }
            if (!inTime) {
                return false;
            }
            if (deadline.isNever()) {
                progress.await();
            } else {
                inTime = progress.awaitNanos(deadline.remainingNanos()) > 0;
            }
        }
        if (failure != null) {
            throw new IOException("an earlier item could not be written to the queue", failure);
        }
        return true;
    }

    private void handOver(OutgoingFrame frame, int length) throws IOException, InterruptedException {
        pipe.expect(length);
        if (!feeding && writeNow(frame)) {
            return;
        }
        boolean added = false;
        try {
            backlog.add(frame);
            added = true;
            if (!feeding) {
                startFeeder(frame.isBegun());
            }
            bufferedBytes += length;
        } catch (OutOfMemoryError e) { // no native memory, or no thread
            if (!frame.isBegun()) {
                throw refused(length, added, e);
            }
            backlog.drop(); // what was begun is alone in it
            frames.finish(frame); // better late than torn
            writeLock.release();
        }
    }

    /** Takes an item back, if it was added, and says why. */
    private OutOfMemoryError refused(int length, boolean isAdded, OutOfMemoryError cause) {
        if (isAdded) {
            backlog.drop(); // it is alone, as there is no feeder
            return new OutOfMemoryError("an item of " + length
                    + " bytes cannot be written to the queue now, and no thread"
                    + " can be started that does it later: allow the process more threads (" + cause.getMessage()
                    + ")");
        }
        return new OutOfMemoryError("an item of " + length + " bytes finds no room behind " + backlog.size()
                + " others of " + bufferedBytes
                + " bytes that wait to be written to the queue: limit them by the"
                + " queue's maxsize or by withFeederLimit(bytes), or allow more (" + cause.getMessage() + ")");
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

    private void startFeeder(boolean hasLock) {
        uses.beginNested();
        try {
            feeders.newThread(() -> feed(hasLock)).start();
            feeding = true; // which it sees, as it waits for the monitor
        } finally {
            if (!feeding) {
                uses.end();
            }
        }
    }

    /** Writes what is in the backlog. */
    private void feed(boolean startsWithLock) {
        boolean hasLock = startsWithLock;
        try {
            while (!isDone()) {
                hasLock = hasLock || writeLock.acquire(Deadline.after(SLICE), Waiting.UNTIL_COMPLETE);
                if (hasLock && writeSome()) {
                    hasLock = false;
                    writeLock.release();
                } else if (hasLock) {
                    frames.awaitRoom(Deadline.after(SLICE));
                }
            }
            if (hasLock) {
                writeLock.release(); // what it was taken for was discarded
            }
        } catch (Throwable e) {
            fail(e instanceof IOException io ? io : new IOException("the feeder thread failed", e));
            giveLockBack(hasLock);
        } finally {
            uses.end();
        }
    }

    private void giveLockBack(boolean hasLock) {
        try {
            if (hasLock) {
                writeLock.release();
            }
        } catch (IOException | IllegalStateException e) {
            LOG.log(Level.WARNING, "a queue''s write lock could not be given back", e);
        }
    }

    /** Tells whether nothing is left, which ends the feeder: decided under the same lock as a new one is started. */
    private boolean isDone() {
        monitor.lock();
        try {
            feeding = backlog.size() > 0;
            progress.signalAll();
            return !feeding;
        } finally {
            monitor.unlock();
        }
    }

    /** Writes as much as there is room for; tells whether the lock can be given back. */
    private boolean writeSome() throws IOException, InterruptedException {
        MemorySegment next = beginWriting();
        long written = 0;
        try {
            if (next.byteSize() > 0) {
                written = frames.writeNow(next);
            }
        } finally {
            endWriting(written);
        }
        return (written > 0 || next.byteSize() == 0) && !backlog.isBegun(); // which only this thread changes
    }

    private MemorySegment beginWriting() {
        monitor.lock();
        try {
            writing = true;
            return backlog.next(MOST_GATHERED);
        } finally {
            monitor.unlock();
        }
    }

    private void endWriting(long written) {
        monitor.lock();
        try {
            backlog.advance(written);
            writing = false;
            progress.signalAll();
        } finally {
            monitor.unlock();
        }
    }

    private void fail(IOException cause) {
        int lost;
        monitor.lock();
        try {
            failure = cause;
            feeding = false;
            bufferedBytes = 0;
            lost = backlog.dropWhole();
            backlog.drop();
            progress.signalAll();
        } finally {
            monitor.unlock();
        }
        account.drop(lost);
    }

    /** Waits until everything is in the pipe. */
    void join() throws IOException, InterruptedException {
        monitor.lockInterruptibly();
        try {
            while (feeding) {
                progress.await();
            }
            if (failure != null) {
                throw new IOException("items were lost because the queue's pipe failed", failure);
            }
        } finally {
            monitor.unlock();
        }
    }

    /** Limits how many bytes may be buffered; an item that finds the buffer empty always fits. */
    void limit(long bytes) {
        limit = bytes;
    }

    /** Returns how many items the feeder has not written, with the one it is writing. */
    int unwritten() {
        monitor.lock();
        try {
            return backlog.size();
        } finally {
            monitor.unlock();
        }
    }

    /** Lets those who wait for room in the buffer see that the queue was closed. */
    void endWaits() {
        monitor.lock();
        try {
            progress.signalAll();
        } finally {
            monitor.unlock();
        }
    }

    /** Drops what has not begun to be written, as if it had never been put. Returns how many items that were. */
    int discard() {
        int discarded;
        monitor.lock();
        try {
            while (writing) {
                progress.awaitUninterruptibly(); // a write that does not wait
            }
            discarded = backlog.dropWhole();
            bufferedBytes = backlog.begunBody();
            progress.signalAll();
        } finally {
            monitor.unlock();
        }
        account.drop(discarded);
        return discarded;
    }
}
