package io.jarpipe.pickle;

import java.io.OutputStream;
import java.util.Arrays;

/** Collects a pickle in an array that grows. Numbers are little-endian. */
final class Output extends OutputStream {
    private static final int INITIAL_SIZE = 256;
    private static final int MAX_SIZE = Integer.MAX_VALUE - 8;

    private byte[] bytes = new byte[INITIAL_SIZE];
    private int size;

    private void reserve(int count) {
        if (bytes.length - size >= count) {
            return;
        }
        if (count > MAX_SIZE - size) {
            throw new Unencodable("pickle larger than 2 GiB");
        }
        bytes = Arrays.copyOf(bytes, (int) Math.min(MAX_SIZE, Math.max(2L * bytes.length, (long) size + count)));
    }

    @Override
    public void write(int value) {
        reserve(1);
        bytes[size++] = (byte) value;
    }

    @Override
    public void write(byte[] source) {
        write(source, 0, source.length);
    }

    @Override
    public void write(byte[] source, int offset, int count) {
        reserve(count);
        System.arraycopy(source, offset, bytes, size, count);
        size += count;
    }

    void write(Opcode opcode) {
        write(opcode.code());
    }

    void writeInt(int value) {
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            write(value >>> shift);
        }
    }

    byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }
}
