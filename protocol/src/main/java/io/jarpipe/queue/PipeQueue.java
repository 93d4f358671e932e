package io.jarpipe.queue;

import io.jarpipe.os.Deadline;
import io.jarpipe.os.Leaks;
import io.jarpipe.os.Transport;
import io.jarpipe.os.Transport.Waiting;
import io.jarpipe.os.UseCount;
import io.jarpipe.pickle.PickleCodec;
import io.jarpipe.sync.SemLock;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A {@code multiprocessing.Queue}: a pipe, a read lock, a write lock, and a semaphore that counts free slots.
 *
 * @param <T> the Java type of the items
 */
public final class PipeQueue<T extends @Nullable Object> implements ViewableQueue<T> {
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

    /**
     * Turns what was unpickled into the declared type of the items.
     *
     * @param <T> that type
     */
    @FunctionalInterface
    public interface ItemConverter<T extends @Nullable Object> {
        /**
         * Converts one item.
         *
         * @param item the unpickled object
         * @return the same value as a {@code T}
         * @throws IOException when it is not one; the message names both types
         */
        T convert(@Nullable Object item) throws IOException;
    }

    private final Parts parts;
    private final PickleCodec codec;
    private final ItemConverter<T> converter;
    private final UseCount uses;
    private final ItemReader reader;
    private final ItemWriter writer;
    private final AtomicBoolean joinCancelled;
    private final Lifetime lifetime;

    /** What all views of one queue share: while one of them is reachable the queue is not lost. */
    private static final class Lifetime {
        private final Leaks.Watch watch;

        Lifetime(Parts parts, UseCount uses) {
            this.watch = Leaks.watch(this, new Holdings(parts, uses));
        }

        void end() {
            watch.end(this);
        }
    }

    /** What a forgotten queue leaves behind. */
    private record Holdings(Parts parts, UseCount uses) implements Leaks.Holdings {
        @Override
        public boolean isClosed() {
            return uses.isClosed();
        }

        @Override
        public void close() {
            if (uses.close()) {
                parts.reader().fd().endWaits();
            }
        }

        @Override
        public String toString() {
            return "Queue[" + parts.reader().fd() + "]";
        }
    }

    /**
     * Makes a queue of its parts.
     *
     * @param parts the pipe and the semaphores, owned by the queue from now on
     * @param codec reads and writes the pickles
     * @param converter checks and converts the items taken
     * @param maxLength the longest item accepted, in pickled bytes; longer ones are skipped with an error
     */
    public PipeQueue(Parts parts, PickleCodec codec, ItemConverter<T> converter, int maxLength) {
        this.parts = parts;
        this.codec = codec;
        this.converter = converter;
        this.uses = new UseCount(parts::close);
        this.reader = new ItemReader(parts.reader(), maxLength, parts.readLock(), parts.freeSlots(), uses);
        this.writer = new ItemWriter(parts.writer(), parts.writeLock(), parts.freeSlots(), uses);
        this.joinCancelled = new AtomicBoolean();
        this.lifetime = new Lifetime(parts, uses);
    }

    private PipeQueue(PipeQueue<?> same, ItemConverter<T> converter) {
        this.parts = same.parts;
        this.codec = same.codec;
        this.converter = converter;
        this.uses = same.uses;
        this.reader = same.reader;
        this.writer = same.writer;
        this.joinCancelled = same.joinCancelled;
        this.lifetime = same.lifetime;
    }

    @Override
    public <U extends @Nullable Object> PipeQueue<U> as(ItemConverter<U> itemConverter) {
        return new PipeQueue<>(this, itemConverter);
    }

    @Override
    public void put(T item) throws IOException, InterruptedException {
        put(item, Deadline.NEVER);
    }

    @Override
    public boolean offer(T item, Duration timeout) throws IOException, InterruptedException {
        return put(item, Deadline.after(timeout));
    }

    private boolean put(T item, Deadline deadline) throws IOException, InterruptedException {
        uses.begin();
        try {
            byte[] pickle = codec.encode(item);
            boolean handedOver = false;
            try {
                handedOver = parts.freeSlots().acquireFor(uses, deadline, Waiting.INTERRUPTIBLE) && handOver(pickle);
                return handedOver;
            } finally {
                if (!handedOver) {
                    codec.discard(pickle);
                }
            }
        } finally {
            uses.end();
            Reference.reachabilityFence(lifetime);
        }
    }

    private boolean handOver(byte[] pickle) throws IOException, InterruptedException {
        boolean handedOver = false;
        try {
            writer.put(pickle);
            handedOver = true;
            return true;
        } finally {
            if (!handedOver) {
                parts.freeSlots().release();
            }
        }
    }

    @Override
    public T take() throws IOException, InterruptedException {
        byte[] pickle = receive(Deadline.NEVER);
        return decode(Objects.requireNonNull(pickle, "an unbounded wait cannot time out"));
    }

    @Override
    public Item<T> poll(Duration timeout) throws IOException, InterruptedException {
        byte[] pickle = receive(Deadline.after(timeout));
        return pickle == null ? Item.none() : new Item<>(true, decode(pickle));
    }

    private byte @Nullable [] receive(Deadline deadline) throws IOException, InterruptedException {
        try {
            return reader.take(deadline);
        } finally {
            Reference.reachabilityFence(lifetime);
        }
    }

    private T decode(byte[] pickle) throws IOException {
        return converter.convert(codec.decode(pickle));
    }

    @Override
    public Iterable<T> until(@Nullable Object sentinel) {
        return () -> new UntilSentinel(sentinel);
    }

    /** Compares before it converts: a sentinel need not be a {@code T}. */
    private final class UntilSentinel implements Iterator<T> {
        private final @Nullable Object sentinel;
        private @Nullable Object next;
        private boolean fetched;
        private boolean ended;

        UntilSentinel(@Nullable Object sentinel) {
            try {
                // As it would come from Python, so that numbers and tuples compare equal.
                this.sentinel = codec.decode(codec.encode(sentinel));
            } catch (IOException e) {
                throw new IllegalArgumentException("the sentinel cannot be pickled: " + e.getMessage(), e);
            }
        }

        @Override
        public boolean hasNext() {
            if (!fetched && !ended) {
                fetch();
            }
            return fetched;
        }

        private void fetch() {
            try {
                byte[] pickle = Objects.requireNonNull(receive(Deadline.NEVER));
                Object item = codec.decode(pickle);
                ended = Objects.deepEquals(item, sentinel);
                fetched = !ended;
                next = item;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new UncheckedIOException(new InterruptedIOException("interrupted while waiting for an item"));
            }
        }

        @Override
        public T next() {
            if (!hasNext()) {
                throw new NoSuchElementException("the sentinel has come");
            }
            fetched = false;
            Object item = next;
            next = null;
            try {
                return converter.convert(item);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public int size() throws IOException {
        uses.begin();
        try {
            return parts.freeSlots().maxValue() - parts.freeSlots().value();
        } finally {
            uses.end();
        }
    }

    @Override
    public boolean isEmpty() throws IOException {
        uses.begin();
        try {
            return !parts.reader().isReadable();
        } finally {
            uses.end();
        }
    }

    @Override
    public boolean isFull() throws IOException {
        uses.begin();
        try {
            return parts.freeSlots().value() == 0;
        } finally {
            uses.end();
        }
    }

    @Override
    public void joinThread() throws IOException, InterruptedException {
        if (!joinCancelled.get()) {
            writer.join();
        }
    }

    @Override
    public void cancelJoinThread() {
        joinCancelled.set(true);
    }

    /**
     * Drops the items that were put but not yet written, except one whose writing has begun.
     *
     * @return how many items are lost
     */
    public int discardUnwritten() {
        return writer.discard();
    }

    /**
     * Returns what the queue is made of, which stays owned by the queue.
     *
     * @return the pipe and the semaphores
     */
    public Parts parts() {
        return parts;
    }

    /**
     * Tells whether the queue was closed in this worker and everything that was put is written.
     *
     * @return true when nothing of the queue is open here any more
     */
    public boolean isReleased() {
        return uses.isReleased();
    }

    @Override
    public void close() {
        lifetime.end();
        if (uses.close()) {
            parts.reader().fd().endWaits();
        }
    }

    @Override
    public String toString() {
        return "Queue[" + parts.reader().fd() + "]";
    }
}
