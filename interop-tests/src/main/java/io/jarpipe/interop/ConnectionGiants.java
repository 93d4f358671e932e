package io.jarpipe.interop;

import io.jarpipe.MpConnection;
import io.jarpipe.MpMessageStream;
import io.jarpipe.PyTuple;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.zip.CRC32;

/** Messages longer than a Java array, in a heap that could not hold a tenth of them. */
public final class ConnectionGiants {
    private static final int PIECE = 1 << 20;

    private ConnectionGiants() {}

    /** Receives one message as a stream; sends its length, its checksum and the most the heap may hold. */
    public static void receiveStream(MpConnection from, MpConnection result) throws IOException, InterruptedException {
        CRC32 checksum = new CRC32();
        try (MpMessageStream message = from.recvStream()) {
            byte[] piece = new byte[PIECE];
            for (int count = message.read(piece); count >= 0; count = message.read(piece)) {
                checksum.update(piece, 0, count);
            }
            result.send(PyTuple.of(
                    message.length(), checksum.getValue(), Runtime.getRuntime().maxMemory()));
        }
    }

    /** Receives one message of known length into native memory; sends its length and checksum. */
    public static void receiveNative(MpConnection from, MpConnection result, long length)
            throws IOException, InterruptedException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(length);
            long received = from.recvBytesInto(memory);
            result.send(
                    PyTuple.of(received, checksum(memory), Runtime.getRuntime().maxMemory()));
        }
    }

    /** Sends one message of a byte that repeats, as a stream or from native memory. */
    public static void send(MpConnection to, long length, boolean asStream) throws IOException, InterruptedException {
        if (asStream) {
            to.sendStream(new Repeating((byte) 'j'), length);
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            to.sendBytes(arena.allocate(length).fill((byte) 'j'));
        }
    }

    private static long checksum(MemorySegment memory) {
        CRC32 checksum = new CRC32();
        byte[] piece = new byte[PIECE];
        for (long done = 0; done < memory.byteSize(); done += PIECE) {
            int count = (int) Math.min(PIECE, memory.byteSize() - done);
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, done, piece, 0, count);
            checksum.update(piece, 0, count);
        }
        return checksum.getValue();
    }

    /** An endless stream of one byte. */
    private static final class Repeating extends InputStream {
        private final byte value;

        Repeating(byte value) {
            this.value = value;
        }

        @Override
        public int read() {
            return value;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            Arrays.fill(target, offset, offset + length, value);
            return length;
        }
    }
}
