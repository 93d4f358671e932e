package io.jarpipe.pickle;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Reads integers that follow one another, as in lists. Which opcode comes next, and so how long it is, no processor can
 * predict where small numbers and large ones are mixed: so eight bytes are read whatever comes, and what is too much is
 * masked.
 */
final class IntegerRuns {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** LONG1 with the length of its number and eight bytes: so much can be read at once. */
    private static final int LONGEST = 2 + Long.BYTES;

    /** By opcode: the length of the number in bytes, 0 for other opcodes and for LONG1, which says it itself. */
    private static final byte[] WIDTHS = new byte[256];

    private static final int SMALLEST_CACHED = -128;
    private static final int LARGEST_CACHED = 1023;
    private static final Long[] CACHED = new Long[LARGEST_CACHED - SMALLEST_CACHED + 1];

    static {
        WIDTHS[OpcodeBytes.BININT1] = Byte.BYTES;
        WIDTHS[OpcodeBytes.BININT2] = Short.BYTES;
        WIDTHS[OpcodeBytes.BININT] = Integer.BYTES;
        for (int index = 0; index < CACHED.length; index++) {
            CACHED[index] = (long) index + SMALLEST_CACHED;
        }
    }

    private IntegerRuns() {}

    /** Returns how many bytes follow BININT1, BININT2 and BININT. */
    static int width(int opcode) {
        return WIDTHS[opcode];
    }

    /** Reads the number of one of these; of four bytes it is signed. */
    static Long read(byte[] pickle, int position, int width) {
        int number = 0;
        for (int index = width - 1; index >= 0; index--) {
            number = (number << Byte.SIZE) | (pickle[position + index] & 0xff);
        }
        return integer(number);
    }

    /**
     * Reads integers as long as one follows the other, has enough behind it, and finds room on the stack; what does not
     * is left to the loop over all opcodes.
     *
     * @param values the stack
     * @param size how many values are on it
     * @param state gets to know how many there are now
     * @return the position behind the last one
     */
    static int read(byte[] pickle, int position, @Nullable Object[] values, int size, DecoderState state) {
        int last = pickle.length - LONGEST;
        int at = position;
        int end = size;
        while (at <= last && end < values.length) {
            int width = WIDTHS[pickle[at] & 0xff];
            int header = 1;
            if (width == 0) {
                width = pickle[at + 1];
                header = 2;
                if (pickle[at] != (byte) OpcodeBytes.LONG1 || width <= 0 || width > Long.BYTES) {
                    break;
                }
            }
            int spare = Long.SIZE - Byte.SIZE * width;
            long number = (long) LONG.get(pickle, at + header) << spare;
            values[end++] = integer(width < Integer.BYTES && header == 1 ? number >>> spare : number >> spare);
            at += header + width;
        }
        state.size = end;
        return at;
    }

    private static Long integer(long number) {
        return number >= SMALLEST_CACHED && number <= LARGEST_CACHED
                ? CACHED[(int) number - SMALLEST_CACHED]
                : Long.valueOf(number);
    }
}
