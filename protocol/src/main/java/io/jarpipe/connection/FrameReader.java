package io.jarpipe.connection;

import io.jarpipe.os.Deadline;
import io.jarpipe.os.IoBuffer;
import io.jarpipe.os.Transport;
import io.jarpipe.os.Transport.Waiting;
import io.jarpipe.wire.FrameDecoder;
import java.io.EOFException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads one message at a time from a transport, never a byte beyond it: the rest of the stream may be another reader's.
 *
 * <p>For one thread at a time. The transport belongs to the caller.
 */
public final class FrameReader {
    private final Transport transport;
    private final FrameDecoder decoder;

    /**
     * Reads from a transport.
     *
     * @param transport where the messages come from
     * @param maxLength the longest message accepted, in bytes
     */
    public FrameReader(Transport transport, int maxLength) {
        this.transport = transport;
        this.decoder = new FrameDecoder(maxLength, FrameDecoder.OverLimit.DRAIN);
    }

    /**
     * Reads the next message, waiting for its first byte until the deadline, and for the rest as long as it takes.
     *
     * @param deadline how long to wait for the beginning
     * @return the message without its header; null when the deadline passed before it began
     * @throws EOFException when the stream ends before a message
     * @throws io.jarpipe.ProtocolException when it ends inside a message, or the announced length is impossible, or
     *     beyond the limit (the message is then skipped, and the next one can be read)
     * @throws IOException when the transport is closed or fails
     * @throws InterruptedException when interrupted before the first byte
     */
    public byte @Nullable [] read(Deadline deadline) throws IOException, InterruptedException {
        while (true) {
            try (IoBuffer buffer = IoBuffer.borrow()) {
                if (readSome(buffer, Deadline.NOW, Waiting.INTERRUPTIBLE)) {
                    return finish(buffer);
                }
            }
            if (!transport.awaitReadable(deadline)) {
                return null;
            }
        }
    }

    private byte[] finish(IoBuffer buffer) throws IOException, InterruptedException {
        while (!decoder.isComplete()) {
            readSome(buffer, Deadline.NEVER, Waiting.UNTIL_COMPLETE);
        }
        return decoder.take();
    }

    private boolean readSome(IoBuffer buffer, Deadline deadline, Waiting waiting)
            throws IOException, InterruptedException {
        long length = transport.read(buffer.address(), Math.min(decoder.wanted(), IoBuffer.SIZE), deadline, waiting);
        if (length < 0) {
            return false;
        }
        if (length == 0) {
            throw decoder.endOfStream();
        }
        decoder.feed(buffer.bytes().limit((int) length));
        return true;
    }
}
