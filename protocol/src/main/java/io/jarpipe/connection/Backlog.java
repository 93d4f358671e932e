package io.jarpipe.connection;

import io.jarpipe.os.NativeMemory;
import io.jarpipe.wire.FrameDescriptor;
import io.jarpipe.wire.FrameEncoder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.function.LongConsumer;

/**
 * Messages that wait to be written, framed, one behind the other in native memory: what a collector does not copy, and
 * what the kernel can take without another copy. It has no memory while it is empty.
 *
 * <p>For one thread at a time, except that what {@link #next} has returned may be written meanwhile.
 */
public final class Backlog {
    /** Chunks are twice as long as the one before, from this size to that; a longer frame has one of its own. */
    private static final long SMALLEST_CHUNK = 256 * 1024;

    private static final long LARGEST_CHUNK = 8 * 1024 * 1024;

    private static final ValueLayout.OfInt LENGTH = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG_LENGTH =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final LongConsumer whenWritten;
    private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();
    private int frames;
    /** How much of the first frame is left if it was begun, and otherwise 0. */
    private long rest;
    /** How long the body of the frame is that was begun. */
    private long begunBody;

    /** A piece of memory, with whole frames but for the first one, which may have been begun. */
    private static final class Chunk {
        private final MemorySegment memory;
        private long start;
        private long end;

        private Chunk(long size) {
            memory = NativeMemory.allocate(size);
        }

        private void append(OutgoingFrame frame) {
            end += frame.copyAll(memory.asSlice(end));
        }

        /** Returns the length of the body of the frame that begins somewhere. */
        private long bodyAt(long offset) {
            int length = memory.get(LENGTH, offset);
            return length == FrameDescriptor.EXTENDED_ESCAPE
                    ? memory.get(LONG_LENGTH, offset + FrameDescriptor.HEADER_SIZE)
                    : length;
        }
    }

    /**
     * Makes an empty one.
     *
     * @param whenWritten told the length of the body of each frame of which the last byte was written
     */
    public Backlog(LongConsumer whenWritten) {
        this.whenWritten = whenWritten;
    }

    /**
     * Copies what is left of a frame behind all others.
     *
     * @param frame not wholly written; it may have been begun if there is no other
     * @throws OutOfMemoryError when there is no native memory for it; nothing has changed then
     */
    public void add(OutgoingFrame frame) {
        Chunk chunk = chunks.peekLast();
        if (chunk == null || chunk.memory.byteSize() - chunk.end < frame.remaining()) {
            long size = chunk == null ? SMALLEST_CHUNK : Math.min(2 * chunk.memory.byteSize(), LARGEST_CHUNK);
            chunk = new Chunk(Math.max(size, frame.remaining()));
            chunks.add(chunk);
        }
        if (frame.isBegun()) {
            rest = frame.remaining();
            begunBody = frame.bodyLength();
        }
        chunk.append(frame);
        frames++;
    }

    /**
     * Returns how many frames are not wholly written.
     *
     * @return the number, with the one that was begun
     */
    public int size() {
        return frames;
    }

    /**
     * Tells whether a part of the first frame was written: only finishing it keeps the stream whole then.
     *
     * @return true from its first byte until its last
     */
    public boolean isBegun() {
        return rest > 0;
    }

    /**
     * Returns how long the body of the frame is that was begun.
     *
     * @return bytes, 0 if none was
     */
    public long begunBody() {
        return isBegun() ? begunBody : 0;
    }

    /**
     * Returns what is to be written next: what is left of the first frame, and more of them.
     *
     * @param most how many bytes, if that is more than what is left of the first one
     * @return native memory, which stays as it is until the frames in it are written or dropped; empty without frames
     */
    public MemorySegment next(long most) {
        Chunk chunk = chunks.peek();
        if (chunk == null) {
            return MemorySegment.NULL;
        }
        long end = chunk.start + rest;
        while (end < chunk.end) {
            long following = end + frameLength(chunk.bodyAt(end));
            if (end > chunk.start && following - chunk.start > most) {
                break;
            }
            end = following;
        }
        return chunk.memory.asSlice(chunk.start, end - chunk.start);
    }

    /**
     * Notes that some bytes were written.
     *
     * @param count how many of what {@link #next} has returned
     */
    public void advance(long count) {
        for (long left = count; left > 0; ) {
            Chunk chunk = chunks.getFirst();
            if (rest == 0) {
                begunBody = chunk.bodyAt(chunk.start);
                rest = frameLength(begunBody);
            }
            long part = Math.min(rest, left);
            chunk.start += part;
            rest -= part;
            left -= part;
            if (rest == 0) {
                frames--;
                whenWritten.accept(begunBody);
            }
            if (chunk.start == chunk.end) {
                NativeMemory.free(chunks.remove().memory);
            }
        }
    }

    private static long frameLength(long body) {
        return FrameEncoder.headerSize(body) + body;
    }

    /**
     * Drops all frames but one that was begun.
     *
     * @return how many were dropped
     */
    public int dropWhole() {
        if (!isBegun()) {
            int dropped = frames;
            drop();
            return dropped;
        }
        Chunk first = chunks.remove();
        first.end = first.start + rest;
        int dropped = frames - 1;
        freeAll();
        chunks.add(first);
        frames = 1;
        return dropped;
    }

    /** Drops everything: the stream is not whole any more if a frame was begun. */
    public void drop() {
        freeAll();
        frames = 0;
        rest = 0;
    }

    private void freeAll() {
        for (Chunk chunk : chunks) {
            NativeMemory.free(chunk.memory);
        }
        chunks.clear();
    }
}
