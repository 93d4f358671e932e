package io.jarpipe.pickle;

import io.jarpipe.PickleException;
import io.jarpipe.PyByteArray;
import io.jarpipe.PyBytes;
import io.jarpipe.PyComplex;
import io.jarpipe.PyFrozenSet;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.binding.BoundValues;
import io.jarpipe.dict.DictKeys;
import io.jarpipe.dict.PyDict;
import io.jarpipe.types.PyTypes;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Encodes values as pickles. Not thread-safe; keeps its working memory for the next value.
 *
 * <p>Protocol 4 by default: only from 3 on bytes are bytes and names are taken as they are, and only from 4 on a name
 * may be nested in a class. {@link OldForms} writes what protocols 2 and 3 lack.
 */
final class Encoder {
    static final int DEFAULT_PROTOCOL = 4;

    /** Deepest nesting; a loop through arrays, which the memo cannot catch, ends here too. */
    static final int DEFAULT_DEPTH = 1000;

    private static final int FIRST_PROTOCOL_WITH_BYTEARRAY = 5;

    /** Items per APPENDS, SETITEMS and ADDITEMS, as CPython writes them. */
    private static final int BATCH = 1000;

    static final PyGlobal BYTEARRAY = new PyGlobal("builtins", "bytearray");
    private static final PyGlobal COMPLEX = new PyGlobal("builtins", "complex");

    private final int protocol;
    private final int maxDepth;
    private final RecipeBook recipes;
    private final Output sink = new Output();
    private final Atoms atoms;
    private final OldForms old;
    private final BiConsumer<@Nullable Object, @Nullable Object> entries = this::saveEntry;
    private int depth;
    /** How many values were begun that may hold others. */
    private int begun;

    Encoder(int protocol, int maxDepth, PyTypes types) {
        this.protocol = protocol;
        this.maxDepth = maxDepth;
        this.recipes = new RecipeBook(types);
        this.atoms = new Atoms(protocol, sink);
        this.old = new OldForms(this, atoms, sink);
    }

    byte[] encode(@Nullable Object value, Reducer forOthers) throws PickleException {
        recipes.begin(forOthers);
        try {
            sink.write(OpcodeBytes.PROTO, protocol);
            if (protocol >= Atoms.FIRST_PROTOCOL_WITH_FRAMES) {
                sink.beginFrame();
            }
            save(value);
            sink.write(OpcodeBytes.STOP);
            sink.endFrame();
            return sink.toByteArray();
        } catch (Unencodable e) {
            throw new PickleException("cannot pickle: " + e.describe(), Objects.requireNonNullElse(e.getCause(), e));
        } catch (StackOverflowError e) {
            throw new PickleException("cannot pickle: nested too deep for this thread's stack", e);
        } finally {
            sink.clear();
            atoms.clear();
            recipes.clear();
            depth = 0;
        }
    }

    void save(@Nullable Object value) {
        sink.endLongFrame();
        if (value == null) {
            sink.write(OpcodeBytes.NONE);
            return;
        }
        Class<?> type = value.getClass();
        if (type == String.class) {
            atoms.saveString((String) value);
        } else if (type == Long.class) {
            atoms.saveInteger((Long) value);
        } else if (type == Double.class) {
            sink.writeDouble(OpcodeBytes.BINFLOAT, (Double) value);
        } else if (type == Boolean.class) {
            sink.write((Boolean) value ? OpcodeBytes.NEWTRUE : OpcodeBytes.NEWFALSE);
        } else if (type == Integer.class) {
            atoms.saveInteger((Integer) value);
        } else if (type == PyGlobal.class) {
            atoms.saveGlobal((PyGlobal) value);
        } else {
            int hash = EncoderMemo.hash(value);
            if (!atoms.saveReference(atoms.find(value, hash))) {
                if (depth == maxDepth) {
                    throw new Unencodable("nested more than " + maxDepth + " deep");
                }
                depth++;
                begun++;
                saveNew(value, type, hash);
                depth--;
            }
        }
    }

    private void saveNew(Object value, Class<?> type, int hash) {
        if (type == PyDict.class) {
            saveDict((PyDict) value, hash);
        } else if (type == ArrayList.class) {
            saveList((List<?>) value, value, hash);
        } else if (type == PyTuple.class) {
            saveTuple((PyTuple) value, value, hash);
        } else if (type == PyObject.class) {
            saveObject((PyObject) value, hash);
        } else {
            saveRare(value, hash);
        }
    }

    private void saveRare(Object value, int hash) {
        switch (value) {
            case LinkedHashMap<?, ?> map -> saveMap(map, map, hash);
            case byte[] bytes -> atoms.saveBytes(bytes, bytes, hash);
            case PyBytes bytes -> atoms.saveBytes(bytes.toByteArray(), bytes, hash);
            case PyByteArray bytes -> saveByteArray(bytes, hash);
            case PyFrozenSet set -> saveFrozenSet(set, hash);
            case PyComplex number -> saveCall(COMPLEX, PyTuple.of(number.real(), number.imaginary()), number, hash);
            case Float number -> sink.writeDouble(OpcodeBytes.BINFLOAT, number);
            case Short number -> atoms.saveInteger(number);
            case Byte number -> atoms.saveInteger(number);
            case ByteBuffer buffer -> atoms.saveBytes(Conversions.bytes(buffer), buffer, hash);
            case BigInteger number -> atoms.saveBigInteger(number);
            case Character character -> atoms.saveString(character.toString());
            case Set<?> set -> saveSet(set, hash);
            case Collection<?> list -> saveList(list, list, hash);
            case Map<?, ?> map -> saveMap(map, map, hash);
            case Optional<?> optional -> save(optional.orElse(null));
            case Object[] array -> saveTuple(PyTuple.of(array), array, hash);
            default -> saveOther(value, hash);
        }
    }

    private void saveOther(Object value, int hash) {
        switch (value) {
            case Enum<?> constant -> {
                if (!saveBound(constant)) {
                    atoms.saveString(BoundValues.name(constant));
                }
            }
            case Record components -> {
                if (!saveBound(components)) {
                    saveMap(Conversions.components(components), components, hash);
                }
            }
            case boolean[] array -> saveList(Conversions.listOf(array), array, hash);
            case char[] array -> saveList(Conversions.listOf(array), array, hash);
            default -> save(recipes.of(value));
        }
    }

    /** Writes a record or constant as an object of its Python class, if it has one. */
    private boolean saveBound(Object value) {
        PyObject recipe = recipes.ofBound(value);
        if (recipe != null) {
            save(recipe);
        }
        return recipe != null;
    }

    private void memoizeUnlessShared(Object value, int size, int hash) {
        if (size > 0 || !Conversions.isSharedByJdk(value)) {
            atoms.memoize(value, hash);
        }
    }

    private void saveByteArray(PyByteArray bytes, int hash) {
        if (protocol < FIRST_PROTOCOL_WITH_BYTEARRAY) {
            saveCall(BYTEARRAY, PyTuple.of((Object) bytes.array()), bytes, hash);
            return;
        }
        boolean isUnframed = sink.isUnframed(bytes.array().length);
        if (isUnframed) {
            sink.endFrame();
        }
        sink.writeLong(OpcodeBytes.BYTEARRAY8, bytes.array().length);
        sink.write(bytes.array());
        if (isUnframed) {
            sink.beginFrame();
        }
        atoms.memoize(bytes, hash);
    }

    private void saveCall(PyGlobal callable, PyTuple args, Object identity, int hash) {
        atoms.saveGlobal(callable);
        save(args);
        sink.write(OpcodeBytes.REDUCE);
        atoms.memoize(identity, hash);
    }

    /**
     * Writes a tuple; when it turns out to be part of its own elements, they have already written it, and this one is
     * dropped.
     */
    private void saveTuple(PyTuple tuple, Object identity, int hash) {
        int size = tuple.size();
        if (size == 0) {
            sink.write(OpcodeBytes.EMPTY_TUPLE);
            return;
        }
        if (size > 3) {
            sink.write(OpcodeBytes.MARK);
        }
        int begunBefore = begun;
        int index = 0;
        try {
            for (; index < size; index++) {
                save(tuple.get(index));
            }
        } catch (Unencodable e) {
            throw e.inside("[" + index + "]");
        }
        int known = begun == begunBefore ? EncoderMemo.NOT_FOUND : atoms.find(identity, hash);
        if (known != EncoderMemo.NOT_FOUND) {
            for (int dropped = 0; dropped < (size > 3 ? 1 : size); dropped++) {
                sink.write(size > 3 ? OpcodeBytes.POP_MARK : OpcodeBytes.POP);
            }
            atoms.saveReference(known);
            return;
        }
        sink.write(size > 3 ? OpcodeBytes.TUPLE : OpcodeBytes.TUPLE1 + size - 1);
        atoms.memoize(identity, hash);
    }

    private void saveFrozenSet(PyFrozenSet set, int hash) {
        if (protocol < Atoms.FIRST_PROTOCOL_WITH_FRAMES) {
            old.saveSet("frozenset", set);
        } else {
            sink.write(OpcodeBytes.MARK);
            set.forEach(this::saveKey);
        }
        int known = atoms.find(set, hash);
        if (known != EncoderMemo.NOT_FOUND) {
            sink.write(protocol < Atoms.FIRST_PROTOCOL_WITH_FRAMES ? OpcodeBytes.POP : OpcodeBytes.POP_MARK);
            atoms.saveReference(known);
            return;
        }
        if (protocol >= Atoms.FIRST_PROTOCOL_WITH_FRAMES) {
            sink.write(OpcodeBytes.FROZENSET);
        }
        atoms.memoize(set, hash);
    }

    private void saveList(Collection<?> list, Object identity, int hash) {
        sink.write(OpcodeBytes.EMPTY_LIST);
        memoizeUnlessShared(identity, list.size(), hash);
        saveItems(list);
    }

    /** Writes the items of the list, or of the object, that is on the stack. */
    private void saveItems(Collection<?> items) {
        Iterator<?> iterator = items.iterator();
        int index = 0;
        try {
            if (items.size() == 1) {
                save(iterator.next());
                sink.write(OpcodeBytes.APPEND);
                return;
            }
            while (iterator.hasNext()) {
                sink.write(OpcodeBytes.MARK);
                int end = index + BATCH;
                for (; index < end && iterator.hasNext(); index++) {
                    save(iterator.next());
                }
                sink.write(OpcodeBytes.APPENDS);
            }
        } catch (Unencodable e) {
            throw e.inside("[" + index + "]");
        }
    }

    private void saveSet(Set<?> set, int hash) {
        if (protocol < Atoms.FIRST_PROTOCOL_WITH_FRAMES) {
            old.saveSet("set", set);
            memoizeUnlessShared(set, set.size(), hash);
            return;
        }
        sink.write(OpcodeBytes.EMPTY_SET);
        memoizeUnlessShared(set, set.size(), hash);
        saveElements(set);
    }

    private void saveElements(Collection<?> set) {
        Iterator<?> iterator = set.iterator();
        while (iterator.hasNext()) {
            sink.write(OpcodeBytes.MARK);
            for (int count = 0; count < BATCH && iterator.hasNext(); count++) {
                saveKey(iterator.next());
            }
            sink.write(OpcodeBytes.ADDITEMS);
        }
    }

    private void saveDict(PyDict dict, int hash) {
        DictKeys keys = dict.keys();
        if (keys == null || keys.size() == 0) {
            saveMap(dict, dict, hash);
            return;
        }
        sink.write(OpcodeBytes.EMPTY_DICT);
        atoms.memoize(dict, hash);
        sink.write(OpcodeBytes.MARK);
        for (int position = 0; position < keys.size(); position++) {
            saveEntry(keys.get(position), dict.value(position));
        }
        sink.write(OpcodeBytes.SETITEMS);
    }

    private void saveMap(Map<?, ?> map, Object identity, int hash) {
        sink.write(OpcodeBytes.EMPTY_DICT);
        memoizeUnlessShared(identity, map.size(), hash);
        saveEntries(map);
    }

    private void saveEntries(Map<?, ?> map) {
        if (map.size() <= BATCH) {
            if (!map.isEmpty()) {
                sink.write(OpcodeBytes.MARK);
                map.forEach(entries);
                sink.write(OpcodeBytes.SETITEMS);
            }
            return;
        }
        Iterator<? extends Map.Entry<?, ?>> iterator = map.entrySet().iterator();
        while (iterator.hasNext()) {
            sink.write(OpcodeBytes.MARK);
            for (int count = 0; count < BATCH && iterator.hasNext(); count++) {
                Map.Entry<?, ?> entry = iterator.next();
                saveEntry(entry.getKey(), entry.getValue());
            }
            sink.write(OpcodeBytes.SETITEMS);
        }
    }

    private void saveEntry(@Nullable Object key, @Nullable Object value) {
        Object saved = null;
        try {
            saveKey(key);
            saved = key;
            save(value);
        } catch (Unencodable e) {
            throw e.inside(saved instanceof String || saved instanceof Number ? "[" + saved + "]" : "[value]");
        }
    }

    void saveKey(@Nullable Object key) {
        if (key instanceof String text) {
            sink.endLongFrame();
            atoms.saveString(text);
            return;
        }
        try {
            save(Conversions.key(key));
        } catch (Unencodable e) {
            throw e.inside("[key]");
        }
    }

    private void saveObject(PyObject object, int hash) {
        if (object.kind() == PyObject.Kind.NEWOBJ_EX && protocol < Atoms.FIRST_PROTOCOL_WITH_FRAMES) {
            old.saveNewObjectEx(object);
        } else {
            saveCreation(object);
        }
        int known = atoms.find(object, hash);
        if (known != EncoderMemo.NOT_FOUND) {
            sink.write(OpcodeBytes.POP);
            atoms.saveReference(known);
            return;
        }
        atoms.memoize(object, hash);
        saveItems(object.listItems());
        if (protocol < Atoms.FIRST_PROTOCOL_WITH_FRAMES) {
            old.requireNoElements(object);
        }
        saveElements(object.setItems());
        saveEntries(object.dictItems());
        if (object.hasState()) {
            saveState(object);
        }
    }

    private void saveCreation(PyObject object) {
        savePart(object, "callable", object.callable());
        savePart(object, "args", object.args());
        switch (object.kind()) {
            case REDUCE -> sink.write(OpcodeBytes.REDUCE);
            case NEWOBJ -> sink.write(OpcodeBytes.NEWOBJ);
            case NEWOBJ_EX -> {
                savePart(object, "kwargs", object.kwargs());
                sink.write(OpcodeBytes.NEWOBJ_EX);
            }
        }
    }

    private void saveState(PyObject object) {
        Object setter = object.stateSetter();
        if (setter == null) {
            savePart(object, "state", object.state());
            sink.write(OpcodeBytes.BUILD);
            return;
        }
        savePart(object, "stateSetter", setter);
        save(object);
        savePart(object, "state", object.state());
        sink.write(OpcodeBytes.TUPLE2);
        sink.write(OpcodeBytes.REDUCE);
        sink.write(OpcodeBytes.POP);
    }

    void savePart(PyObject owner, String part, @Nullable Object value) {
        try {
            save(value);
        } catch (Unencodable e) {
            throw e.inside("." + owner.className() + "." + part);
        }
    }
}
