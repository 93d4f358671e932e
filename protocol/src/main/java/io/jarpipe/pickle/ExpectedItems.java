package io.jarpipe.pickle;

import io.jarpipe.binding.Wanted;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Reads the items of a dict whose keys are known before, as they are when a record is wanted: as long as the keys come
 * in that order, in the form that CPython gives them, and with values that hold no others. So the decoder need not
 * choose among all opcodes for each of them. Whatever is different is left to it, and costs a comparison.
 *
 * <p>The opcodes and the bytes of a key of up to 13 are exactly given by two words, which overlap when it is shorter.
 */
final class ExpectedItems {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle DOUBLE = MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.BIG_ENDIAN);

    private static final int WORDS = 2;
    /** SHORT_BINUNICODE, the length of the key, and MEMOIZE. */
    private static final int AROUND = 3;
    /** Of keys that are too long. */
    private static final int NEVER = Integer.MAX_VALUE;
    /** The longest value of a number, and the opcode behind it. */
    private static final int LONGEST = Double.BYTES + 1;

    private final Wanted wanted;
    private final String[] keys;
    private final int[] lengths;
    private final long[] words;

    ExpectedItems(Wanted wanted) {
        List<String> names = wanted.keys();
        this.wanted = wanted;
        keys = names.toArray(String[]::new);
        lengths = new int[keys.length];
        words = new long[WORDS * keys.length];
        for (int index = 0; index < keys.length; index++) {
            byte[] key = Utf8.encode(keys[index]);
            int length = key.length + AROUND;
            byte[] written = new byte[Math.max(Long.BYTES, length)];
            written[0] = (byte) OpcodeBytes.SHORT_BINUNICODE;
            written[1] = (byte) key.length;
            System.arraycopy(key, 0, written, 2, key.length);
            written[2 + key.length] = (byte) OpcodeBytes.MEMOIZE;
            lengths[index] = length > WORDS * Long.BYTES ? NEVER : length;
            words[WORDS * index] = (long) LONG.get(written, 0);
            words[WORDS * index + 1] = (long) LONG.get(written, written.length - Long.BYTES);
        }
    }

    Wanted wanted() {
        return wanted;
    }

    /**
     * Reads items onto the stack.
     *
     * @param start position behind the mark that they begin with
     * @param state its stack gets keys and values
     * @return the position of the first opcode that is left to the decoder
     */
    int read(byte[] pickle, int start, DecoderState state) {
        int position = start;
        try {
            for (int index = 0; index < keys.length; index++) {
                int value = position + keyLength(index, pickle, position);
                if (value == position) {
                    break;
                }
                state.push(keys[index]);
                state.memoize(keys[index]);
                position = value;
                position = readValue(pickle, value, state);
                if (position == value) {
                    break;
                }
            }
        } catch (Malformed e) {
            return position; // the decoder meets it again, and says where
        }
        return position;
    }

    /** Returns how many bytes a key and its opcodes are, or 0 if it comes in another way, or not at all. */
    private int keyLength(int index, byte[] pickle, int position) {
        int length = lengths[index];
        if (pickle.length - position < Math.max(length, Long.BYTES)) {
            return 0;
        }
        long first = (long) LONG.get(pickle, position) ^ words[WORDS * index];
        if (length < Long.BYTES) {
            return first << (Long.SIZE - Byte.SIZE * length) == 0 ? length : 0;
        }
        long last = (long) LONG.get(pickle, position + length - Long.BYTES) ^ words[WORDS * index + 1];
        return (first | last) == 0 ? length : 0;
    }

    /**
     * Reads a value that holds no other; returns the position behind it, or the same if that is left to the decoder.
     */
    private static int readValue(byte[] pickle, int position, DecoderState state) {
        if (pickle.length - position < LONGEST) {
            return position;
        }
        int code = pickle[position] & 0xff;
        int argument = position + 1;
        return switch (code) {
            case OpcodeBytes.BININT1, OpcodeBytes.BININT2, OpcodeBytes.BININT -> {
                int width = IntegerRuns.width(code);
                state.push(IntegerRuns.read(pickle, argument, width));
                yield argument + width;
            }
            case OpcodeBytes.BINFLOAT -> {
                state.push((double) DOUBLE.get(pickle, argument));
                yield argument + Double.BYTES;
            }
            case OpcodeBytes.SHORT_BINUNICODE -> {
                int start = argument + 1;
                int length = pickle[argument] & 0xff;
                if (pickle.length - start < length) {
                    yield position;
                }
                String text = state.text(pickle, start, length);
                state.push(text);
                yield state.memoizeNext(pickle, start + length, text);
            }
            case OpcodeBytes.NONE -> {
                state.push(null);
                yield argument;
            }
            case OpcodeBytes.NEWTRUE, OpcodeBytes.NEWFALSE -> {
                state.push(code == OpcodeBytes.NEWTRUE);
                yield argument;
            }
            default -> position;
        };
    }
}
