package io.jarpipe.connection;

import io.jarpipe.os.Deadline;
import io.jarpipe.os.Fd;
import io.jarpipe.os.IoBuffer;
import io.jarpipe.os.Sockets;
import io.jarpipe.os.Transport;
import io.jarpipe.os.Transport.Waiting;
import io.jarpipe.pickle.RazorvineCodec;
import java.io.IOException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

/** A connection under test and the raw other end of its stream, on which bytes are written and read one by one. */
record Peer(StreamConnection connection, Transport raw) implements AutoCloseable {
    static final int LIMIT = 1 << 20;
    private static final Deadline SOON = Deadline.after(Duration.ofSeconds(60));

    /** What carries the bytes. */
    enum Kind {
        PIPE,
        SOCKET;

        List<Fd> open() throws IOException {
            return this == PIPE ? Sockets.pipe() : Sockets.socketPair();
        }
    }

    /** Makes a connection that receives: from a pipe nothing else, from a socket it may also send. */
    static Peer receiving(Kind kind) throws IOException {
        return receiving(kind, LIMIT);
    }

    static Peer receiving(Kind kind, int limit) throws IOException {
        List<Fd> ends = kind.open();
        boolean duplex = kind == Kind.SOCKET;
        Transport raw = Transport.adopt(ends.get(1), duplex, true);
        Transport transport = Transport.adopt(ends.get(0), true, duplex);
        return new Peer(new StreamConnection(transport, true, duplex, new RazorvineCodec(), limit), raw);
    }

    /** Makes a connection that sends: into a pipe nothing else, into a socket it may also receive. */
    static Peer sending(Kind kind) throws IOException {
        List<Fd> ends = kind.open();
        boolean duplex = kind == Kind.SOCKET;
        Transport raw = Transport.adopt(ends.get(0), true, duplex);
        Transport transport = Transport.adopt(ends.get(1), duplex, true);
        return new Peer(new StreamConnection(transport, duplex, true, new RazorvineCodec(), LIMIT), raw);
    }

    static byte[] hex(String bytes) {
        return HexFormat.of().parseHex(bytes.replace(" ", ""));
    }

    /** Returns bytes that are not the same at any two places near each other. */
    static byte[] pattern(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + i / 256);
        }
        return bytes;
    }

    void write(String hex) throws IOException, InterruptedException {
        write(hex(hex));
    }

    void write(byte[] bytes) throws IOException, InterruptedException {
        try (IoBuffer buffer = IoBuffer.borrow()) {
            for (int done = 0; done < bytes.length; ) {
                int size = Math.min(IoBuffer.SIZE, bytes.length - done);
                buffer.bytes().put(bytes, done, size);
                done += (int) raw.write(buffer.address(), size, SOON, Waiting.INTERRUPTIBLE);
            }
        }
    }

    /** Reads exactly so many bytes. */
    byte[] read(int length) throws IOException, InterruptedException {
        byte[] bytes = new byte[length];
        try (IoBuffer buffer = IoBuffer.borrow()) {
            for (int done = 0; done < length; ) {
                long size = Math.min(IoBuffer.SIZE, length - done);
                int count = (int) raw.read(buffer.address(), size, SOON, Waiting.INTERRUPTIBLE);
                if (count <= 0) {
                    throw new IOException("got " + done + " bytes (expected: " + length + ")");
                }
                buffer.bytes().get(bytes, done, count);
                done += count;
            }
        }
        return bytes;
    }

    @Override
    public void close() {
        connection.close();
        raw.close();
    }
}
