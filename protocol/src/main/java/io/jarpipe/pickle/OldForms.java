package io.jarpipe.pickle;

import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes, in protocols 2 and 3, the sets and objects that have an opcode from 4 on: as calls of functions that Python 3
 * has. Source: CPython {@code Lib/pickle.py}.
 */
final class OldForms {
    private static final PyGlobal NEW_OBJECT_EX = new PyGlobal("copyreg", "__newobj_ex__");

    private final Encoder encoder;
    private final Atoms atoms;
    private final Output sink;

    OldForms(Encoder encoder, Atoms atoms, Output sink) {
        this.encoder = encoder;
        this.atoms = atoms;
        this.sink = sink;
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
        atoms.saveGlobal(new PyGlobal("builtins", type));
        encoder.save(PyTuple.of(elements));
        sink.write(OpcodeBytes.REDUCE);
    }

    /** Writes the creation of an object with keyword arguments. */
    void saveNewObjectEx(PyObject object) {
        atoms.saveGlobal(NEW_OBJECT_EX);
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
