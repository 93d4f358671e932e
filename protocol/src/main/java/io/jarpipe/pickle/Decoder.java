package io.jarpipe.pickle;

import io.jarpipe.PickleException;
import io.jarpipe.PyByteArray;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.dict.PyDict;
import io.jarpipe.types.PyTypes;
import java.io.IOException;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import net.razorvine.pickle.Unpickler;
import org.jspecify.annotations.Nullable;

/** Decodes one pickle. The library supplies the memo and the opcodes whose values need no type of ours. */
final class Decoder extends Unpickler {
    private static final int FIRST_PROTOCOL_WITH_NEW_NAMES = 3;
    private static final int HIGHEST_PICKLE_PROTOCOL = 5;

    private final Source source;
    private final Containers containers;
    private final GlobalValues globalValues;
    private final PyTypes types;
    private final MarkStack values = new MarkStack();
    /** Where the memo has the objects that become other values when their state comes. */
    private final IdentityHashMap<PyObject, Integer> awaitingState = new IdentityHashMap<>(0);

    private int protocol;

    Decoder(byte[] pickle, PyTypes types) {
        this.types = types;
        source = new Source(pickle);
        containers = new Containers(new Keys(pickle.length));
        globalValues = new GlobalValues(containers);
        input = source;
        stack = values;
    }

    @Nullable
    Object decode() throws PickleException {
        int offset = 0;
        Opcode opcode = null;
        try {
            while (true) {
                offset = source.position();
                opcode = null;
                int code = source.readUnsignedByte();
                opcode = Opcode.of(code);
                if (opcode == null) {
                    throw new Malformed("a pickle opcode", String.format("0x%02x", code));
                }
                if (opcode == Opcode.STOP) {
                    containers.finish();
                    return values.pop();
                }
                execute(opcode);
            }
        } catch (Malformed e) {
            throw new PickleException(offset, name(opcode), e.expected(), e.got(), e);
        } catch (IOException | RuntimeException e) {
            throw new PickleException(
                    offset, name(opcode), "well-formed data", e.getClass().getSimpleName(), anonymous(e));
        } catch (StackOverflowError e) {
            throw new PickleException(
                    offset, name(opcode), "less nesting", "a key too deep for this thread's stack", e);
        }
    }

    /** Keeps what happened where, but not the message: it may quote the pickle, which belongs in no log. */
    private static Exception anonymous(Exception e) {
        Exception anonymous = new IOException(e.getClass().getName());
        anonymous.setStackTrace(e.getStackTrace());
        return anonymous;
    }

    private static @Nullable String name(@Nullable Opcode opcode) {
        return opcode == null ? null : opcode.name();
    }

    /** Executes one opcode; the length of this method is that of the format. */
    private void execute(Opcode opcode) throws IOException {
        switch (opcode) {
            case NONE, NEWTRUE, NEWFALSE, BINFLOAT, STRING, EMPTY_LIST, LIST, DUP, MARK -> library(opcode);
            case GET, BINGET, LONG_BINGET -> library(opcode);
            case PUT -> memoize(Integer.parseInt(source.readLine()));
            case BINPUT -> memoize(source.readUnsignedByte());
            case LONG_BINPUT -> memoize(source.readInt());
            case MEMOIZE -> memoize(memo.size());
            case PROTO -> protocol();
            case FRAME -> frame();
            case INT -> values.add(TextForms.integerOrBoolean(source.readLine(), TextForms.MAX_DIGITS));
            case LONG -> values.add(TextForms.longInteger(source.readLine(), TextForms.MAX_DIGITS));
            case FLOAT -> values.add(TextForms.floating(source.readLine()));
            case UNICODE -> values.add(TextForms.unicode(source.readLine()));
            case BININT -> values.add((long) source.readInt());
            case BININT1 -> values.add((long) source.readUnsignedByte());
            case BININT2 -> values.add((long) source.readUnsignedShort());
            case LONG1 -> values.add(Integers.of(source.readBytes(source.readUnsignedByte())));
            case LONG4 -> values.add(Integers.of(source.readBytes(source.readInt())));
            case SHORT_BINSTRING -> values.add(source.readAscii(source.readUnsignedByte()));
            case BINSTRING -> values.add(source.readAscii(source.readInt()));
            case SHORT_BINUNICODE -> values.add(source.readUtf8(source.readUnsignedByte()));
            case BINUNICODE -> values.add(source.readUtf8(source.readUnsignedInt()));
            case BINUNICODE8 -> values.add(source.readUtf8(source.readLong()));
            case SHORT_BINBYTES -> values.add(source.readBytes(source.readUnsignedByte()));
            case BINBYTES -> values.add(source.readBytes(source.readUnsignedInt()));
            case BINBYTES8 -> values.add(source.readBytes(source.readLong()));
            case BYTEARRAY8 -> values.add(new PyByteArray(source.readBytes(source.readLong())));
            case EMPTY_TUPLE -> values.add(PyTuple.of());
            case TUPLE1 -> tuple(1);
            case TUPLE2 -> tuple(2);
            case TUPLE3 -> tuple(3);
            case TUPLE -> values.add(PyTuple.of(values.popToMark()));
            case EMPTY_DICT -> values.add(new PyDict());
            case EMPTY_SET -> values.add(new LinkedHashSet<>());
            case DICT -> dict();
            case FROZENSET -> values.add(containers.frozenSet(values.popToMark()));
            case APPEND -> append();
            case APPENDS -> appends();
            case SETITEM -> setItem();
            case SETITEMS -> setItems();
            case ADDITEMS -> addItems();
            case POP -> pop();
            case POP_MARK -> values.popToMark();
            case GLOBAL -> global(source.readUtf8Line(), source.readUtf8Line());
            case STACK_GLOBAL -> stackGlobal();
            case REDUCE -> reduce();
            case NEWOBJ -> newObject();
            case NEWOBJ_EX -> newObjectEx();
            case OBJ -> call(values.popToMark());
            case INST -> inst();
            case BUILD -> build();
            case NEXT_BUFFER, READONLY_BUFFER -> throw new Malformed("data in the pickle", "an out-of-band buffer");
            case PERSID, BINPERSID -> throw new Malformed("data in the pickle", "a persistent id");
            case EXT1, EXT2, EXT4 -> throw new Malformed("a name", "an extension code of copyreg");
            case STOP -> throw new IllegalStateException("STOP ends the pickle");
        }
    }

    /** Lets the library execute an opcode on our stack. */
    private void library(Opcode opcode) throws IOException {
        dispatch((short) opcode.code());
    }

    private void protocol() {
        protocol = source.readUnsignedByte();
        if (protocol > HIGHEST_PICKLE_PROTOCOL) {
            throw new Malformed("protocol <= " + HIGHEST_PICKLE_PROTOCOL, "protocol " + protocol);
        }
    }

    /** Checks that a frame is in the pickle; its borders mean nothing to a reader that has the whole of it. */
    private void frame() {
        long length = source.readLong();
        if (length < 0 || length > source.available()) {
            throw new Malformed(Long.toUnsignedString(length) + " bytes of frame", source.available() + " bytes left");
        }
    }

    private void tuple(int size) {
        @Nullable Object[] elements = new @Nullable Object[size];
        for (int index = size - 1; index >= 0; index--) {
            elements[index] = values.pop();
        }
        values.add(PyTuple.of(elements));
    }

    private void dict() {
        Map<@Nullable Object, @Nullable Object> dict = new PyDict();
        containers.setItems(dict, values.popToMark());
        values.add(dict);
    }

    private void append() {
        Object item = values.pop();
        containers.append(values.peek(), item);
    }

    private void appends() {
        @Nullable Object[] items = values.popToMark();
        containers.append(values.peek(), items);
    }

    private void setItem() {
        Object value = values.pop();
        Object key = values.pop();
        containers.setItems(values.peek(), key, value);
    }

    private void setItems() {
        @Nullable Object[] items = values.popToMark();
        containers.setItems(values.peek(), items);
    }

    private void addItems() {
        @Nullable Object[] items = values.popToMark();
        containers.addItems(values.peek(), items);
    }

    /**
     * Drops a value or a mark. Dropping a call whose first argument is the object below is how CPython writes a state
     * that a function applies (Lib/pickle.py, save_reduce, state_setter).
     */
    @SuppressWarnings("ReferenceEquality") // the very object is meant, not an equal one
    private void pop() {
        Object dropped = values.popValueOrMark();
        if (dropped instanceof PyObject call
                && call.kind() == PyObject.Kind.REDUCE
                && call.args().size() == 2
                && call.args().get(0) == values.peekOrNull()) {
            PyObject target = recipe(call.args().get(0));
            if (target != null && !target.hasState()) {
                target.buildBy(call.callable(), call.args().get(1));
            }
        }
    }

    private void global(String module, String name) {
        PyGlobal global = new PyGlobal(module, name);
        values.add(protocol < FIRST_PROTOCOL_WITH_NEW_NAMES ? Python2Names.translate(global) : global);
    }

    private void stackGlobal() {
        String name = Values.string(values.pop(), "name");
        global(Values.string(values.pop(), "module"), name);
    }

    private void reduce() {
        PyTuple args = Values.tuple(values.pop(), "arguments");
        Object callable = Values.callable(values.pop());
        Object value = globalValues.call(callable, args);
        values.add(value == null ? types.fromPython(PyObject.reduce(callable, args)) : value);
    }

    private void newObject() {
        PyTuple args = Values.tuple(values.pop(), "arguments");
        values.add(types.fromPython(PyObject.newObject(Values.callable(values.pop()), args)));
    }

    private void newObjectEx() {
        Map<@Nullable Object, @Nullable Object> kwargs = Values.mapOrNull(values.pop());
        PyTuple args = Values.tuple(values.pop(), "arguments");
        if (kwargs == null) {
            throw new Malformed("a dict of keyword arguments", "something else");
        }
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        kwargs.forEach((name, value) -> named.put(Values.string(name, "name of a keyword argument"), value));
        values.add(types.fromPython(PyObject.newObjectEx(Values.callable(values.pop()), args, named)));
    }

    private void inst() {
        global(source.readUtf8Line(), source.readUtf8Line());
        Object callable = values.pop();
        @Nullable Object[] args = values.popToMark();
        values.add(types.fromPython(instance(Values.callable(callable), PyTuple.of(args))));
    }

    private void call(@Nullable Object... callableAndArgs) {
        if (callableAndArgs.length == 0) {
            throw new Malformed("a class", "nothing");
        }
        PyTuple args = PyTuple.of(Arrays.copyOfRange(callableAndArgs, 1, callableAndArgs.length));
        values.add(types.fromPython(instance(Values.callable(callableAndArgs[0]), args)));
    }

    /** Makes what the oldest opcodes make: a call, or without arguments an instance whose initializer does not run. */
    private static PyObject instance(Object callable, PyTuple args) {
        return args.isEmpty() ? PyObject.newObject(callable, args) : PyObject.reduce(callable, args);
    }

    private void build() {
        Object state = values.pop();
        Object target = values.peek();
        PyObject object = recipe(target);
        if (object == null) {
            throw new Malformed("an object", Values.typeName(target));
        }
        if (object.hasState()) {
            throw new Malformed("one state for an object", "a second");
        }
        object.build(state);
        Integer index = awaitingState.remove(object);
        if (target instanceof PyObject) {
            complete(object, index);
        }
    }

    /** Puts what an object has become with its state in its place, on the stack and in the memo. */
    @SuppressWarnings("ReferenceEquality") // an equal recipe may be another object's
    private void complete(PyObject object, @Nullable Integer index) {
        Object value = types.fromPython(object);
        if (value == object) {
            return;
        }
        values.pop();
        values.add(value);
        if (index != null && memo.get(index) == object) {
            memo.put(index, value);
        }
    }

    /** Returns the recipe that a state belongs to: the value itself, or what it is a view of. */
    private @Nullable PyObject recipe(@Nullable Object value) {
        return value instanceof PyObject object ? object : types.openRecipe(value);
    }

    private void memoize(int index) {
        Object value = values.peek();
        memo.put(index, value);
        if (value instanceof PyObject object && types.awaitsState(object)) {
            awaitingState.put(object, index);
        }
    }
}
