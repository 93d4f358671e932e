package io.jarpipe.queue;

import io.jarpipe.MpItemErrorHandler;
import io.jarpipe.MpQueue.Item;
import io.jarpipe.MpSimpleQueue;
import io.jarpipe.binding.Converter;
import io.jarpipe.binding.ItemSource;
import io.jarpipe.connection.FrameWriter;
import io.jarpipe.connection.OutgoingFrame;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Flow;
import io.jarpipe.os.Transport;
import io.jarpipe.os.Transport.Waiting;
import io.jarpipe.os.UseCount;
import io.jarpipe.pickle.PickleCodec;
import io.jarpipe.sync.SemLock;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A {@code multiprocessing.SimpleQueue}: a pipe, a read lock and a write lock.
 *
 * @param <T> the Java type of the items
 */
public final class SimplePipeQueue<T extends @Nullable Object> implements MpSimpleQueue<T>, ItemSource {
    /**
     * What a queue is made of; all of it is owned by the queue.
     *
     * @param reader the read end of the pipe
     * @param writer the write end of the pipe
     * @param readLock taken while reading
     * @param writeLock taken while writing
     */
    public record Parts(Transport reader, Transport writer, SemLock readLock, SemLock writeLock) {
        void close() {
            reader.close();
            writer.close();
            readLock.close();
            writeLock.close();
        }
    }

    /** What all views of one queue share. */
    private record Core(
            Parts parts, PickleCodec codec, UseCount uses, ItemReader reader, FrameWriter frames, Lifetime lifetime) {
        static Core of(Parts parts, PickleCodec codec, int maxLength) {
            UseCount uses = new UseCount(parts::close);
            return new Core(
                    parts,
                    codec,
                    uses,
                    new ItemReader(parts.reader(), maxLength, parts.readLock(), () -> {}, uses),
                    new FrameWriter(parts.writer()),
                    new Lifetime(
                            "SimpleQueue[" + parts.reader().fd() + "]",
                            parts.reader().fd(),
                            uses));
        }
    }

    private final Core core;
    private final View<T> view;
    private final Intake<T> intake;

    /**
     * Makes a queue of its parts.
     *
     * @param parts the pipe and the semaphores, owned by the queue from now on
     * @param codec reads and writes the pickles
     * @param converter checks and converts the items taken
     * @param maxLength the longest item accepted, in pickled bytes; longer ones are skipped with an error
     */
    public SimplePipeQueue(Parts parts, PickleCodec codec, ItemConverter<T> converter, int maxLength) {
        this(Core.of(parts, codec, maxLength), View.of(converter));
    }

    private SimplePipeQueue(Core core, View<T> view) {
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
    public <U extends @Nullable Object> SimplePipeQueue<U> as(ItemConverter<U> itemConverter) {
        return new SimplePipeQueue<>(core, view.as(itemConverter));
    }

    @Override
    public ItemSource withItems(Converter items, String path) {
        return as(ItemConverter.of(items, path));
    }

    @Override
    public MpSimpleQueue<T> onError(MpItemErrorHandler handler) {
        return new SimplePipeQueue<>(core, view.withErrorHandler(handler));
    }

    @Override
    public void put(T item) throws IOException, InterruptedException {
        core.uses().begin();
        try {
            byte[] pickle = core.codec().encode(item);
            OutgoingFrame frame = new OutgoingFrame(pickle);
            boolean begun = false;
            try {
                begun = write(frame);
            } finally {
                if (!begun && !frame.isBegun()) {
                    core.codec().discard(pickle);
                }
            }
        } finally {
            core.uses().end();
            Reference.reachabilityFence(core.lifetime());
        }
    }

    /**
     * Writes a frame. Interrupts and a close end the wait before its first byte; a frame that was begun is finished.
     */
    private boolean write(OutgoingFrame frame) throws IOException, InterruptedException {
        SemLock writeLock = core.parts().writeLock();
        Transport writer = core.parts().writer();
        writeLock.acquireFor(core.uses(), Deadline.NEVER, Waiting.INTERRUPTIBLE);
        try {
            while (!core.frames().writeNow(frame)) {
                if (frame.isBegun()) {
                    core.frames().finish(frame);
                    return true;
                }
                if (core.uses().isClosed()) {
                    throw new ClosedChannelException();
                }
                writer.awaitWritable(Deadline.NEVER);
            }
            return true;
        } finally {
            writeLock.release();
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
    public boolean isEmpty() throws IOException {
        core.uses().begin();
        try {
            return core.reader().isEmpty();
        } finally {
            core.uses().end();
        }
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
     * Returns what the queue is made of, which stays owned by the queue.
     *
     * @return the pipe and the semaphores
     */
    public Parts parts() {
        return core.parts();
    }

    /**
     * Tells whether the queue was closed in this worker and nothing of it is in use any more.
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
                core.parts().writer().fd().endWaits();
                core.reader().drop();
            } finally {
                core.uses().end();
            }
        }
    }

    @Override
    public String toString() {
        return "SimpleQueue[" + core.parts().reader().fd() + "]";
    }
}
