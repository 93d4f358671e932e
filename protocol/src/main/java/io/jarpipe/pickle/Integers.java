package io.jarpipe.pickle;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.nio.ByteOrder;

/** Reads integers as LONG1 and LONG4 hold them: two's complement, little-endian, of any length. */
final class Integers {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Integers() {}

    /** Returns a Long if the number fits, else a BigInteger. */
    static Object of(byte[] twosComplement) {
        return read(twosComplement, 0, twosComplement.length);
    }

    /** Returns a Long if the number fits, else a BigInteger. */
    static Object read(byte[] bytes, int start, int length) {
        if (length > Long.BYTES) {
            byte[] bigEndian = new byte[length];
            for (int index = 0; index < length; index++) {
                bigEndian[length - 1 - index] = bytes[start + index];
            }
            return TextForms.normalized(new BigInteger(bigEndian));
        }
        if (length > 0 && bytes.length - start >= Long.BYTES) {
            int unused = Long.SIZE - Byte.SIZE * length;
            return (long) LONG.get(bytes, start) << unused >> unused;
        }
        long number = length > 0 && bytes[start + length - 1] < 0 ? -1 : 0;
        for (int index = start + length - 1; index >= start; index--) {
            number = number << Byte.SIZE | (bytes[index] & 0xff);
        }
        return number;
    }
}
