package io.jarpipe.pickle;

import io.jarpipe.PickleException;
import io.jarpipe.PyByteArray;
import io.jarpipe.PyBytes;
import io.jarpipe.PyComplex;
import io.jarpipe.PyFrozenSet;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.types.PyTypes;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import net.razorvine.pickle.Pickler;
import org.jspecify.annotations.Nullable;

/**
 * Encodes one value as a pickle of protocol 4, without frames, which are optional. The library supplies the numbers.
 *
 * <p>Not its own protocol 2, because only from 3 on bytes are bytes and names are taken as they are, and only from 4 on
 * a name may be nested in a class.
 */
final class Encoder extends Pickler {
    private static final int PICKLE_PROTOCOL = 4;
    private static final int MAX_BYTE = 0xff;

    /** Items per APPENDS, SETITEMS and ADDITEMS, as CPython writes them. */
    private static final int BATCH = 1000;

    /** Deepest nesting; a loop through arrays, which the memo cannot catch, ends here too. */
    private static final int MAX_DEPTH = 1000;

    private static final PyGlobal BYTEARRAY = new PyGlobal("builtins", "bytearray");
    private static final PyGlobal COMPLEX = new PyGlobal("builtins", "complex");

    private final Output sink = new Output();
    private final EncoderMemo memory = new EncoderMemo();
    private final PyTypes types;
    private final Reducer reducer;
    private final IdentityHashMap<Object, PyObject> reduced = new IdentityHashMap<>(0);
    private int depth;

    Encoder(PyTypes types, Reducer reducer) {
        super(false);
        this.types = types;
        this.reducer = reducer;
        out = sink;
    }

    byte[] encode(@Nullable Object value) throws PickleException {
        try {
            sink.write(Opcode.PROTO);
            sink.write(PICKLE_PROTOCOL);
            save(value);
            sink.write(Opcode.STOP);
            return sink.toByteArray();
        } catch (Unencodable e) {
            throw new PickleException("cannot pickle: " + e.describe(), Objects.requireNonNullElse(e.getCause(), e));
        } catch (StackOverflowError e) {
            throw new PickleException("cannot pickle: nested too deep for this thread's stack", e);
        } catch (IOException e) {
            throw new PickleException("cannot pickle", e);
        }
    }

    @Override
    public void save(@Nullable Object value) throws IOException {
        if (depth == MAX_DEPTH) {
            throw new Unencodable("nested more than " + MAX_DEPTH + " deep");
        }
        depth++;
        if (value == null || isNumberOrBoolean(value)) {
            super.save(value);
        } else if (!saveReference(memory.find(value))) {
            saveNew(value);
        }
        depth--;
    }

    private static boolean isNumberOrBoolean(Object value) {
        return value instanceof Boolean
                || value instanceof Long
                || value instanceof Integer
                || value instanceof Double
                || value instanceof Float
                || value instanceof Short
                || value instanceof Byte
                || value instanceof BigInteger;
    }

    private void saveNew(Object value) throws IOException {
        switch (value) {
            case String text -> saveString(text);
            case Character character -> saveString(character.toString());
            case Enum<?> constant -> saveString(constant.name());
            case byte[] bytes -> saveBytes(bytes);
            case PyBytes bytes -> saveBytes(bytes.toByteArray());
            case PyByteArray bytes -> saveCall(BYTEARRAY, PyTuple.of((Object) bytes.array()), bytes);
            case PyTuple tuple -> saveTuple(tuple, tuple);
            case PyFrozenSet set -> saveFrozenSet(set);
            case PyGlobal global -> saveGlobal(global);
            case PyComplex number -> saveCall(COMPLEX, PyTuple.of(number.real(), number.imaginary()), number);
            case PyObject object -> saveObject(object);
            case Set<?> set -> saveSet(set);
            case Collection<?> list -> saveList(list, list);
            case Map<?, ?> map -> saveMap(map, map);
            case Optional<?> optional -> save(optional.orElse(null));
            case Record components -> saveMap(Conversions.components(components), components);
            case Object[] array -> saveTuple(PyTuple.of(array), array);
            default -> saveOther(value);
        }
    }

    private void saveOther(Object value) throws IOException {
        if (value instanceof boolean[] || value instanceof char[]) {
            saveList(Conversions.listOf(value), value);
        } else {
            save(recipe(value));
        }
    }

    /** Asks once per object, so that one which appears twice is the same object in Python, too. */
    private PyObject recipe(Object value) {
        PyObject recipe = reduced.get(value);
        if (recipe == null) {
            recipe = newRecipe(value);
            reduced.put(value, recipe);
        }
        return recipe;
    }

    private PyObject newRecipe(Object value) {
        try {
            PyObject recipe = types.toPython(value);
            return recipe != null
                    ? recipe
                    : reducer.reduce(value)
                            .orElseThrow(() ->
                                    new Unencodable(value.getClass().getName() + " has no counterpart in Python"));
        } catch (IOException | IllegalArgumentException e) {
            throw new Unencodable(String.valueOf(e.getMessage()), e);
        }
    }

    private boolean saveReference(@Nullable Integer index) {
        if (index == null) {
            return false;
        }
        if (index <= MAX_BYTE) {
            sink.write(Opcode.BINGET);
            sink.write(index);
        } else {
            sink.write(Opcode.LONG_BINGET);
            sink.writeInt(index);
        }
        return true;
    }

    private void memoize(Object value) {
        if (!EncoderMemo.isSharedByJdk(value)) {
            sink.write(Opcode.MEMOIZE);
            memory.add(value);
        }
    }

    private void saveString(String text) {
        if (saveReference(memory.findEqual(text))) {
            return;
        }
        byte[] bytes = Utf8.encode(text);
        saveSized(Opcode.SHORT_BINUNICODE, Opcode.BINUNICODE, bytes);
        sink.write(Opcode.MEMOIZE);
        memory.addEqual(text);
    }

    private void saveBytes(byte[] bytes) {
        saveSized(Opcode.SHORT_BINBYTES, Opcode.BINBYTES, bytes);
    }

    private void saveSized(Opcode shortForm, Opcode longForm, byte[] bytes) {
        if (bytes.length <= MAX_BYTE) {
            sink.write(shortForm);
            sink.write(bytes.length);
        } else {
            sink.write(longForm);
            sink.writeInt(bytes.length);
        }
        sink.write(bytes);
    }

    private void saveGlobal(PyGlobal global) {
        if (saveReference(memory.findEqual(global))) {
            return;
        }
        saveString(global.module());
        saveString(global.qualname());
        sink.write(Opcode.STACK_GLOBAL);
        sink.write(Opcode.MEMOIZE);
        memory.addEqual(global);
    }

    private void saveCall(PyGlobal callable, PyTuple args, Object identity) throws IOException {
        saveGlobal(callable);
        saveTuple(args, args);
        sink.write(Opcode.REDUCE);
        memoize(identity);
    }

    /**
     * Writes a tuple; when it turns out to be part of its own elements, they have already written it, and this one is
     * dropped.
     */
    private void saveTuple(PyTuple tuple, Object identity) throws IOException {
        int size = tuple.size();
        if (size == 0) {
            sink.write(Opcode.EMPTY_TUPLE);
            return;
        }
        if (size > 3) {
            sink.write(Opcode.MARK);
        }
        for (int index = 0; index < size; index++) {
            saveElement(index, tuple.get(index));
        }
        Integer known = memory.find(identity);
        if (known != null) {
            for (int dropped = 0; dropped < (size > 3 ? 1 : size); dropped++) {
                sink.write(size > 3 ? Opcode.POP_MARK : Opcode.POP);
            }
            saveReference(known);
            return;
        }
        sink.write(
                switch (size) {
                    case 1 -> Opcode.TUPLE1;
                    case 2 -> Opcode.TUPLE2;
                    case 3 -> Opcode.TUPLE3;
                    default -> Opcode.TUPLE;
                });
        memoize(identity);
    }

    private void saveFrozenSet(PyFrozenSet set) throws IOException {
        sink.write(Opcode.MARK);
        for (Object element : set) {
            saveKey(element);
        }
        Integer known = memory.find(set);
        if (known != null) {
            sink.write(Opcode.POP_MARK);
            saveReference(known);
            return;
        }
        sink.write(Opcode.FROZENSET);
        memoize(set);
    }

    private void saveList(Collection<?> list, Object identity) throws IOException {
        sink.write(Opcode.EMPTY_LIST);
        memoize(identity);
        saveItems(list, Opcode.APPENDS);
    }

    private void saveSet(Set<?> set) throws IOException {
        sink.write(Opcode.EMPTY_SET);
        memoize(set);
        saveItems(set, Opcode.ADDITEMS);
    }

    private void saveItems(Collection<?> items, Opcode batchEnd) throws IOException {
        Iterator<?> iterator = items.iterator();
        int index = 0;
        while (iterator.hasNext()) {
            sink.write(Opcode.MARK);
            for (int count = 0; count < BATCH && iterator.hasNext(); count++) {
                Object item = iterator.next();
                if (batchEnd == Opcode.ADDITEMS) {
                    saveKey(item);
                } else {
                    saveElement(index, item);
                }
                index++;
            }
            sink.write(batchEnd);
        }
    }

    private void saveMap(Map<?, ?> map, Object identity) throws IOException {
        sink.write(Opcode.EMPTY_DICT);
        memoize(identity);
        saveEntries(map);
    }

    private void saveEntries(Map<?, ?> map) throws IOException {
        Iterator<? extends Map.Entry<?, ?>> iterator = map.entrySet().iterator();
        while (iterator.hasNext()) {
            sink.write(Opcode.MARK);
            for (int count = 0; count < BATCH && iterator.hasNext(); count++) {
                Map.Entry<?, ?> entry = iterator.next();
                saveKey(entry.getKey());
                saveEntryValue(entry.getKey(), entry.getValue());
            }
            sink.write(Opcode.SETITEMS);
        }
    }

    private void saveObject(PyObject object) throws IOException {
        savePart(object, "callable", object.callable());
        savePart(object, "args", object.args());
        switch (object.kind()) {
            case REDUCE -> sink.write(Opcode.REDUCE);
            case NEWOBJ -> sink.write(Opcode.NEWOBJ);
            case NEWOBJ_EX -> {
                savePart(object, "kwargs", object.kwargs());
                sink.write(Opcode.NEWOBJ_EX);
            }
        }
        Integer known = memory.find(object);
        if (known != null) {
            sink.write(Opcode.POP);
            saveReference(known);
            return;
        }
        memoize(object);
        saveItems(object.listItems(), Opcode.APPENDS);
        saveItems(object.setItems(), Opcode.ADDITEMS);
        saveEntries(object.dictItems());
        if (object.hasState()) {
            saveState(object);
        }
    }

    private void saveState(PyObject object) throws IOException {
        Object setter = object.stateSetter();
        if (setter == null) {
            savePart(object, "state", object.state());
            sink.write(Opcode.BUILD);
            return;
        }
        savePart(object, "stateSetter", setter);
        save(object);
        savePart(object, "state", object.state());
        sink.write(Opcode.TUPLE2);
        sink.write(Opcode.REDUCE);
        sink.write(Opcode.POP);
    }

    private void saveKey(@Nullable Object key) throws IOException {
        try {
            save(Conversions.key(key));
        } catch (Unencodable e) {
            throw e.inside("[key]");
        }
    }

    private void saveElement(int index, @Nullable Object value) throws IOException {
        try {
            save(value);
        } catch (Unencodable e) {
            throw e.inside("[" + index + "]");
        }
    }

    private void saveEntryValue(@Nullable Object key, @Nullable Object value) throws IOException {
        try {
            save(value);
        } catch (Unencodable e) {
            throw e.inside(key instanceof String || key instanceof Number ? "[" + key + "]" : "[value]");
        }
    }

    private void savePart(PyObject owner, String part, @Nullable Object value) throws IOException {
        try {
            save(value);
        } catch (Unencodable e) {
            throw e.inside("." + owner.className() + "." + part);
        }
    }
}
