package io.jarpipe.pickle;

import io.jarpipe.PyGlobal;
import java.nio.charset.StandardCharsets;

/**
 * Writes, in protocols 2 and 3, the bytes and names that have an opcode from 3 or 4 on. Source: CPython
 * {@code Lib/pickle.py}.
 */
final class OldAtoms {
    private static final int FIRST_PROTOCOL_WITH_NEW_NAMES = 3;
    private static final PyGlobal BYTES = new PyGlobal("__builtin__", "bytes");
    private static final PyGlobal ENCODE = new PyGlobal("_codecs", "encode");
    private static final PyGlobal GETATTR = new PyGlobal("builtins", "getattr");

    private final int protocol;
    private final Atoms atoms;
    private final Output sink;

    OldAtoms(int protocol, Atoms atoms, Output sink) {
        this.protocol = protocol;
        this.atoms = atoms;
        this.sink = sink;
    }

    /** Writes bytes as Latin-1 text that Python encodes. */
    void saveBytes(byte[] bytes) {
        if (bytes.length == 0) {
            atoms.saveGlobal(BYTES);
            sink.write(OpcodeBytes.EMPTY_TUPLE);
        } else {
            atoms.saveGlobal(ENCODE);
            atoms.saveString(new String(bytes, StandardCharsets.ISO_8859_1));
            atoms.saveString("latin1");
            sink.write(OpcodeBytes.TUPLE2);
        }
        sink.write(OpcodeBytes.REDUCE);
    }

    /** Writes a name; a nested one as the attribute of the outer. */
    void saveName(PyGlobal global) {
        int dot = global.qualname().lastIndexOf('.');
        if (dot >= 0) {
            atoms.saveGlobal(GETATTR);
            atoms.saveGlobal(new PyGlobal(global.module(), global.qualname().substring(0, dot)));
            atoms.saveString(global.qualname().substring(dot + 1));
            sink.write(OpcodeBytes.TUPLE2);
            sink.write(OpcodeBytes.REDUCE);
            return;
        }
        String line = global.module() + "\n" + global.qualname() + "\n";
        if (line.chars().filter(c -> c == '\n').count() != 2) {
            throw new Unencodable(
                    "the name " + global + " does not fit into a line, as protocol " + protocol + " needs it");
        }
        if (protocol < FIRST_PROTOCOL_WITH_NEW_NAMES && isTranslated(global)) {
            throw new Unencodable("Python would take the name " + global + " in protocol 2 for an old one");
        }
        sink.write(OpcodeBytes.GLOBAL);
        sink.write(Utf8.encode(line));
    }

    private static boolean isTranslated(PyGlobal global) {
        return !global.module().equals("__builtin__")
                && !Python2Names.translate(global).equals(global);
    }
}
