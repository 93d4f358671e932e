package io.jarpipe.connection;

import io.jarpipe.os.Deadline;
import io.jarpipe.os.IoBuffer;
import io.jarpipe.os.Transport;
import io.jarpipe.os.Transport.Waiting;
import java.io.IOException;

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
                Waiting waiting = frame.isBegun() ? Waiting.UNTIL_COMPLETE : Waiting.INTERRUPTIBLE;
                writeSome(frame, buffer, Deadline.NEVER, waiting);
            }
        }
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
                writeSome(frame, buffer, Deadline.NEVER, Waiting.UNTIL_COMPLETE);
            }
        }
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
                if (writeSome(frame, buffer, Deadline.NOW, Waiting.UNTIL_COMPLETE) == 0) {
                    return false;
                }
            }
            return true;
        }
    }

    private long writeSome(OutgoingFrame frame, IoBuffer buffer, Deadline deadline, Waiting waiting)
            throws IOException, InterruptedException {
        int length = frame.copyTo(buffer.bytes());
        long written = transport.write(buffer.address(), length, deadline, waiting);
        frame.advance((int) written);
        return written;
    }
}
