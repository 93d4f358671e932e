package io.jarpipe.pickle;

import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Executes the opcodes that need no haste: those of older protocols, above all. */
final class RareOpcodes {
    static final int HIGHEST_PICKLE_PROTOCOL = 5;
    private static final int STRING_BYTES = 48;

    private final DecoderState state;
    private final ObjectMaker maker;

    RareOpcodes(DecoderState state, ObjectMaker maker) {
        this.state = state;
        this.maker = maker;
    }

    /** Executes one opcode. */
    void execute(int code) {
        Source source = state.source;
        Opcode opcode = Opcode.of(code);
        if (opcode == null) {
            throw new Malformed("a pickle opcode", String.format("0x%02x", code));
        }
        switch (opcode) {
            case PROTO -> protocol();
            case FRAME -> frame();
            case INT -> pushText(source.readLine());
            case LONG -> state.push(TextForms.longInteger(line(), state.limits().decimalDigits()));
            case FLOAT -> state.push(TextForms.floating(line()));
            case STRING -> state.push(TextForms.quoted(line()));
            case UNICODE -> state.push(TextForms.unicode(line()));
            case SHORT_BINSTRING -> state.push(source.readAscii(source.readUnsignedByte()));
            case BINSTRING -> state.push(source.readAscii(source.readInt()));
            case GET -> state.push(state.recall(number(source.readLine())));
            case PUT -> state.memoize(number(source.readLine()), state.peek());
            case LIST -> list();
            case DICT -> dict();
            case FROZENSET -> frozenSet();
            case POP -> drop();
            case POP_MARK -> state.popToMark();
            case DUP -> state.push(state.peek());
            case GLOBAL -> state.push(maker.global(source.readUtf8Line(), source.readUtf8Line()));
            case NEWOBJ_EX -> newObjectEx();
            case OBJ -> call(state.popToMark());
            case INST -> inst();
            case NEXT_BUFFER, READONLY_BUFFER -> throw new Malformed("data in the pickle", "an out-of-band buffer");
            case PERSID, BINPERSID -> throw new Malformed("data in the pickle", "a persistent id");
            case EXT1, EXT2, EXT4 -> throw new Malformed("a name", "an extension code of copyreg");
            default -> throw new IllegalStateException(opcode + " is not rare");
        }
    }

    private String line() {
        String line = state.source.readLine();
        state.charge(STRING_BYTES + (long) line.length());
        return line;
    }

    private void pushText(String line) {
        state.push(TextForms.integerOrBoolean(line, state.limits().decimalDigits()));
    }

    private static long number(String line) {
        if (line.isEmpty() || line.length() > 10) {
            throw new Malformed("a memo number", line.length() + " characters");
        }
        long number = 0;
        for (int index = 0; index < line.length(); index++) {
            int digit = line.charAt(index) - '0';
            if (digit < 0 || digit > 9) {
                throw new Malformed("a memo number", "something else");
            }
            number = 10 * number + digit;
        }
        return number;
    }

    private void protocol() {
        int protocol = state.source.readUnsignedByte();
        if (protocol > HIGHEST_PICKLE_PROTOCOL) {
            throw new Malformed("protocol <= " + HIGHEST_PICKLE_PROTOCOL, "protocol " + protocol);
        }
        maker.protocol(protocol);
    }

    /** Checks that a frame is in the pickle; its borders mean nothing to a reader that has the whole of it. */
    private void frame() {
        long length = state.source.readLong();
        int left = state.source.available();
        if (length < 0 || length > left) {
            throw new Malformed(Long.toUnsignedString(length) + " bytes of frame", left + " bytes left");
        }
    }

    private void list() {
        @Nullable Object[] items = state.popToMark();
        state.push(FastContainers.list(state, items));
    }

    private void dict() {
        Map<@Nullable Object, @Nullable Object> dict = FastContainers.dict(state);
        @Nullable Object[] items = state.popToMark();
        FastContainers.setItems(state, dict, items, 0, items.length);
        state.push(dict);
    }

    private void frozenSet() {
        @Nullable Object[] items = state.popToMark();
        FastContainers.chargeSet(state, items.length);
        state.push(state.containers().frozenSet(items));
    }

    /**
     * Drops a value or a mark. Dropping a call whose first argument is the object below is how CPython writes a state
     * that a function applies (Lib/pickle.py, save_reduce, state_setter).
     */
    @SuppressWarnings("ReferenceEquality") // the very object is meant, not an equal one
    private void drop() {
        if (state.isMarkOnTop()) {
            state.popMark();
            return;
        }
        Object dropped = state.pop();
        if (dropped instanceof PyObject call
                && call.kind() == PyObject.Kind.REDUCE
                && call.args().size() == 2
                && call.args().get(0) == state.peekOrNull()) {
            PyObject target = maker.recipe(call.args().get(0));
            if (target != null && !target.hasState()) {
                target.buildBy(call.callable(), call.args().get(1));
            }
        }
    }

    private void newObjectEx() {
        Map<@Nullable Object, @Nullable Object> kwargs = Values.mapOrNull(state.pop());
        PyTuple args = Values.tuple(state.pop(), "arguments");
        if (kwargs == null) {
            throw new Malformed("a dict of keyword arguments", "something else");
        }
        state.charge(FastContainers.ENTRY_BYTES * 2L * kwargs.size());
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        kwargs.forEach((name, value) -> named.put(Values.string(name, "name of a keyword argument"), value));
        state.push(maker.valueOf(PyObject.newObjectEx(Values.callable(state.pop()), args, named)));
    }

    private void inst() {
        PyGlobal callable = maker.global(state.source.readUtf8Line(), state.source.readUtf8Line());
        @Nullable Object[] args = state.popToMark();
        state.push(maker.valueOf(instance(callable, PyTuple.of(args))));
    }

    private void call(@Nullable Object... callableAndArgs) {
        if (callableAndArgs.length == 0) {
            throw new Malformed("a class", "nothing");
        }
        PyTuple args = PyTuple.copyOfRange(callableAndArgs, 1, callableAndArgs.length);
        state.push(maker.valueOf(instance(Values.callable(callableAndArgs[0]), args)));
    }

    /** Makes what the oldest opcodes make: a call, or without arguments an instance whose initializer does not run. */
    private static PyObject instance(Object callable, PyTuple args) {
        return args.isEmpty() ? PyObject.newObject(callable, args) : PyObject.reduce(callable, args);
    }
}
