package io.jarpipe.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

// Some facts about CPython's heap of shared memory (Lib/multiprocessing/heap.py)
// ------------------------------------------------------------------------------
// An arena is an unlinked file of whole pages, which all its users map; blocks in it begin at multiples of 8. Of the
// file only descriptors are left. A mapping beyond the end of a file is possible, and reading there is a SIGBUS, which
// ends the JVM: so the size is looked at first. The block goes to another object when the creator has collected its
// own.

/**
 * A block of memory that processes share: a part of a file without a name, mapped.
 *
 * <p>Thread-safe; single values are read and written as a whole, and seen by the others at once. What belongs together
 * is to be protected by a lock between the processes.
 */
public final class SharedBlock implements AutoCloseable {
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

    private final Place place;
    private final Fd fd;
    private final MemorySegment memory;
    private final UseCount uses;
    private final Leaks.Watch watch;

    /**
     * Where a block is.
     *
     * @param fileLength length of the file, in bytes, as its creator says
     * @param start where the block begins, in bytes, a multiple of 4
     * @param end where it ends
     */
    public record Place(long fileLength, long start, long end) {
        /** Checks what a pickle says. */
        public Place {
            if (start < 0 || start % Integer.BYTES != 0 || end <= start || end > fileLength) {
                throw new IllegalArgumentException(
                        "no block from " + start + " to " + end + " of " + fileLength + " bytes");
            }
        }
    }

    /** What a forgotten block leaves behind. */
    private record Lost(Place place, UseCount uses) implements Leaks.Holdings {
        @Override
        public boolean isClosed() {
            return uses.isClosed();
        }

        @Override
        public void close() {
            uses.close();
        }

        @Override
        public String toString() {
            return "shared memory, " + place;
        }
    }

    private SharedBlock(Place place, Fd fd, MemorySegment memory, UseCount uses) {
        this.place = place;
        this.fd = fd;
        this.memory = memory;
        this.uses = uses;
        this.watch = Leaks.watch(this, new Lost(place, uses));
    }

    /**
     * Maps a block.
     *
     * @param fd a descriptor of the file; owned by the result, closed when this call fails
     * @param place where the block is
     * @return the block, to be closed by the caller
     * @throws IOException when the file is shorter or may not be mapped
     */
    public static SharedBlock map(Fd fd, Place place) throws IOException {
        Arena arena = Arena.ofShared();
        boolean done = false;
        fd.begin();
        try (FileChannel file = FileChannel.open(
                Path.of("/proc/self/fd/" + fd.number()), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (file.size() < place.end()) {
                throw new IOException("the shared file has " + file.size() + " bytes, and not those of " + place);
            }
            MemorySegment memory =
                    file.map(FileChannel.MapMode.READ_WRITE, place.start(), place.end() - place.start(), arena);
            UseCount uses = new UseCount(() -> {
                arena.close();
                fd.close();
            });
            done = true;
            return new SharedBlock(place, fd, memory, uses);
        } finally {
            fd.end();
            if (!done) {
                arena.close();
                fd.close();
            }
        }
    }

    /**
     * Reads a value.
     *
     * @param offset where it is, in bytes from the block's start, a multiple of 4
     * @return a signed number in native byte order
     * @throws IOException when the block is closed
     * @throws IndexOutOfBoundsException when it is not within the block
     */
    public int get(long offset) throws IOException {
        uses.begin();
        try {
            return (int) INT.getVolatile(memory, offset);
        } finally {
            endUse();
        }
    }

    /**
     * Writes a value.
     *
     * @param offset where it is, in bytes from the block's start, a multiple of 4
     * @param value a signed number in native byte order
     * @throws IOException when the block is closed
     * @throws IndexOutOfBoundsException when it is not within the block
     */
    public void set(long offset, int value) throws IOException {
        uses.begin();
        try {
            INT.setVolatile(memory, offset, value);
        } finally {
            endUse();
        }
    }

    /**
     * Duplicates the descriptor of the file, for a process that is to share the block.
     *
     * @return the duplicate, owned by the caller
     * @throws IOException when the block is closed, or no descriptor is left
     */
    public Fd duplicateForOthers() throws IOException {
        return fd.duplicate();
    }

    /**
     * Returns where the block is.
     *
     * @return its place in the file
     */
    public Place place() {
        return place;
    }

    /** Gives the memory back, as soon as nobody uses it. Idempotent; does not block. */
    @Override
    public void close() {
        watch.end(this);
        uses.close();
    }

    private void endUse() {
        try {
            uses.end();
        } finally {
            Reference.reachabilityFence(this); // lost only when no call uses it
        }
    }

    @Override
    public String toString() {
        return "shared memory, " + place;
    }
}
