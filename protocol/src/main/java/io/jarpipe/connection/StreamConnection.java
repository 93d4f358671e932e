package io.jarpipe.connection;

import io.jarpipe.MpConnection;
import io.jarpipe.MpMessageStream;
import io.jarpipe.binding.Converter;
import io.jarpipe.binding.Converters;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Flow;
import io.jarpipe.os.Leaks;
import io.jarpipe.os.Transport;
import io.jarpipe.pickle.PickleCodec;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A connection over a pipe end or a stream socket. */
public final class StreamConnection implements MpConnection, CurrentProcess.Resource {
    private final Transport transport;
    private final boolean writable;
    private final PickleCodec codec;
    private final ReceivingEnd receiving;
    private final SendingEnd sending;
    private final Leaks.Watch watch;
    private volatile boolean readable;

    /**
     * Makes a connection of a transport, which it owns from now on; also when this fails.
     *
     * @param transport the pipe end or socket
     * @param readable whether it can receive
     * @param writable whether it can send
     * @param codec reads and writes the pickles
     * @param maxLength the longest message received as an object or an array, in bytes; a longer one is skipped with an
     *     error, or received as a stream or into native memory
     * @throws IllegalArgumentException when it could neither receive nor send
     */
    public StreamConnection(Transport transport, boolean readable, boolean writable, PickleCodec codec, int maxLength) {
        if (!readable && !writable) {
            transport.close();
            throw new IllegalArgumentException("at least one of `readable` and `writable` must be true");
        }
        this.transport = transport;
        this.readable = readable;
        this.writable = writable;
        this.codec = codec;
        this.receiving = new ReceivingEnd(transport, maxLength, this::stopReceiving);
        this.sending = new SendingEnd(transport, this::close);
        this.watch = Leaks.watch(this, new Holdings(transport));
    }

    /** What a forgotten connection leaves behind. */
    private record Holdings(Transport transport) implements Leaks.Holdings {
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

    @Override
    public void send(@Nullable Object value) throws IOException, InterruptedException {
        checkWritable();
        byte[] pickle = codec.encode(value);
        boolean sent = false;
        try {
            sending.send(MemorySegment.ofArray(pickle));
            sent = true;
        } finally {
            if (!sent) {
                codec.discard(pickle);
            }
        }
    }

    @Override
    public void sendBytes(byte[] message, int offset, int size) throws IOException, InterruptedException {
        checkWritable();
        Objects.checkFromIndexSize(offset, size, message.length);
        sending.send(MemorySegment.ofArray(message).asSlice(offset, size));
    }

    @Override
    public void sendBytes(MemorySegment message) throws IOException, InterruptedException {
        checkWritable();
        sending.send(message);
    }

    @Override
    public void sendStream(InputStream source, long length) throws IOException, InterruptedException {
        checkWritable();
        if (length < 0) {
            throw new IllegalArgumentException("length: " + length + " (expected: >= 0)");
        }
        sending.send(source, length);
    }

    @Override
    public @Nullable Object recv() throws IOException, InterruptedException {
        return codec.decode(recvBytes());
    }

    @Override
    @SuppressWarnings("unchecked") // the converter makes instances of the type
    public <T> @Nullable T recv(Class<T> type) throws IOException, InterruptedException {
        Converter converter = Converters.of(type);
        return (T) converter.convert(codec.decode(recvBytes(), converter.wanted()), "message");
    }

    @Override
    public @Nullable Object recv(@Nullable Duration timeout)
            throws IOException, InterruptedException, TimeoutException {
        return codec.decode(recvBytes(timeout));
    }

    @Override
    public byte[] recvBytes() throws IOException, InterruptedException {
        byte[] message = recvBytes(Deadline.NEVER);
        return Objects.requireNonNull(message, "an unbounded wait cannot time out");
    }

    @Override
    public byte[] recvBytes(@Nullable Duration timeout) throws IOException, InterruptedException, TimeoutException {
        byte[] message = recvBytes(Deadline.after(timeout));
        if (message == null) {
            throw new TimeoutException("no whole message came within " + timeout);
        }
        return message;
    }

    /**
     * Receives one message as bytes if all of it comes in time.
     *
     * @param deadline how long to wait for it
     * @return the bytes of the message; null when the deadline passed: the next receive goes on with what has come
     * @throws IOException as {@link #recvBytes()}
     * @throws InterruptedException when interrupted while waiting
     */
    public byte @Nullable [] recvBytes(Deadline deadline) throws IOException, InterruptedException {
        checkReadable();
        return receiving.receive(deadline);
    }

    @Override
    public byte[] recvBytes(int maxLength) throws IOException, InterruptedException {
        checkReadable();
        if (maxLength < 0) {
            throw new IllegalArgumentException("negative maxlength: " + maxLength);
        }
        return receiving.receive(maxLength);
    }

    @Override
    public int recvBytesInto(byte[] buffer, int offset) throws IOException, InterruptedException {
        checkReadable();
        Objects.checkFromToIndex(offset, buffer.length, buffer.length);
        return (int) receiving.receiveInto(MemorySegment.ofArray(buffer).asSlice(offset));
    }

    @Override
    public long recvBytesInto(MemorySegment target) throws IOException, InterruptedException {
        checkReadable();
        return receiving.receiveInto(target);
    }

    @Override
    public MpMessageStream recvStream() throws IOException, InterruptedException {
        checkReadable();
        return receiving.receiveStream();
    }

    @Override
    public boolean poll() throws IOException {
        checkReadable();
        try {
            return transport.isReadable();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public boolean poll(@Nullable Duration timeout) throws IOException, InterruptedException {
        checkReadable();
        Deadline deadline = Deadline.after(timeout);
        try {
            while (!transport.isReadable()) {
                if (!transport.awaitReadable(deadline)) {
                    return false;
                }
            }
            return true;
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private void checkReadable() throws IOException {
        checkOpen();
        if (!readable) {
            throw new IOException("connection is write-only");
        }
    }

    private void checkWritable() throws IOException {
        checkOpen();
        if (!writable) {
            throw new IOException("connection is read-only");
        }
    }

    private void checkOpen() throws ClosedChannelException {
        if (isClosed()) {
            throw new ClosedChannelException();
        }
    }

    /**
     * What CPython's {@code _bad_message_length} does: nothing can be received behind a message that was left unread.
     */
    private void stopReceiving() {
        if (writable) {
            readable = false;
        } else {
            close();
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
    public int fileno() throws ClosedChannelException {
        checkOpen();
        return transport.fd().number();
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

    /**
     * Counts from now on what goes through this connection.
     *
     * @param flow where to
     */
    public void countInto(Flow flow) {
        transport.countInto(flow);
    }

    @Override
    public void close() {
        watch.end(this);
        transport.close();
    }

    @Override
    public String toString() {
        return "Connection[" + transport.fd() + "]";
    }
}
