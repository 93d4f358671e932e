package io.jarpipe.os;

import io.jarpipe.PosixException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;

/** The array of {@code struct pollfd} that poll(2) is given: fd i32, events i16, revents i16. */
final class PollSet {
    private static final int SIZE = 8;
    private static final int REVENTS = 6;

    private final MemorySegment memory;
    private final int count;

    PollSet(int count, Arena arena) {
        this.memory = arena.allocate((long) Math.max(1, count) * SIZE, SIZE);
        this.count = count;
    }

    /** Sets one element; clears what came back in it. */
    void put(int index, int number, int events) {
        memory.set(ValueLayout.JAVA_INT, (long) index * SIZE, number);
        memory.set(ValueLayout.JAVA_INT, (long) index * SIZE + Integer.BYTES, events);
    }

    /** Waits in poll(2); returns how many are ready, 0 also when a signal came first. */
    int poll(int timeoutMillis) throws PosixException {
        int result = Libc.poll(memory.address(), count, timeoutMillis);
        return Errno.EINTR.is(result) ? 0 : (int) Errno.check("poll", result, count + " descriptors");
    }

    /** Returns the indexes of those for which something came back, hang-ups and errors included. */
    BitSet ready() {
        BitSet ready = new BitSet(count);
        for (int i = 0; i < count; i++) {
            if (memory.get(ValueLayout.JAVA_SHORT, (long) i * SIZE + REVENTS) != 0) {
                ready.set(i);
            }
        }
        return ready;
    }
}
