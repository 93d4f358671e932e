package io.jarpipe.connection;

import io.jarpipe.MpConnection;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Transport;
import io.jarpipe.pickle.PickleCodec;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A connection over a pipe end or a stream socket. */
public final class StreamConnection implements MpConnection {
    private final Transport transport;
    private final boolean readable;
    private final boolean writable;
    private final PickleCodec codec;
    private final FrameReader reader;
    private final FrameWriter writer;
    // CPython leaves taking turns to the caller and corrupts the stream otherwise; a lock costs nothing beside a write.
    private final ReentrantLock reading = new ReentrantLock();
    private final ReentrantLock writing = new ReentrantLock();

    /**
     * Makes a connection of a transport, which it owns from now on.
     *
     * @param transport the pipe end or socket
     * @param readable whether it can receive
     * @param writable whether it can send
     * @param codec reads and writes the pickles
     * @param maxLength the longest message accepted, in bytes
     */
    public StreamConnection(Transport transport, boolean readable, boolean writable, PickleCodec codec, int maxLength) {
        this.transport = transport;
        this.readable = readable;
        this.writable = writable;
        this.codec = codec;
        this.reader = new FrameReader(transport, maxLength);
        this.writer = new FrameWriter(transport);
    }

    @Override
    public void send(@Nullable Object value) throws IOException, InterruptedException {
        byte[] pickle = codec.encode(value);
        boolean sent = false;
        try {
            sendBytes(pickle);
            sent = true;
        } finally {
            if (!sent) {
                codec.discard(pickle);
            }
        }
    }

    @Override
    public @Nullable Object recv() throws IOException, InterruptedException {
        return codec.decode(recvBytes());
    }

    @Override
    public void sendBytes(byte[] message, int offset, int size) throws IOException, InterruptedException {
        Objects.checkFromIndexSize(offset, size, message.length);
        check(writable, "connection is read-only");
        writing.lockInterruptibly();
        try {
            writer.write(new OutgoingFrame(message, offset, size));
        } finally {
            writing.unlock();
        }
    }

    @Override
    public byte[] recvBytes() throws IOException, InterruptedException {
        byte[] message = recvBytes(Deadline.NEVER);
        return Objects.requireNonNull(message, "an unbounded wait cannot time out");
    }

    /**
     * Receives one message as bytes if it begins in time.
     *
     * @param deadline how long to wait for its first byte
     * @return the bytes of the message; null when the deadline passed
     * @throws IOException as {@link #recvBytes()}
     * @throws InterruptedException when interrupted while waiting
     */
    public byte @Nullable [] recvBytes(Deadline deadline) throws IOException, InterruptedException {
        check(readable, "connection is write-only");
        reading.lockInterruptibly();
        try {
            return reader.read(deadline);
        } finally {
            reading.unlock();
        }
    }

    @Override
    public boolean poll() throws IOException {
        check(readable, "connection is write-only");
        return transport.isReadable();
    }

    @Override
    public boolean poll(@Nullable Duration timeout) throws IOException, InterruptedException {
        check(readable, "connection is write-only");
        Deadline deadline = Deadline.after(timeout);
        while (!transport.isReadable()) {
            if (!transport.awaitReadable(deadline)) {
                return false;
            }
        }
        return true;
    }

    private void check(boolean allowed, String otherwise) throws IOException {
        if (isClosed()) {
            throw new ClosedChannelException();
        }
        if (!allowed) {
            throw new IOException(otherwise);
        }
    }

    /**
     * Returns the pipe end or socket, which stays owned by the connection; descriptors are passed over it.
     *
     * @return the transport
     */
    public Transport transport() {
        return transport;
    }

    @Override
    public boolean readable() {
        return readable;
    }

    @Override
    public boolean writable() {
        return writable;
    }

    @Override
    public boolean isClosed() {
        return transport.fd().isClosed();
    }

    @Override
    public void close() {
        transport.close();
    }

    @Override
    public String toString() {
        return "Connection[" + transport.fd() + "]";
    }
}
