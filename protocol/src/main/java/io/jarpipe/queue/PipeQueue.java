package io.jarpipe.queue;

import io.jarpipe.MpItemErrorHandler;
import io.jarpipe.MpQueue;
import io.jarpipe.binding.Converter;
import io.jarpipe.binding.ItemSource;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Flow;
import io.jarpipe.os.Transport;
import io.jarpipe.os.UseCount;
import io.jarpipe.pickle.PickleCodec;
import io.jarpipe.sync.SemLock;
import java.io.IOException;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A {@code multiprocessing.Queue}: a pipe, a read lock, a write lock, and a semaphore that counts free slots.
 *
 * @param <T> the Java type of the items
 */
public sealed class PipeQueue<T extends @Nullable Object> implements MpQueue<T>, ItemSource permits JoinablePipeQueue {
    /**
     * What a queue is made of; all of it is owned by the queue.
     *
     * @param reader the read end of the pipe
     * @param writer the write end of the pipe
     * @param readLock taken while reading
     * @param writeLock taken while writing
     * @param freeSlots {@code maxsize} minus the number of items; its maximum is {@code maxsize}
     */
    public record Parts(Transport reader, Transport writer, SemLock readLock, SemLock writeLock, SemLock freeSlots) {
        void close() {
            reader.close();
            writer.close();
            readLock.close();
            writeLock.close();
            freeSlots.close();
        }
    }

    /** What all views of one queue share. */
    record Core(
            Parts parts,
            PickleCodec codec,
            UseCount uses,
            Account account,
            ItemReader reader,
            ItemWriter writer,
            AtomicBoolean joinCancelled,
            Lifetime lifetime) {
        static Core of(Parts parts, @Nullable Tasks tasks, UseCount uses, PickleCodec codec, int maxLength) {
            Account account = new Account(parts.freeSlots(), tasks, uses);
            parts.reader().allowGrowth();
            parts.writer().allowGrowth();
            return new Core(
                    parts,
                    codec,
                    uses,
                    account,
                    new ItemReader(parts.reader(), maxLength, parts.readLock(), parts.freeSlots()::release, uses),
                    new ItemWriter(parts.writer(), parts.writeLock(), account, uses),
                    new AtomicBoolean(),
                    new Lifetime(
                            "Queue[" + parts.reader().fd() + "]", parts.reader().fd(), uses));
        }
    }

    final Core core;
    final View<T> view;
    private final Intake<T> intake;

    /**
     * Makes a queue of its parts.
     *
     * @param parts the pipe and the semaphores, owned by the queue from now on
     * @param codec reads and writes the pickles
     * @param converter checks and converts the items taken
     * @param maxLength the longest item accepted, in pickled bytes; longer ones are skipped with an error
     */
    public PipeQueue(Parts parts, PickleCodec codec, ItemConverter<T> converter, int maxLength) {
        this(Core.of(parts, null, new UseCount(parts::close), codec, maxLength), View.of(converter));
    }

    PipeQueue(Core core, View<T> view) {
        this.core = core;
        this.view = view;
        this.intake = new Intake<>(core.reader(), core.codec(), view, core.lifetime());
    }

    /**
     * Views this queue as one of another item type; both are the same queue, also when closed.
     *
     * @param itemConverter checks and converts the items taken through the view
     * @param <U> the Java type of the items of the view
     * @return the view
     */
    public <U extends @Nullable Object> PipeQueue<U> as(ItemConverter<U> itemConverter) {
        return new PipeQueue<>(core, view.as(itemConverter));
    }

    @Override
    public MpQueue<T> withPrefetch(int items) {
        return new PipeQueue<>(core, view.withPrefetch(items));
    }

    @Override
    public MpQueue<T> withFeederLimit(long bytes) {
        return new PipeQueue<>(core, view.withFeederLimit(bytes));
    }

    @Override
    public MpQueue<T> onError(MpItemErrorHandler handler) {
        return new PipeQueue<>(core, view.withErrorHandler(handler));
    }

    @Override
    public ItemSource withItems(Converter items, String path) {
        return as(ItemConverter.of(items, path));
    }

    @Override
    public void put(T item) throws IOException, InterruptedException {
        put(item, Deadline.NEVER);
    }

    @Override
    public boolean offer(T item, Duration timeout) throws IOException, InterruptedException {
        return put(item, Deadline.after(timeout));
    }

    @Override
    public boolean tryPut(T item) throws IOException, InterruptedException {
        return put(item, Deadline.NOW);
    }

    private boolean put(T item, Deadline deadline) throws IOException, InterruptedException {
        core.uses().begin();
        try {
            byte[] pickle = core.codec().encode(item);
            boolean handedOver = false;
            try {
                handedOver =
                        core.account().acquireSlot(deadline) && core.writer().put(pickle, view.feederLimit(), deadline);
                return handedOver;
            } finally {
                if (!handedOver) {
                    core.codec().discard(pickle);
                }
            }
        } finally {
            core.uses().end();
            Reference.reachabilityFence(core.lifetime());
        }
    }

    @Override
    public T take() throws IOException, InterruptedException {
        return intake.take(Deadline.NEVER).value();
    }

    @Override
    public Item<T> poll(Duration timeout) throws IOException, InterruptedException {
        return intake.take(Deadline.after(timeout));
    }

    @Override
    public Iterable<T> until(@Nullable Object sentinel) {
        return intake.until(sentinel, 1);
    }

    @Override
    public Iterable<T> until(@Nullable Object sentinel, int producers) {
        return intake.until(sentinel, producers);
    }

    @Override
    public int size() throws IOException {
        core.uses().begin();
        try {
            SemLock freeSlots = core.parts().freeSlots();
            return freeSlots.maxValue() - freeSlots.value();
        } finally {
            core.uses().end();
        }
    }

    @Override
    public boolean isEmpty() throws IOException {
        core.uses().begin();
        try {
            return core.reader().isEmpty();
        } finally {
            core.uses().end();
        }
    }

    @Override
    public boolean isFull() throws IOException {
        core.uses().begin();
        try {
            return core.parts().freeSlots().value() == 0;
        } finally {
            core.uses().end();
        }
    }

    @Override
    public void joinThread() throws IOException, InterruptedException {
        if (!core.joinCancelled().get()) {
            core.writer().join();
        }
    }

    @Override
    public void cancelJoinThread() {
        core.joinCancelled().set(true);
    }

    /**
     * Does what a process does with a queue before it ends: waits until everything is in the pipe, or, after
     * {@link #cancelJoinThread}, drops what is not.
     *
     * @throws IOException when the pipe failed and items were lost
     * @throws InterruptedException when interrupted while waiting
     */
    public void flush() throws IOException, InterruptedException {
        joinThread();
        if (core.joinCancelled().get()) {
            core.writer().discard();
        }
    }

    /**
     * Drops the items that were put but not yet written, except one whose writing has begun.
     *
     * @return how many items are lost
     */
    public int discardUnwritten() {
        return core.writer().discard();
    }

    /**
     * Counts from now on what goes through this queue.
     *
     * @param flow where to
     */
    public void countInto(Flow flow) {
        core.parts().reader().countInto(flow);
        core.parts().writer().countInto(flow);
    }

    /**
     * Lets producers wait while too much is not written, whatever limit they have set themselves.
     *
     * @param bytes how many bytes may wait for room in the pipe; an item that finds none waiting always fits
     */
    public void limitUnwritten(long bytes) {
        core.writer().limit(bytes);
    }

    /**
     * Counts the items that were put here and are not wholly in the pipe.
     *
     * @return the number
     */
    public int unwritten() {
        return core.writer().unwritten();
    }

    /**
     * Returns what the queue is made of, which stays owned by the queue.
     *
     * @return the pipe and the semaphores
     */
    public Parts parts() {
        return core.parts();
    }

    /**
     * Tells whether the queue was closed in this worker and everything that was put is written.
     *
     * @return true when nothing of the queue is open here any more
     */
    public boolean isReleased() {
        return core.uses().isReleased();
    }

    @Override
    public void close() {
        core.lifetime().end();
        if (core.uses().tryBegin()) {
            try {
                core.uses().close();
                core.parts().reader().fd().endWaits();
                core.writer().endWaits();
                core.reader().drop();
            } finally {
                core.uses().end();
            }
        }
    }

    @Override
    public String toString() {
        return "Queue[" + core.parts().reader().fd() + "]";
    }
}
