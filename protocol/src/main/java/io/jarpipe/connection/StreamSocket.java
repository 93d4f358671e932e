package io.jarpipe.connection;

import io.jarpipe.MpSocket;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.IoBuffer;
import io.jarpipe.os.Transport;
import io.jarpipe.os.Transport.Waiting;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A stream socket as a pair of byte streams. */
public final class StreamSocket implements MpSocket {
    private final Transport transport;
    private final Kind kind;
    private final InputStream input = new Input();
    private final OutputStream output = new Output();

    /**
     * What Python's {@code socket.socket} remembers beside the descriptor, as Python has pickled it: numbers, or
     * recipes of enum members.
     *
     * @param family the address family
     * @param type the socket type
     * @param protocol the protocol number
     */
    public record Kind(
            @Nullable Object family,
            @Nullable Object type,
            @Nullable Object protocol) {}

    /**
     * Makes a socket of a transport, which it owns from now on.
     *
     * @param transport a stream socket
     * @param kind kept for those it is passed on to
     */
    public StreamSocket(Transport transport, Kind kind) {
        this.transport = transport;
        this.kind = kind;
    }

    private final class Input extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, target.length);
            if (length == 0) {
                return 0;
            }
            try {
                while (true) {
                    int count = readNow(target, offset, length);
                    if (count != 0) {
                        return count;
                    }
                    transport.awaitReadable(Deadline.NEVER);
                }
            } catch (InterruptedException e) {
                throw interrupted("reading from");
            }
        }

        /** Reads what is there: -1 at the end of the stream, 0 when there is nothing yet. */
        private int readNow(byte[] target, int offset, int length) throws IOException, InterruptedException {
            try (IoBuffer buffer = IoBuffer.borrow()) {
                int most = Math.min(length, IoBuffer.SIZE);
                int count = (int) transport.read(buffer.address(), most, Deadline.NOW, Waiting.INTERRUPTIBLE);
                if (count <= 0) {
                    return count == 0 ? -1 : 0;
                }
                buffer.bytes().get(target, offset, count);
                return count;
            }
        }

        @Override
        public void close() {
            StreamSocket.this.close();
        }
    }

    private final class Output extends OutputStream {
        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, source.length);
            int written = 0;
            try (IoBuffer buffer = IoBuffer.borrow()) {
                while (written < length) {
                    int most = Math.min(length - written, IoBuffer.SIZE);
                    buffer.bytes().put(source, offset + written, most);
                    written += (int) transport.write(buffer.address(), most, Deadline.NEVER, Waiting.INTERRUPTIBLE);
                }
            } catch (InterruptedException e) {
                InterruptedIOException interrupted = interrupted("writing to");
                interrupted.bytesTransferred = written;
                throw interrupted;
            }
        }

        @Override
        public void close() {
            StreamSocket.this.close();
        }
    }

    private InterruptedIOException interrupted(String action) {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted while " + action + " " + this);
    }

    @Override
    public InputStream inputStream() {
        return input;
    }

    @Override
    public OutputStream outputStream() {
        return output;
    }

    @Override
    public void shutdownOutput() throws IOException {
        transport.shutdownOutput();
    }

    /**
     * Returns the socket, which stays owned by this object; descriptors are passed on from it.
     *
     * @return the transport
     */
    public Transport transport() {
        return transport;
    }

    /**
     * Returns what Python remembers of the socket.
     *
     * @return family, type and protocol
     */
    public Kind kind() {
        return kind;
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
        return "Socket[" + transport.fd() + "]";
    }
}
