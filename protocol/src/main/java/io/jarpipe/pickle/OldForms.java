package io.jarpipe.pickle;

import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes, in protocols 2 and 3, what has an opcode from 4 on: as calls of functions that Python 3 has. Source: CPython
 * {@code Lib/pickle.py}.
 */
final class OldForms {
    private static final int FIRST_PROTOCOL_WITH_NEW_NAMES = 3;
    private static final PyGlobal BYTES = new PyGlobal("__builtin__", "bytes");
    private static final PyGlobal ENCODE = new PyGlobal("_codecs", "encode");
    private static final PyGlobal GETATTR = new PyGlobal("builtins", "getattr");
    private static final PyGlobal NEW_OBJECT_EX = new PyGlobal("copyreg", "__newobj_ex__");

    private final Encoder encoder;
    private final Output sink;

    OldForms(Encoder encoder, Output sink) {
        this.encoder = encoder;
        this.sink = sink;
    }

    /** Writes bytes as Latin-1 text that Python encodes. */
    void saveBytes(byte[] bytes) {
        if (bytes.length == 0) {
            encoder.saveGlobal(BYTES);
            sink.write(OpcodeBytes.EMPTY_TUPLE);
        } else {
            encoder.saveGlobal(ENCODE);
            encoder.saveString(new String(bytes, StandardCharsets.ISO_8859_1));
            encoder.saveString("latin1");
            sink.write(OpcodeBytes.TUPLE2);
        }
        sink.write(OpcodeBytes.REDUCE);
    }

    /** Writes a name; a nested one as the attribute of the outer. */
    void saveName(PyGlobal global) {
        int dot = global.qualname().lastIndexOf('.');
        if (dot >= 0) {
            encoder.saveGlobal(GETATTR);
            encoder.saveGlobal(new PyGlobal(global.module(), global.qualname().substring(0, dot)));
            encoder.saveString(global.qualname().substring(dot + 1));
            sink.write(OpcodeBytes.TUPLE2);
            sink.write(OpcodeBytes.REDUCE);
            return;
        }
        String line = global.module() + "\n" + global.qualname() + "\n";
        if (line.chars().filter(c -> c == '\n').count() != 2) {
            throw new Unencodable("the name " + global + " does not fit into a line, as protocol " + encoder.protocol()
                    + " needs it");
        }
        if (encoder.protocol() < FIRST_PROTOCOL_WITH_NEW_NAMES && isTranslated(global)) {
            throw new Unencodable("Python would take the name " + global + " in protocol 2 for an old one");
        }
        sink.write(OpcodeBytes.GLOBAL);
        sink.write(Utf8.encode(line));
    }

    private static boolean isTranslated(PyGlobal global) {
        return !global.module().equals("__builtin__")
                && !Python2Names.translate(global).equals(global);
    }

    /** Writes the elements of a set as a list that Python makes one of. */
    void saveSet(String type, Collection<?> set) {
        List<@Nullable Object> elements = new ArrayList<>(set.size());
        for (Object element : set) {
            try {
                elements.add(Conversions.key(element));
            } catch (Unencodable e) {
                throw e.inside("[key]");
            }
        }
        encoder.saveGlobal(new PyGlobal("builtins", type));
        encoder.save(PyTuple.of(elements));
        sink.write(OpcodeBytes.REDUCE);
    }

    /** Writes the creation of an object with keyword arguments. */
    void saveNewObjectEx(PyObject object) {
        encoder.saveGlobal(NEW_OBJECT_EX);
        encoder.savePart(object, "callable", object.callable());
        encoder.savePart(object, "args", object.args());
        encoder.savePart(object, "kwargs", object.kwargs());
        sink.write(OpcodeBytes.TUPLE3);
        sink.write(OpcodeBytes.REDUCE);
    }

    /** Refuses elements added to an object, for which there is no opcode. */
    void requireNoElements(PyObject object) {
        if (!object.setItems().isEmpty()) {
            throw new Unencodable("elements of " + object.className() + " need protocol 4");
        }
    }
}
