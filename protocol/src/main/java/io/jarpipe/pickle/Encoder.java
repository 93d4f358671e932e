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
import io.jarpipe.types.PyTypes;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
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

    private static final int FIRST_PROTOCOL_WITH_BYTES = 3;
    private static final int FIRST_PROTOCOL_WITH_FRAMES = 4;
    private static final int FIRST_PROTOCOL_WITH_BYTEARRAY = 5;
    private static final int MAX_BYTE = 0xff;
    private static final int MAX_SHORT = 0xffff;
    /** Up to this length a loop over the characters is faster than the JDK's encoder. */
    private static final int SHORT_TEXT = 32;

    /** Items per APPENDS, SETITEMS and ADDITEMS, as CPython writes them. */
    private static final int BATCH = 1000;

    static final PyGlobal BYTEARRAY = new PyGlobal("builtins", "bytearray");
    private static final PyGlobal COMPLEX = new PyGlobal("builtins", "complex");

    /**
     * Empty containers that the JDK shares between all who ask for one. They are immutable in Java, but would become
     * one mutable object in Python.
     */
    private static final List<Object> JDK_EMPTIES = List.of(
            List.of(), Set.of(), Map.of(), Collections.emptyList(), Collections.emptySet(), Collections.emptyMap());

    private final int protocol;
    private final int maxDepth;
    private final PyTypes types;
    private final Output sink = new Output();
    private final EncoderMemo memo = new EncoderMemo();
    private final OldForms old = new OldForms(this, sink);
    private @Nullable IdentityHashMap<Object, PyObject> reduced;
    private Reducer reducer = Reducer.NONE;
    private int depth;

    Encoder(int protocol, int maxDepth, PyTypes types) {
        this.protocol = protocol;
        this.maxDepth = maxDepth;
        this.types = types;
    }

    byte[] encode(@Nullable Object value, Reducer forOthers) throws PickleException {
        reducer = forOthers;
        try {
            sink.write(OpcodeBytes.PROTO, protocol);
            if (protocol >= FIRST_PROTOCOL_WITH_FRAMES) {
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
            memo.clear();
            reduced = null;
            reducer = Reducer.NONE;
            depth = 0;
        }
    }

    int protocol() {
        return protocol;
    }

    void save(@Nullable Object value) {
        sink.endLongFrame();
        if (value == null) {
            sink.write(OpcodeBytes.NONE);
            return;
        }
        Class<?> type = value.getClass();
        if (type == String.class) {
            saveString((String) value);
        } else if (type == Long.class) {
            saveInteger((Long) value);
        } else if (type == Double.class) {
            sink.writeDouble(OpcodeBytes.BINFLOAT, (Double) value);
        } else if (type == Boolean.class) {
            sink.write((Boolean) value ? OpcodeBytes.NEWTRUE : OpcodeBytes.NEWFALSE);
        } else if (type == Integer.class) {
            saveInteger((Integer) value);
        } else if (type == PyGlobal.class) {
            saveGlobal((PyGlobal) value);
        } else {
            int hash = EncoderMemo.hash(value);
            if (!saveReference(memo.find(value, hash))) {
                if (depth == maxDepth) {
                    throw new Unencodable("nested more than " + maxDepth + " deep");
                }
                depth++;
                saveNew(value, type, hash);
                depth--;
            }
        }
    }

    private void saveNew(Object value, Class<?> type, int hash) {
        if (type == LinkedHashMap.class) {
            saveMap((Map<?, ?>) value, value, hash);
        } else if (type == ArrayList.class) {
            saveList((List<?>) value, value, hash);
        } else if (type == PyTuple.class) {
            saveTuple((PyTuple) value, value, hash);
        } else {
            saveRare(value, hash);
        }
    }

    private void saveRare(Object value, int hash) {
        switch (value) {
            case byte[] bytes -> saveBytes(bytes, bytes, hash);
            case PyObject object -> saveObject(object, hash);
            case PyBytes bytes -> saveBytes(bytes.toByteArray(), bytes, hash);
            case PyByteArray bytes -> saveByteArray(bytes, hash);
            case PyFrozenSet set -> saveFrozenSet(set, hash);
            case PyComplex number -> saveCall(COMPLEX, PyTuple.of(number.real(), number.imaginary()), number, hash);
            case Float number -> sink.writeDouble(OpcodeBytes.BINFLOAT, number);
            case Short number -> saveInteger(number);
            case Byte number -> saveInteger(number);
            case BigInteger number -> saveBigInteger(number);
            case Character character -> saveString(character.toString());
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
                    saveString(BoundValues.name(constant));
                }
            }
            case Record components -> {
                if (!saveBound(components)) {
                    saveMap(Conversions.components(components), components, hash);
                }
            }
            case boolean[] array -> saveList(Conversions.listOf(array), array, hash);
            case char[] array -> saveList(Conversions.listOf(array), array, hash);
            default -> save(recipe(value, this::ask));
        }
    }

    /** Writes a record or constant as an object of its Python class, if it has one. */
    private boolean saveBound(Object value) {
        PyObject recipe = recipe(value, Conversions::recipe);
        if (recipe != null) {
            save(recipe);
        }
        return recipe != null;
    }

    /** Asks once per object, so that one which appears twice is the same object in Python, too. */
    private @Nullable PyObject recipe(Object value, Function<Object, @Nullable PyObject> source) {
        if (reduced == null) {
            reduced = new IdentityHashMap<>();
        }
        PyObject recipe = reduced.get(value);
        if (recipe == null) {
            recipe = source.apply(value);
            if (recipe != null) {
                reduced.put(value, recipe);
            }
        }
        return recipe;
    }

    private PyObject ask(Object value) {
        try {
            PyObject known = types.toPython(value);
            return known != null
                    ? known
                    : reducer.reduce(value)
                            .orElseThrow(() ->
                                    new Unencodable(value.getClass().getName() + " has no counterpart in Python"));
        } catch (IOException | IllegalArgumentException e) {
            throw new Unencodable(String.valueOf(e.getMessage()), e);
        }
    }

    private boolean saveReference(int number) {
        if (number == EncoderMemo.NOT_FOUND) {
            return false;
        }
        if (number <= MAX_BYTE) {
            sink.write(OpcodeBytes.BINGET, number);
        } else {
            sink.writeInt(OpcodeBytes.LONG_BINGET, number);
        }
        return true;
    }

    void memoize(Object value, int hash) {
        int number = memo.add(value, hash);
        if (protocol >= FIRST_PROTOCOL_WITH_FRAMES) {
            sink.write(OpcodeBytes.MEMOIZE);
        } else if (number <= MAX_BYTE) {
            sink.write(OpcodeBytes.BINPUT, number);
        } else {
            sink.writeInt(OpcodeBytes.LONG_BINPUT, number);
        }
    }

    private void memoizeUnlessShared(Object value, int size, int hash) {
        if (size > 0 || !isSharedByJdk(value)) {
            memoize(value, hash);
        }
    }

    @SuppressWarnings("ReferenceEquality") // the shared instances themselves are meant
    private static boolean isSharedByJdk(Object value) {
        for (Object empty : JDK_EMPTIES) {
            if (value == empty) {
                return true;
            }
        }
        return false;
    }

    private void saveInteger(long number) {
        if (number >= 0 && number <= MAX_SHORT) {
            if (number <= MAX_BYTE) {
                sink.write(OpcodeBytes.BININT1, (int) number);
            } else {
                sink.writeShort(OpcodeBytes.BININT2, (int) number);
            }
        } else if (number == (int) number) {
            sink.writeInt(OpcodeBytes.BININT, (int) number);
        } else {
            saveBigInteger(BigInteger.valueOf(number));
        }
    }

    private void saveBigInteger(BigInteger number) {
        byte[] bigEndian = number.toByteArray();
        if (bigEndian.length <= Integer.BYTES) {
            saveInteger(number.intValue());
            return;
        }
        byte[] bytes = new byte[bigEndian.length];
        for (int index = 0; index < bytes.length; index++) {
            bytes[index] = bigEndian[bytes.length - 1 - index];
        }
        saveSized(OpcodeBytes.LONG1, OpcodeBytes.LONG4, bytes);
    }

    void saveString(String text) {
        int hash = EncoderMemo.hash(text);
        if (saveReference(memo.findEqual(text, hash))) {
            return;
        }
        boolean hasShortForm = protocol >= FIRST_PROTOCOL_WITH_FRAMES;
        if (!hasShortForm || text.length() > SHORT_TEXT || !sink.writeAscii(OpcodeBytes.SHORT_BINUNICODE, text)) {
            byte[] bytes = Utf8.encode(text);
            saveSized(
                    hasShortForm ? OpcodeBytes.SHORT_BINUNICODE : OpcodeBytes.BINUNICODE,
                    OpcodeBytes.BINUNICODE,
                    bytes);
        }
        memoize(text, hash);
    }

    private void saveBytes(byte[] bytes, Object identity, int hash) {
        if (protocol < FIRST_PROTOCOL_WITH_BYTES) {
            old.saveBytes(bytes);
        } else {
            saveSized(OpcodeBytes.SHORT_BINBYTES, OpcodeBytes.BINBYTES, bytes);
        }
        memoize(identity, hash);
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
        memoize(bytes, hash);
    }

    private void saveSized(int shortForm, int longForm, byte[] bytes) {
        if (bytes.length <= MAX_BYTE && shortForm != longForm) {
            sink.write(shortForm, bytes.length);
            sink.write(bytes);
        } else if (sink.isUnframed(bytes.length)) {
            sink.endFrame();
            sink.writeInt(longForm, bytes.length);
            sink.write(bytes);
            sink.beginFrame();
        } else {
            sink.writeInt(longForm, bytes.length);
            sink.write(bytes);
        }
    }

    void saveGlobal(PyGlobal global) {
        int hash = global.hashCode();
        if (saveReference(memo.findEqual(global, hash))) {
            return;
        }
        if (protocol < FIRST_PROTOCOL_WITH_FRAMES) {
            old.saveName(global);
        } else {
            saveString(global.module());
            saveString(global.qualname());
            sink.write(OpcodeBytes.STACK_GLOBAL);
        }
        memoize(global, hash);
    }

    private void saveCall(PyGlobal callable, PyTuple args, Object identity, int hash) {
        saveGlobal(callable);
        save(args);
        sink.write(OpcodeBytes.REDUCE);
        memoize(identity, hash);
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
        int index = 0;
        try {
            for (; index < size; index++) {
                save(tuple.get(index));
            }
        } catch (Unencodable e) {
            throw e.inside("[" + index + "]");
        }
        int known = memo.find(identity, hash);
        if (known != EncoderMemo.NOT_FOUND) {
            for (int dropped = 0; dropped < (size > 3 ? 1 : size); dropped++) {
                sink.write(size > 3 ? OpcodeBytes.POP_MARK : OpcodeBytes.POP);
            }
            saveReference(known);
            return;
        }
        sink.write(size > 3 ? OpcodeBytes.TUPLE : OpcodeBytes.TUPLE1 + size - 1);
        memoize(identity, hash);
    }

    private void saveFrozenSet(PyFrozenSet set, int hash) {
        if (protocol < FIRST_PROTOCOL_WITH_FRAMES) {
            old.saveSet("frozenset", set);
        } else {
            sink.write(OpcodeBytes.MARK);
            set.forEach(this::saveKey);
        }
        int known = memo.find(set, hash);
        if (known != EncoderMemo.NOT_FOUND) {
            sink.write(protocol < FIRST_PROTOCOL_WITH_FRAMES ? OpcodeBytes.POP : OpcodeBytes.POP_MARK);
            saveReference(known);
            return;
        }
        if (protocol >= FIRST_PROTOCOL_WITH_FRAMES) {
            sink.write(OpcodeBytes.FROZENSET);
        }
        memoize(set, hash);
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
        if (protocol < FIRST_PROTOCOL_WITH_FRAMES) {
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

    private void saveMap(Map<?, ?> map, Object identity, int hash) {
        sink.write(OpcodeBytes.EMPTY_DICT);
        memoizeUnlessShared(identity, map.size(), hash);
        saveEntries(map);
    }

    private void saveEntries(Map<?, ?> map) {
        Iterator<? extends Map.Entry<?, ?>> iterator = map.entrySet().iterator();
        Object key = null;
        try {
            while (iterator.hasNext()) {
                sink.write(OpcodeBytes.MARK);
                for (int count = 0; count < BATCH && iterator.hasNext(); count++) {
                    Map.Entry<?, ?> entry = iterator.next();
                    key = null;
                    saveKey(entry.getKey());
                    key = entry.getKey();
                    save(entry.getValue());
                }
                sink.write(OpcodeBytes.SETITEMS);
            }
        } catch (Unencodable e) {
            throw e.inside(key instanceof String || key instanceof Number ? "[" + key + "]" : "[value]");
        }
    }

    void saveKey(@Nullable Object key) {
        if (key instanceof String text) {
            sink.endLongFrame();
            saveString(text);
            return;
        }
        try {
            save(Conversions.key(key));
        } catch (Unencodable e) {
            throw e.inside("[key]");
        }
    }

    private void saveObject(PyObject object, int hash) {
        if (object.kind() == PyObject.Kind.NEWOBJ_EX && protocol < FIRST_PROTOCOL_WITH_FRAMES) {
            old.saveNewObjectEx(object);
        } else {
            saveCreation(object);
        }
        int known = memo.find(object, hash);
        if (known != EncoderMemo.NOT_FOUND) {
            sink.write(OpcodeBytes.POP);
            saveReference(known);
            return;
        }
        memoize(object, hash);
        saveItems(object.listItems());
        if (protocol < FIRST_PROTOCOL_WITH_FRAMES) {
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
