package io.jarpipe.pickle;

import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.types.PyTypes;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Makes names and objects of what the decoder takes from its stack. */
final class ObjectMaker {
    private static final int FIRST_PROTOCOL_WITH_NEW_NAMES = 3;
    private static final int OBJECT_BYTES = 200;
    private static final int NAME_BYTES = 48;

    private final DecoderState state;
    private final GlobalFilter filter;
    private final PyTypes types;
    private final GlobalCache names = new GlobalCache();
    private int protocol;
    private @Nullable String library;

    ObjectMaker(DecoderState state, GlobalFilter filter, PyTypes types) {
        this.state = state;
        this.filter = filter;
        this.types = types;
    }

    void clear() {
        protocol = 0;
        library = null;
    }

    /** Learns the protocol, which decides what names mean. */
    void protocol(int announced) {
        protocol = announced;
    }

    /** Returns the library that has left its name in the pickle, or null. */
    @Nullable
    String writer() {
        return library;
    }

    /** Makes a name of two values, as STACK_GLOBAL does. */
    PyGlobal global(@Nullable Object module, @Nullable Object name) {
        String qualname = Values.string(name, "name");
        return global(Values.string(module, "module"), qualname);
    }

    PyGlobal global(String module, String name) {
        PyGlobal global = protocol < FIRST_PROTOCOL_WITH_NEW_NAMES ? null : names.find(module, name);
        if (global == null) {
            global = newGlobal(module, name);
        }
        if (!filter.allows(global.module(), global.qualname())) {
            throw new Malformed("a name that the filter allows", global.toString());
        }
        state.charge(NAME_BYTES);
        return global;
    }

    private PyGlobal newGlobal(String module, String name) {
        PyGlobal global = new PyGlobal(module, name);
        if (protocol < FIRST_PROTOCOL_WITH_NEW_NAMES) {
            global = Python2Names.translate(global);
        }
        String foreign = ForeignPickles.writerOf(global.module());
        if (foreign == null) {
            names.keep(global);
        } else {
            library = foreign;
        }
        return global;
    }

    /** Makes what a call returns, as REDUCE does. */
    Object reduce(@Nullable Object callable, @Nullable Object args) {
        PyTuple tuple = Values.tuple(args, "arguments");
        Object called = Values.callable(callable);
        Object value = plainValue(called, tuple);
        return value == null ? valueOf(PyObject.reduce(called, tuple)) : value;
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

    /** Makes an instance of a class, as NEWOBJ does. */
    Object newObject(@Nullable Object callable, @Nullable Object args) {
        PyTuple tuple = Values.tuple(args, "arguments");
        return valueOf(PyObject.newObject(Values.callable(callable), tuple));
    }

    /** Returns an object, or the value that it already is; notes where MEMOIZE, if that is next, will put it. */
    @SuppressWarnings("ReferenceEquality") // the very object is meant, not an equal one
    Object valueOf(PyObject object) {
        state.charge(OBJECT_BYTES);
        Object value = types.fromPython(object);
        if (value == object && types.awaitsState(object) && state.source.peek() == OpcodeBytes.MEMOIZE) {
            state.place(object, state.nextNumber());
        }
        return value;
    }

    /** Gives an object its state, as BUILD does, and returns what it has become. */
    @SuppressWarnings("ReferenceEquality") // the very object is meant, not an equal one
    Object build(@Nullable Object target, @Nullable Object newState) {
        PyObject object = recipe(target);
        if (target == null || object == null) {
            throw new Malformed("an object", Values.typeName(target));
        }
        if (object.hasState()) {
            throw new Malformed("one state for an object", "a second");
        }
        object.build(newState);
        if (target != object) {
            return target; // a view of the recipe stays what it is
        }
        Object value = types.fromPython(object);
        if (value != object) {
            state.replace(object, value);
        }
        return value;
    }

    /** Returns the recipe that a state belongs to: the value itself, or what it is a view of. */
    @Nullable
    PyObject recipe(@Nullable Object value) {
        return value instanceof PyObject object ? object : types.openRecipe(value);
    }
}
