package io.jarpipe.os;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory outside of the heap that any thread may free, at once and at the price of a function call: no collector moves
 * what is in it. At most as much as the heap may have ({@code -Xmx}) is in use at a time, by the whole process.
 */
public final class NativeMemory {
    private static final long LIMIT = Runtime.getRuntime().maxMemory();
    private static final AtomicLong IN_USE = new AtomicLong();

    private NativeMemory() {}

    /**
     * Allocates memory, to be given to {@link #free} when nobody uses it any more.
     *
     * @param size how many bytes, positive
     * @return memory with unspecified content
     * @throws OutOfMemoryError when more would be in use than is allowed, or the system has none
     */
    @SuppressWarnings("restricted") // the size is that of the memory
    public static MemorySegment allocate(long size) {
        long inUse = IN_USE.addAndGet(size);
        long address = inUse <= LIMIT ? Libc.malloc(size) : 0;
        if (address == 0) {
            IN_USE.addAndGet(-size);
            throw new OutOfMemoryError("no native memory for " + size + " bytes: " + (inUse - size)
                    + " are in use (limit: " + LIMIT + ", as for the heap, -Xmx)");
        }
        return MemorySegment.ofAddress(address).reinterpret(size);
    }

    /**
     * Frees memory.
     *
     * @param memory what {@link #allocate} has returned, once
     */
    public static void free(MemorySegment memory) {
        IN_USE.addAndGet(-memory.byteSize());
        Libc.free(memory.address());
    }

    /**
     * Returns how much is in use.
     *
     * @return bytes
     */
    public static long inUse() {
        return IN_USE.get();
    }
}
