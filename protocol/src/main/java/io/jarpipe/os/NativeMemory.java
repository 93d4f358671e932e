package io.jarpipe.os;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

// Some facts about the first touch of memory
// -------------------------------------------
// The kernel zeroes a page when it is touched first, which costs 1 to 2 microseconds for 4 KiB on a virtual machine,
// more than to fill it. With transparent huge pages (Documentation/admin-guide/mm/transhuge.rst) it is done for 2 MiB
// at once, if the memory is aligned to that and they are not switched off.

/**
 * Memory outside of the heap that any thread may free, at once and at the price of a function call: no collector moves
 * what is in it. At most as much as the heap may have ({@code -Xmx}) is in use at a time, by the whole process.
 */
public final class NativeMemory {
    private static final long LIMIT = Runtime.getRuntime().maxMemory();
    private static final long HUGE_PAGE = 2 * 1024 * 1024;
    private static final int MADV_HUGEPAGE = 14;
    private static final AtomicLong IN_USE = new AtomicLong();

    private NativeMemory() {}

    /**
     * Allocates memory, to be given to {@link #free} when nobody uses it any more.
     *
     * @param size how many bytes at least, positive
     * @return memory with unspecified content; from 2 MiB on a multiple of that
     * @throws OutOfMemoryError when more would be in use than is allowed, or the system has none
     */
    @SuppressWarnings("restricted") // the size is that of the memory
    public static MemorySegment allocate(long size) {
        boolean isHuge = size >= HUGE_PAGE;
        long whole = isHuge ? Math.ceilDiv(size, HUGE_PAGE) * HUGE_PAGE : size;
        long inUse = IN_USE.addAndGet(whole);
        long address = 0;
        if (inUse <= LIMIT) {
            address = isHuge ? Libc.alignedAlloc(HUGE_PAGE, whole) : Libc.malloc(whole);
        }
        if (address == 0) {
            IN_USE.addAndGet(-whole);
            throw new OutOfMemoryError("no native memory for " + whole + " bytes: " + (inUse - whole)
                    + " are in use (limit: " + LIMIT + ", as for the heap, -Xmx)");
        }
        if (isHuge) {
            Libc.madvise(address, whole, MADV_HUGEPAGE); // where there are none, small ones do
        }
        return MemorySegment.ofAddress(address).reinterpret(whole);
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
