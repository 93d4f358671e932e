package io.jarpipe.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;

/**
 * A piece of native memory that bytes pass through on their way between a descriptor and the heap.
 *
 * <p>Borrowed for the duration of one message by the thread that gives it back, so endpoints that are idle own no
 * memory.
 */
public final class IoBuffer implements AutoCloseable {
    /** The size of every buffer in bytes: the default capacity of a Linux pipe. */
    public static final int SIZE = 64 * 1024;

    private static final int IDLE_BUFFERS_KEPT = 16;
    private static final ConcurrentLinkedDeque<IoBuffer> IDLE = new ConcurrentLinkedDeque<>();
    /** One for each platform thread that has read or written, which is quicker to have than one of all threads'. */
    private static final ThreadLocal<Own> OWN = ThreadLocal.withInitial(Own::new);

    private static final class Own {
        private @Nullable IoBuffer idle;
    }

    private final MemorySegment memory = Arena.ofAuto().allocate(SIZE, Long.BYTES);
    private final ByteBuffer bytes = memory.asByteBuffer();

    private final @Nullable Own owner;

    private IoBuffer(@Nullable Own owner) {
        this.owner = owner;
    }

    /**
     * Borrows a buffer; closing it gives it back.
     *
     * @return a buffer with unspecified content that nobody else uses
     */
    public static IoBuffer borrow() {
        if (!Thread.currentThread().isVirtual()) {
            Own own = OWN.get();
            IoBuffer buffer = own.idle;
            own.idle = null;
            return buffer == null ? new IoBuffer(own) : buffer;
        }
        IoBuffer idle = IDLE.pollFirst();
        return idle == null ? new IoBuffer(null) : idle;
    }

    /**
     * Returns where the memory is, for system calls.
     *
     * @return a native address, valid while this buffer is borrowed
     */
    public long address() {
        return memory.address();
    }

    /**
     * Returns the memory itself.
     *
     * @return native memory of {@link #SIZE} bytes
     */
    public MemorySegment memory() {
        return memory;
    }

    /**
     * Returns a view of the memory, position 0 and limit {@link #SIZE}.
     *
     * @return the same view each time, cleared
     */
    public ByteBuffer bytes() {
        return bytes.clear();
    }

    /** Gives the buffer back. */
    @Override
    public void close() {
        if (owner != null) {
            owner.idle = this;
        } else if (IDLE.size() < IDLE_BUFFERS_KEPT) {
            IDLE.addFirst(this);
        }
    }
}
