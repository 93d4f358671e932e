package io.jarpipe.connection;

import io.jarpipe.os.Deadline;
import io.jarpipe.os.Flow.Direction;
import io.jarpipe.os.IoBuffer;
import io.jarpipe.os.Transport;
import io.jarpipe.os.Transport.Waiting;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;

/**
 * Writes messages to a transport; small ones in one write, as CPython does and expects.
 *
 * <p>For one thread at a time. The transport belongs to the caller.
 */
public final class FrameWriter {
    private final Transport transport;

    /**
     * Writes to a transport.
     *
     * @param transport where the messages go
     */
    public FrameWriter(Transport transport) {
        this.transport = transport;
    }

    /**
     * Writes a whole message, waiting for room.
     *
     * @param frame the message; complete when this method returns normally
     * @throws io.jarpipe.MpBrokenPipeException when nobody can read it any more
     * @throws IOException when the transport is closed or fails
     * @throws InterruptedException when interrupted before the first byte was written
     */
    public void write(OutgoingFrame frame) throws IOException, InterruptedException {
        try (IoBuffer buffer = IoBuffer.borrow()) {
            while (!frame.isWritten()) {
                writeChunk(frame, buffer, Deadline.NEVER);
            }
        }
        count(frame);
    }

    /**
     * Writes what is left of a message, waiting for room; nothing but closing the transport ends the wait.
     *
     * @param frame the message; complete when this method returns normally
     * @throws io.jarpipe.MpBrokenPipeException when nobody can read it any more
     * @throws IOException when the transport is closed or fails
     * @throws InterruptedException never: an interrupt stays pending
     */
    public void finish(OutgoingFrame frame) throws IOException, InterruptedException {
        try (IoBuffer buffer = IoBuffer.borrow()) {
            while (!frame.isWritten()) {
                writeChunk(frame, buffer, Deadline.NEVER, Waiting.UNTIL_COMPLETE);
            }
        }
        count(frame);
    }

    /**
     * Writes as many messages as there is room for now, in one write; does not wait.
     *
     * @param frames messages with their headers, one behind the other in native memory; the first may have been begun
     * @return how many bytes were written
     * @throws io.jarpipe.MpBrokenPipeException when nobody can read them any more
     * @throws IOException when the transport is closed or fails
     * @throws InterruptedException never: an interrupt stays pending
     */
    public long writeNow(MemorySegment frames) throws IOException, InterruptedException {
        return transport.write(frames.address(), frames.byteSize(), Deadline.NOW, Waiting.UNTIL_COMPLETE);
    }

    /**
     * Counts a message that {@link #writeNow(MemorySegment)} has completed.
     *
     * @param bodyLength its length in bytes without the header
     */
    public void count(long bodyLength) {
        transport.count(Direction.OUT, bodyLength);
    }

    /**
     * Waits until there may be room to write; nothing but closing the transport ends the wait early.
     *
     * @param deadline how long to wait
     * @throws IOException when the transport is closed or fails
     * @throws InterruptedException never: an interrupt stays pending
     */
    public void awaitRoom(Deadline deadline) throws IOException, InterruptedException {
        transport.awaitWritable(deadline, Waiting.UNTIL_COMPLETE);
    }

    /**
     * Writes as much of a message as fits now, without waiting.
     *
     * @param frame the message
     * @return whether it is complete
     * @throws io.jarpipe.MpBrokenPipeException when nobody can read it any more
     * @throws IOException when the transport is closed or fails
     * @throws InterruptedException never: an interrupt stays pending
     */
    public boolean writeNow(OutgoingFrame frame) throws IOException, InterruptedException {
        try (IoBuffer buffer = IoBuffer.borrow()) {
            while (!frame.isWritten()) {
                if (!writeChunk(frame, buffer, Deadline.NOW, Waiting.UNTIL_COMPLETE)) {
                    return false;
                }
            }
        }
        count(frame);
        return true;
    }

    private void count(OutgoingFrame frame) {
        if (frame.hasHeader()) {
            transport.count(Direction.OUT, frame.bodyLength());
        } else {
            transport.countRest(Direction.OUT, frame.bodyLength());
        }
    }

    /**
     * Writes a message whose bytes come from a stream, holding no more of them than a buffer at a time.
     *
     * @param source where the bytes come from; neither read beyond the message nor closed
     * @param length how many they are
     * @throws EOFException when the source has fewer. If it ends, or fails, within the first 64 KiB, nothing was
     *     written; later the message can be neither completed nor taken back, and the transport is closed
     * @throws io.jarpipe.MpBrokenPipeException when nobody can read it any more
     * @throws IOException when the transport is closed or fails
     * @throws InterruptedException when interrupted before the first byte was written
     */
    public void write(InputStream source, long length) throws IOException, InterruptedException {
        byte[] piece = new byte[(int) Math.min(length, IoBuffer.SIZE)];
        fill(piece, piece.length, source, 0, length);
        write(OutgoingFrame.beginning(length, piece));
        boolean whole = false;
        try {
            for (long done = piece.length; done < length; ) {
                int size = (int) Math.min(piece.length, length - done);
                fill(piece, size, source, done, length);
                finish(OutgoingFrame.continuation(piece, size));
                done += size;
            }
            whole = true;
        } finally {
            if (!whole) {
                transport.close();
            }
        }
    }

    private static void fill(byte[] piece, int size, InputStream source, long done, long length) throws IOException {
        int count = source.readNBytes(piece, 0, size);
        if (count < size) {
            throw new EOFException("the source ended after " + (done + count) + " bytes (expected: " + length + ")");
        }
    }

    private void writeChunk(OutgoingFrame frame, IoBuffer buffer, Deadline deadline)
            throws IOException, InterruptedException {
        writeChunk(frame, buffer, deadline, frame.isBegun() ? Waiting.UNTIL_COMPLETE : Waiting.INTERRUPTIBLE);
    }

    /** Writes the next portion; false when the deadline passed before all of it was written. */
    private boolean writeChunk(OutgoingFrame frame, IoBuffer buffer, Deadline deadline, Waiting waiting)
            throws IOException, InterruptedException {
        if (frame.isDirect()) {
            long count = transport.write(frame.rest(), deadline, waiting);
            frame.advance(count);
            return count > 0;
        }
        long length = frame.copyTo(buffer.memory());
        Waiting now = waiting;
        for (long done = 0; done < length; ) {
            long count = transport.write(buffer.address() + done, length - done, deadline, now);
            if (count == 0) {
                return false;
            }
            frame.advance(count);
            done += count;
            now = Waiting.UNTIL_COMPLETE;
        }
        return true;
    }
}
