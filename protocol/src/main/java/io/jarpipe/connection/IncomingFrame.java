package io.jarpipe.connection;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * A message on its way in, whose header has come: how much of it was received, and how much of that went on to whoever
 * receives it. In between, bytes are kept only for a receiver that gets all of them as one array, or that gave up
 * waiting.
 */
final class IncomingFrame {
    /** How much the array grows at least: what one read brings. */
    private static final int STEP = 64 * 1024;
    /**
     * By how much it grows: what is copied on the way is a third of the message, and four times what has come is
     * claimed.
     */
    private static final long GROWTH = 4;

    private static final byte[] EMPTY = new byte[0];

    private final long length;
    private byte[] kept = EMPTY;
    private int keptLength;
    /** Bytes that were received; those before {@code passed} are the receiver's, or dropped. */
    private long received;

    private long passed;
    private boolean dropped;

    IncomingFrame(long length) {
        this.length = length;
    }

    long length() {
        return length;
    }

    /** Returns how many bytes are still to be read from the stream. */
    long missing() {
        return length - received;
    }

    /** Returns how many bytes the receiver has not got. */
    long remaining() {
        return length - passed;
    }

    boolean isReceived() {
        return received == length;
    }

    /** Tells whether no byte of the body has come. */
    boolean isAtBoundary() {
        return received == 0;
    }

    /** Drops what has come and what will come. */
    void drop() {
        dropped = true;
        kept = EMPTY;
        keptLength = 0;
    }

    boolean isDropped() {
        return dropped;
    }

    /** Tells whether there is no room for what the next read brings. */
    boolean isFull() {
        return !dropped && kept.length < nextLength();
    }

    private int nextLength() {
        return (int) Math.min(length, (long) keptLength + STEP);
    }

    /** Makes room before a read: if the heap is exhausted, nothing is lost. So many bytes are there to be read. */
    void makeRoom(long come) {
        int room = (int) Math.min(length, Math.max(nextLength(), GROWTH * (keptLength + come)));
        kept = keptLength == 0 ? new byte[room] : Arrays.copyOf(kept, room);
    }

    /** Keeps so many bytes that were read, for which there is room; or drops them. */
    void keep(MemorySegment bytes, int count) {
        if (!dropped) {
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, 0, kept, keptLength, count);
            keptLength += count;
        }
        received += count;
    }

    /** Returns the whole body, kept from its first byte to its last. */
    byte[] body() {
        return kept;
    }

    /** Gives the receiver bytes that are kept; returns how many, 0 when there are none. */
    int passKept(MemorySegment target) {
        if (passed >= keptLength) {
            kept = EMPTY;
            keptLength = 0;
            return 0;
        }
        int count = (int) Math.min(target.byteSize(), keptLength - passed);
        MemorySegment.copy(MemorySegment.ofArray(kept), passed, target, 0, count);
        passed += count;
        return count;
    }

    /** Counts bytes that went from the stream straight to the receiver. */
    void pass(long count) {
        received += count;
        passed += count;
    }
}
