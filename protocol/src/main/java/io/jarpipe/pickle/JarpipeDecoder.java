package io.jarpipe.pickle;

import io.jarpipe.PickleException;
import io.jarpipe.PyByteArray;
import io.jarpipe.PyTuple;
import io.jarpipe.binding.Wanted;
import io.jarpipe.dict.PyDict;
import io.jarpipe.types.PyTypes;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Decodes pickles of protocols 0 to 5 from an array, in place, without recursion. Not thread-safe; keeps its arrays,
 * short strings, the keys of dicts and what records expect for the next pickle, and nothing else.
 *
 * <p>Position and stack pointer live in local variables of one long method, which the JIT compiler keeps in registers;
 * the opcodes that are rare in messages are executed elsewhere, on the state that they see in {@link DecoderState}.
 */
final class JarpipeDecoder {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle DOUBLE = MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.BIG_ENDIAN);

    /** The bytes of NEWOBJ, MEMOIZE, EMPTY_DICT, MEMOIZE, in this order, as a little-endian number. */
    private static final int NEW_INSTANCE = OpcodeBytes.NEWOBJ
            | (OpcodeBytes.MEMOIZE << 8)
            | (OpcodeBytes.EMPTY_DICT << 16)
            | (OpcodeBytes.MEMOIZE << 24);

    private static final int FIRST_PROTOCOL_WITH_FRAMES = 4;
    /** PROTO, FRAME and what belongs to them. */
    private static final int HEADER = 2 + 1 + Long.BYTES;

    /** Of BINFLOAT with its argument. */
    private static final int FLOAT_LENGTH = 1 + Double.BYTES;

    /** So many kinds of expected items are kept. */
    private static final int KNOWN = 8;

    private static final int ARRAY_BYTES = 16;

    private final DecoderState state;
    private final ObjectMaker maker;
    private final RareOpcodes rare;
    /** By the hash of what was wanted. */
    private final @Nullable ExpectedItems[] known = new @Nullable ExpectedItems[KNOWN];

    private @Nullable ExpectedItems expected;

    JarpipeDecoder(PickleLimits limits, GlobalFilter filter, PyTypes types) {
        state = new DecoderState(limits, types);
        maker = new ObjectMaker(state, filter, types);
        rare = new RareOpcodes(state, maker);
    }

    @Nullable
    Object decode(byte[] pickle, Wanted wanted) throws PickleException {
        state.begin(pickle, wanted);
        expected = wanted.keys().isEmpty() ? null : items(wanted);
        int left = Integer.MAX_VALUE;
        try {
            Object value = run(pickle);
            left = state.size;
            return value;
        } finally {
            state.clear(left);
            maker.clear();
        }
    }

    private ExpectedItems items(Wanted wanted) {
        int index = System.identityHashCode(wanted) & (KNOWN - 1);
        ExpectedItems items = known[index];
        if (items == null || items.wanted() != wanted) {
            items = new ExpectedItems(wanted);
            known[index] = items;
        }
        return items;
    }

    /**
     * Tells whether the dict with expected items begins: the message itself, or the attributes of the object that it
     * is.
     */
    private boolean isExpected(@Nullable Object[] values, int size) {
        return expected != null && size > 0 && size <= 2 && values[size - 1] instanceof PyDict;
    }

    private int readExpected(byte[] pickle, int position, int size) {
        state.size = size;
        return expected == null ? position : expected.read(pickle, position, state);
    }

    private PickleException failure(byte[] pickle, int offset, int code, Malformed problem) {
        String got = problem.got();
        String other = ForeignPickles.otherFormat(pickle);
        String library = maker.writer();
        if (other != null) {
            got = other;
        } else if (library != null) {
            got += ", in a pickle that uses " + library;
        }
        return new PickleException(offset, name(code), problem.expected(), got, problem);
    }

    private static @Nullable String name(int code) {
        Opcode opcode = code < 0 ? null : Opcode.of(code);
        return opcode == null ? null : opcode.name();
    }

    /** Keeps what happened where, but not the message: it may quote the pickle, which belongs in no log. */
    private static Exception anonymous(Exception e) {
        Exception anonymous = new IOException(e.getClass().getName());
        anonymous.setStackTrace(e.getStackTrace());
        return anonymous;
    }

    /** Executes all opcodes; the length of this method is that of the format. */
    private @Nullable Object run(byte[] pickle) throws PickleException {
        int offset = 0;
        int code = -1;
        try {
            int position = skipHeader(pickle);
            @Nullable Object[] values = state.values;
            int size = 0;
            int fence = 0;
            while (true) {
                offset = position;
                code = -1;
                if (position >= pickle.length) {
                    throw missing(1, "opcode", 0);
                }
                if (size == values.length) {
                    values = state.grow();
                }
                code = pickle[position++] & 0xff;
                switch (code) {
                    case OpcodeBytes.BININT1, OpcodeBytes.BININT2, OpcodeBytes.BININT -> {
                        position = IntegerRuns.read(pickle, offset, values, size, state);
                        size = state.size;
                        if (position == offset) {
                            int width = IntegerRuns.width(code);
                            values[size++] = IntegerRuns.read(pickle, need(pickle, offset + 1, width), width);
                            position += 1 + width;
                        }
                    }
                    case OpcodeBytes.BINFLOAT -> {
                        values[size++] = (double) DOUBLE.get(pickle, need(pickle, position, 8));
                        int more = floats(pickle, position + 8, values, size);
                        size += more;
                        position += 8 + more * FLOAT_LENGTH;
                    }
                    case OpcodeBytes.NONE -> {
                        values[size++] = null;
                    }
                    case OpcodeBytes.NEWTRUE -> {
                        values[size++] = true;
                    }
                    case OpcodeBytes.NEWFALSE -> {
                        values[size++] = false;
                    }
                    case OpcodeBytes.LONG1 -> {
                        int length = pickle[need(pickle, position, 1)] & 0xff;
                        values[size++] = Integers.read(pickle, need(pickle, position + 1, length), length);
                        position += 1 + length;
                    }
                    case OpcodeBytes.LONG4 -> {
                        int length = (int) INT.get(pickle, need(pickle, position, 4));
                        need(pickle, position + 4, length);
                        state.charge(ARRAY_BYTES + 2L * length);
                        values[size++] = Integers.read(pickle, position + 4, length);
                        position += 4 + length;
                    }
                    case OpcodeBytes.SHORT_BINUNICODE -> {
                        int length = pickle[need(pickle, position, 1)] & 0xff;
                        String text = state.text(pickle, need(pickle, position + 1, length), length);
                        values[size++] = text;
                        position = state.memoizeNext(pickle, position + 1 + length, text);
                    }
                    case OpcodeBytes.BINUNICODE, OpcodeBytes.BINUNICODE8 -> {
                        int header = code == OpcodeBytes.BINUNICODE ? Integer.BYTES : Long.BYTES;
                        int length = length(pickle, position, header);
                        values[size++] = state.text(pickle, position + header, length);
                        position += header + length;
                    }
                    case OpcodeBytes.SHORT_BINBYTES -> {
                        int length = pickle[need(pickle, position, 1)] & 0xff;
                        values[size++] = bytes(pickle, need(pickle, position + 1, length), length);
                        position += 1 + length;
                    }
                    case OpcodeBytes.BINBYTES, OpcodeBytes.BINBYTES8 -> {
                        int header = code == OpcodeBytes.BINBYTES ? Integer.BYTES : Long.BYTES;
                        int length = length(pickle, position, header);
                        values[size] = bytesAt(size, pickle, position + header, length);
                        size++;
                        position += header + length;
                    }
                    case OpcodeBytes.BYTEARRAY8 -> {
                        int length = length(pickle, position, Long.BYTES);
                        values[size++] = new PyByteArray(bytes(pickle, position + Long.BYTES, length));
                        position += Long.BYTES + length;
                    }
                    case OpcodeBytes.EMPTY_LIST -> {
                        state.charge(FastContainers.LIST_BYTES);
                        Object list = new ArrayList<@Nullable Object>();
                        values[size++] = list;
                        position = state.memoizeNext(pickle, position, list);
                    }
                    case OpcodeBytes.EMPTY_DICT -> {
                        Object dict = FastContainers.dict(state);
                        values[size++] = dict;
                        position = state.memoizeNext(pickle, position, dict);
                    }
                    case OpcodeBytes.EMPTY_SET -> {
                        state.charge(FastContainers.SET_BYTES);
                        values[size++] = new LinkedHashSet<@Nullable Object>();
                    }
                    case OpcodeBytes.EMPTY_TUPLE -> {
                        if (size > fence && isNewInstance(pickle, position)) {
                            state.source.seek(position + 1);
                            Object made = maker.newObject(values[size - 1], PyTuple.of());
                            values[size - 1] = made;
                            state.memoize(made);
                            Object dict = FastContainers.dict(state);
                            values[size++] = dict;
                            state.memoize(dict);
                            position += Integer.BYTES;
                        } else {
                            values[size++] = PyTuple.of();
                        }
                    }
                    case OpcodeBytes.TUPLE, OpcodeBytes.TUPLE1, OpcodeBytes.TUPLE2, OpcodeBytes.TUPLE3 -> {
                        int start;
                        if (code == OpcodeBytes.TUPLE) {
                            start = state.popMark();
                            fence = state.fence();
                            state.requireItems(size - start);
                        } else {
                            start = size - 1 - (code - OpcodeBytes.TUPLE1);
                            requireValues(start - fence, 0);
                        }
                        PyTuple tuple = tuple(values, start, size);
                        state.popped(size);
                        values[start] = tuple;
                        size = start + 1;
                        position = state.memoizeNext(pickle, position, tuple);
                    }
                    case OpcodeBytes.MARK -> {
                        state.mark(size);
                        fence = size;
                        if (isExpected(values, size)) {
                            position = readExpected(pickle, position, size);
                            values = state.values;
                            size = state.size;
                        }
                    }
                    case OpcodeBytes.APPEND, OpcodeBytes.APPENDS -> {
                        int start = size - 1;
                        if (code == OpcodeBytes.APPENDS) {
                            start = state.popMark();
                            fence = state.fence();
                        }
                        requireValues(start - fence, 1);
                        FastContainers.append(state, values[start - 1], values, start, size);
                        state.popped(size);
                        size = start;
                    }
                    case OpcodeBytes.SETITEM, OpcodeBytes.SETITEMS -> {
                        int start = size - 2;
                        if (code == OpcodeBytes.SETITEMS) {
                            start = state.popMark();
                            fence = state.fence();
                        }
                        requireValues(start - fence, 1);
                        FastContainers.setItems(state, values[start - 1], values, start, size);
                        state.popped(size);
                        size = start;
                        if (size - fence > 1 && position < pickle.length && pickle[position] == OpcodeBytes.BUILD) {
                            values[size - 2] = maker.build(values[size - 2], values[size - 1]);
                            values[--size] = null;
                            position++;
                        }
                    }
                    case OpcodeBytes.ADDITEMS -> {
                        int start = state.popMark();
                        fence = state.fence();
                        requireValues(start - fence, 1);
                        FastContainers.addItems(state, values[start - 1], values, start, size);
                        state.popped(size);
                        size = start;
                    }
                    case OpcodeBytes.MEMOIZE -> {
                        requireValues(size - fence, 1);
                        state.memoize(values[size - 1]);
                    }
                    case OpcodeBytes.BINPUT -> {
                        requireValues(size - fence, 1);
                        state.source.seek(offset);
                        state.memoize(pickle[need(pickle, position, 1)] & 0xff, values[size - 1]);
                        position++;
                    }
                    case OpcodeBytes.LONG_BINPUT -> {
                        requireValues(size - fence, 1);
                        state.source.seek(offset);
                        state.memoize((int) INT.get(pickle, need(pickle, position, 4)) & 0xffffffffL, values[size - 1]);
                        position += 4;
                    }
                    case OpcodeBytes.BINGET -> {
                        values[size++] = state.recall(pickle[need(pickle, position, 1)] & 0xff);
                        position++;
                    }
                    case OpcodeBytes.LONG_BINGET -> {
                        values[size++] = state.recall((int) INT.get(pickle, need(pickle, position, 4)) & 0xffffffffL);
                        position += 4;
                    }
                    case OpcodeBytes.STACK_GLOBAL -> {
                        requireValues(size - fence, 2);
                        Object name = maker.global(values[size - 2], values[size - 1]);
                        values[--size] = null;
                        values[size - 1] = name;
                        position = state.memoizeNext(pickle, position, name);
                    }
                    case OpcodeBytes.REDUCE -> {
                        requireValues(size - fence, 2);
                        state.source.seek(position);
                        Object made = maker.reduce(values[size - 2], values[size - 1]);
                        values[--size] = null;
                        values[size - 1] = made;
                        position = state.memoizeNext(pickle, position, made);
                    }
                    case OpcodeBytes.NEWOBJ -> {
                        requireValues(size - fence, 2);
                        state.source.seek(position);
                        Object made = maker.newObject(values[size - 2], values[size - 1]);
                        values[--size] = null;
                        values[size - 1] = made;
                        position = state.memoizeNext(pickle, position, made);
                    }
                    case OpcodeBytes.BUILD -> {
                        requireValues(size - fence, 2);
                        values[size - 2] = maker.build(values[size - 2], values[size - 1]);
                        values[--size] = null;
                    }
                    case OpcodeBytes.STOP -> {
                        requireValues(size - fence, 1);
                        state.finish();
                        state.size = size;
                        return values[size - 1];
                    }
                    default -> {
                        state.size = size;
                        state.source.seek(position);
                        rare.execute(code);
                        position = state.source.position();
                        values = state.values;
                        size = state.size;
                        fence = state.fence();
                    }
                }
            }
        } catch (Malformed e) {
            throw failure(pickle, offset, code, e);
        } catch (RuntimeException e) {
            String got = e.getClass().getSimpleName();
            throw new PickleException(offset, name(code), "well-formed data", got, anonymous(e));
        } catch (StackOverflowError e) {
            String got = "a key too deep for this thread's stack";
            throw new PickleException(offset, name(code), "less nesting", got, e);
        }
    }

    /**
     * Reads floats as long as one follows the other, is there to its end, and finds room on the stack; what does not is
     * left to the loop over all opcodes.
     *
     * @return how many they were
     */
    private static int floats(byte[] pickle, int position, @Nullable Object[] values, int size) {
        int most = Math.min((pickle.length - position) / FLOAT_LENGTH, values.length - size);
        int at = position;
        int count = 0;
        while (count < most && pickle[at] == (byte) OpcodeBytes.BINFLOAT) {
            values[size + count] = (double) DOUBLE.get(pickle, at + 1);
            at += FLOAT_LENGTH;
            count++;
        }
        return count;
    }

    /** Returns the position behind PROTO and FRAME; the beginning if they are not there, or not as they should be. */
    private int skipHeader(byte[] pickle) {
        if (pickle.length < HEADER
                || pickle[0] != (byte) OpcodeBytes.PROTO
                || pickle[1] < FIRST_PROTOCOL_WITH_FRAMES
                || pickle[1] > RareOpcodes.HIGHEST_PICKLE_PROTOCOL
                || pickle[2] != (byte) OpcodeBytes.FRAME) {
            return 0;
        }
        long frame = (long) LONG.get(pickle, 3);
        if (frame < 0 || frame > pickle.length - HEADER) {
            return 0;
        }
        maker.protocol(pickle[1]);
        return HEADER;
    }

    /** Tells whether what follows EMPTY_TUPLE is the usual way to make an instance and to begin with its attributes. */
    private static boolean isNewInstance(byte[] pickle, int position) {
        return pickle.length - position >= Integer.BYTES && (int) INT.get(pickle, position) == NEW_INSTANCE;
    }

    /** Checks that bytes are there and returns where they begin. */
    private static int need(byte[] pickle, int position, long count) {
        if (count < 0 || count > pickle.length - position) {
            throw missing(count, "data", pickle.length - position);
        }
        return position;
    }

    /** Reads the length of data that follow it, and checks that they are there. */
    private static int length(byte[] pickle, int position, int header) {
        need(pickle, position, header);
        long length = header == Integer.BYTES
                ? (int) INT.get(pickle, position) & 0xffffffffL
                : (long) LONG.get(pickle, position);
        need(pickle, position + header, length);
        return (int) length;
    }

    private static Malformed missing(long count, String what, int left) {
        return new Malformed(Long.toUnsignedString(count) + " bytes of " + what, Math.max(0, left) + " bytes left");
    }

    private void requireValues(int present, int needed) {
        if (present < needed) {
            throw state.noValue();
        }
    }

    /** Returns bytes that come to this place of the stack: a view of them if they are first and a buffer is wanted. */
    private Object bytesAt(int place, byte[] pickle, int start, int length) {
        return place == 0 && state.wanted() == Wanted.BUFFER
                ? ByteBuffer.wrap(pickle, start, length).slice().asReadOnlyBuffer()
                : bytes(pickle, start, length);
    }

    private byte[] bytes(byte[] pickle, int start, int length) {
        state.charge(ARRAY_BYTES + (long) length);
        return Arrays.copyOfRange(pickle, start, start + length);
    }

    private PyTuple tuple(@Nullable Object[] values, int from, int to) {
        state.charge(FastContainers.TUPLE_BYTES + (long) FastContainers.ITEM_BYTES * (to - from));
        return PyTuple.copyOfRange(values, from, to);
    }
}
