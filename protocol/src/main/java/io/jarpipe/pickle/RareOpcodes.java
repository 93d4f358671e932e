package io.jarpipe.pickle;

import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.types.PyTypes;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Executes the opcodes that need no haste: those of objects and names, and the text forms of protocol 0. */
final class RareOpcodes {
    private static final int FIRST_PROTOCOL_WITH_NEW_NAMES = 3;
    private static final int HIGHEST_PICKLE_PROTOCOL = 5;
    private static final int OBJECT_BYTES = 200;
    private static final int STRING_BYTES = 48;

    private final DecoderState state;
    private final GlobalFilter filter;
    private final PyTypes types;
    private int protocol;
    private @Nullable String library;

    RareOpcodes(DecoderState state, GlobalFilter filter, PyTypes types) {
        this.state = state;
        this.filter = filter;
        this.types = types;
    }

    void clear() {
        protocol = 0;
        library = null;
    }

    /** Returns the library that has left its name in the pickle, or null. */
    @Nullable
    String writer() {
        return library;
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
            case GLOBAL -> global(source.readUtf8Line(), source.readUtf8Line());
            case STACK_GLOBAL -> stackGlobal();
            case REDUCE -> reduce();
            case NEWOBJ -> newObject();
            case NEWOBJ_EX -> newObjectEx();
            case OBJ -> call(state.popToMark());
            case INST -> inst();
            case BUILD -> build();
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
        protocol = state.source.readUnsignedByte();
        if (protocol > HIGHEST_PICKLE_PROTOCOL) {
            throw new Malformed("protocol <= " + HIGHEST_PICKLE_PROTOCOL, "protocol " + protocol);
        }
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
            PyObject target = recipe(call.args().get(0));
            if (target != null && !target.hasState()) {
                target.buildBy(call.callable(), call.args().get(1));
            }
        }
    }

    private void global(String module, String name) {
        PyGlobal global = new PyGlobal(module, name);
        if (protocol < FIRST_PROTOCOL_WITH_NEW_NAMES) {
            global = Python2Names.translate(global);
        }
        String foreign = ForeignPickles.writerOf(global.module());
        if (foreign != null) {
            library = foreign;
        }
        if (!filter.allows(global.module(), global.qualname())) {
            throw new Malformed("a name that the filter allows", global.toString());
        }
        state.charge(STRING_BYTES);
        state.push(global);
    }

    private void stackGlobal() {
        String name = Values.string(state.pop(), "name");
        global(Values.string(state.pop(), "module"), name);
    }

    private void reduce() {
        PyTuple args = Values.tuple(state.pop(), "arguments");
        Object callable = Values.callable(state.pop());
        Object value = plainValue(callable, args);
        if (value == null) {
            pushObject(PyObject.reduce(callable, args));
        } else {
            state.push(value);
        }
    }

    /** Returns the plain value that a call makes in pickles of lower protocols, or null. */
    private @Nullable Object plainValue(Object callable, PyTuple args) {
        if (!(callable instanceof PyGlobal global) || !GlobalValues.isHelper(global)) {
            return null;
        }
        if (args.size() == 1 && args.get(0) instanceof Collection<?> elements) {
            state.charge(FastContainers.ENTRY_BYTES * (long) elements.size());
        } else if (!args.isEmpty() && args.get(0) instanceof String text) {
            state.charge(text.length());
        }
        state.charge(FastContainers.SET_BYTES);
        return new GlobalValues(state.containers()).call(callable, args);
    }

    private void newObject() {
        PyTuple args = Values.tuple(state.pop(), "arguments");
        pushObject(PyObject.newObject(Values.callable(state.pop()), args));
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
        pushObject(PyObject.newObjectEx(Values.callable(state.pop()), args, named));
    }

    private void inst() {
        global(state.source.readUtf8Line(), state.source.readUtf8Line());
        Object callable = state.pop();
        @Nullable Object[] args = state.popToMark();
        pushObject(instance(Values.callable(callable), PyTuple.of(args)));
    }

    private void call(@Nullable Object... callableAndArgs) {
        if (callableAndArgs.length == 0) {
            throw new Malformed("a class", "nothing");
        }
        PyTuple args = PyTuple.copyOfRange(callableAndArgs, 1, callableAndArgs.length);
        pushObject(instance(Values.callable(callableAndArgs[0]), args));
    }

    /** Makes what the oldest opcodes make: a call, or without arguments an instance whose initializer does not run. */
    private static PyObject instance(Object callable, PyTuple args) {
        return args.isEmpty() ? PyObject.newObject(callable, args) : PyObject.reduce(callable, args);
    }

    /** Pushes an object, or the value that it already is; notes where MEMOIZE, which follows at once, will put it. */
    @SuppressWarnings("ReferenceEquality") // the very object is meant, not an equal one
    private void pushObject(PyObject object) {
        state.charge(OBJECT_BYTES);
        Object value = types.fromPython(object);
        if (value == object && types.awaitsState(object) && state.source.peek() == OpcodeBytes.MEMOIZE) {
            state.place(object, state.nextNumber());
        }
        state.push(value);
    }

    @SuppressWarnings("ReferenceEquality") // the very object is meant, not an equal one
    private void build() {
        Object newState = state.pop();
        Object target = state.peek();
        PyObject object = recipe(target);
        if (object == null) {
            throw new Malformed("an object", Values.typeName(target));
        }
        if (object.hasState()) {
            throw new Malformed("one state for an object", "a second");
        }
        object.build(newState);
        if (target != object) {
            return; // a view of the recipe stays what it is
        }
        Object value = types.fromPython(object);
        if (value != object) {
            state.pop();
            state.push(value);
            state.replace(object, value);
        }
    }

    /** Returns the recipe that a state belongs to: the value itself, or what it is a view of. */
    private @Nullable PyObject recipe(@Nullable Object value) {
        return value instanceof PyObject object ? object : types.openRecipe(value);
    }
}
