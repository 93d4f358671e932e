package io.jarpipe.pickle;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Collects a pickle in an array that grows. Numbers are little-endian unless said otherwise.
 *
 * <p>From protocol 4 on the pickle is divided into frames of about 64 KiB, as CPython writes them; large strings and
 * bytes stand outside of frames. Source: CPython {@code Lib/pickle.py, _Framer}.
 */
final class Output {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle DOUBLE = MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.BIG_ENDIAN);

    private static final int INITIAL_SIZE = 512;
    private static final int KEPT_SIZE = 1 << 18;
    private static final int MAX_SIZE = Integer.MAX_VALUE - 8;
    /** Room for what follows something large, so that the array need not grow again for it. */
    private static final long SLACK = 256;
    /** Frames end at the first value that begins behind this many bytes. */
    private static final int FRAME_SIZE = 1 << 16;
    /** Shorter frames are left out. */
    private static final int SMALLEST_FRAME = 4;

    private static final int FRAME_HEADER = 1 + Long.BYTES;
    private static final int NO_FRAME = -1;

    /** Bytes that stand before the one at {@code position} and are copied only when the pickle is complete. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Insertion(int position, byte[] content) {}

    private byte[] bytes = new byte[INITIAL_SIZE];
    /** How many bytes are in the array, without those that are to be inserted. */
    private int size;

    private final List<Insertion> insertions = new ArrayList<>();
    private int insertedSize;
    /** Length of the last pickle; the next large one is expected to be as long. */
    private int lastSize;

    private int frameStart = NO_FRAME;
    private int frameEnd = Integer.MAX_VALUE;

    void clear() {
        lastSize = size;
        if (bytes.length > KEPT_SIZE) {
            bytes = new byte[INITIAL_SIZE];
        }
        size = 0;
        insertions.clear();
        insertedSize = 0;
        frameStart = NO_FRAME;
        frameEnd = Integer.MAX_VALUE;
    }

    private void reserve(int count) {
        if (bytes.length - size < count) {
            grow(count);
        }
    }

    private void grow(int count) {
        checkSize(count);
        long wanted = Math.max(2L * bytes.length, size + count + SLACK);
        if (wanted > KEPT_SIZE) {
            wanted = Math.max(wanted, lastSize + SLACK);
        }
        bytes = Arrays.copyOf(bytes, (int) Math.min(MAX_SIZE, wanted));
    }

    private void checkSize(int count) {
        if (count > MAX_SIZE - size - insertedSize) {
            throw new Unencodable("pickle larger than 2 GiB");
        }
    }

    void write(int value) {
        reserve(1);
        bytes[size++] = (byte) value;
    }

    /** Writes two bytes: an opcode and its argument. */
    void write(int opcode, int argument) {
        reserve(2);
        bytes[size] = (byte) opcode;
        bytes[size + 1] = (byte) argument;
        size += 2;
    }

    void writeShort(int opcode, int argument) {
        reserve(1 + Short.BYTES);
        bytes[size] = (byte) opcode;
        SHORT.set(bytes, size + 1, (short) argument);
        size += 1 + Short.BYTES;
    }

    void writeInt(int opcode, int argument) {
        reserve(1 + Integer.BYTES);
        bytes[size] = (byte) opcode;
        INT.set(bytes, size + 1, argument);
        size += 1 + Integer.BYTES;
    }

    void writeLong(int opcode, long argument) {
        reserve(1 + Long.BYTES);
        bytes[size] = (byte) opcode;
        LONG.set(bytes, size + 1, argument);
        size += 1 + Long.BYTES;
    }

    /** Writes a big-endian double, the one big-endian number there is. */
    void writeDouble(int opcode, double argument) {
        reserve(1 + Double.BYTES);
        bytes[size] = (byte) opcode;
        DOUBLE.set(bytes, size + 1, argument);
        size += 1 + Double.BYTES;
    }

    /**
     * Writes bytes, which must not change until the pickle is complete: long ones outside of frames are copied then.
     */
    void write(byte[] source) {
        if (frameStart == NO_FRAME && source.length >= FRAME_SIZE) {
            checkSize(source.length);
            insertions.add(new Insertion(size, source));
            insertedSize += source.length;
        } else {
            write(source, 0, source.length);
        }
    }

    void write(byte[] source, int offset, int count) {
        reserve(count);
        System.arraycopy(source, offset, bytes, size, count);
        size += count;
    }

    /**
     * Writes a short text with a header of two bytes, an opcode and the length, if all its characters are ASCII.
     *
     * @return false if they are not; then nothing is written
     */
    boolean writeAscii(int opcode, String text) {
        int length = text.length();
        reserve(2 + length);
        byte[] target = bytes;
        int start = size + 2;
        for (int index = 0; index < length; index++) {
            char c = text.charAt(index);
            if (c >= 0x80) {
                return false;
            }
            target[start + index] = (byte) c;
        }
        target[size] = (byte) opcode;
        target[size + 1] = (byte) length;
        size = start + length;
        return true;
    }

    /** Begins a frame, and with it the division into frames. */
    void beginFrame() {
        reserve(FRAME_HEADER);
        frameStart = size;
        size += FRAME_HEADER;
        frameEnd = size + Math.min(FRAME_SIZE, MAX_SIZE - size);
    }

    /** Ends the frame at the border of a value if it is long enough. */
    void endLongFrame() {
        if (size >= frameEnd) {
            endFrame();
            beginFrame();
        }
    }

    /** Ends the frame, if there is one, because something large follows that stands outside; or the pickle ends. */
    void endFrame() {
        if (frameStart == NO_FRAME) {
            return;
        }
        int length = size - frameStart - FRAME_HEADER;
        if (length < SMALLEST_FRAME) {
            System.arraycopy(bytes, frameStart + FRAME_HEADER, bytes, frameStart, length);
            size -= FRAME_HEADER;
        } else {
            bytes[frameStart] = (byte) OpcodeBytes.FRAME;
            LONG.set(bytes, frameStart + 1, (long) length);
        }
        frameStart = NO_FRAME;
    }

    /** Says whether so many bytes stand outside of frames. */
    boolean isUnframed(int length) {
        return frameStart != NO_FRAME && length >= FRAME_SIZE;
    }

    byte[] toByteArray() {
        return insertions.isEmpty() ? Arrays.copyOf(bytes, size) : withInsertions();
    }

    private byte[] withInsertions() {
        checkSize(0); // what was written since the last insertion had room in the array
        byte[] whole = new byte[size + insertedSize];
        int from = 0;
        int to = 0;
        for (Insertion insertion : insertions) {
            int count = insertion.position() - from;
            System.arraycopy(bytes, from, whole, to, count);
            from += count;
            to += count;
            byte[] content = insertion.content();
            System.arraycopy(content, 0, whole, to, content.length);
            to += content.length;
        }
        System.arraycopy(bytes, from, whole, to, size - from);
        return whole;
    }
}
