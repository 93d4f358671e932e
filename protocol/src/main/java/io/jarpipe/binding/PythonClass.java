package io.jarpipe.binding;

import io.jarpipe.PyClass;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import org.jspecify.annotations.Nullable;

// Some facts about how CPython pickles instances (3.8 to 3.15, Lib/copyreg.py, Lib/pickle.py)
// --------------------------------------------------------------------------------------------
// Protocols 0 and 1 write copyreg._reconstructor(cls, base, state of the base), 2 and later cls.__new__(cls, *args).
// Up to protocol 3 a nested class is the call getattr(Outer, 'Inner'), later it is a dotted name.
// A member of an enum is the call Colour(1); some releases of 3.11 and enum.pickle_by_enum_name write the call
// getattr(Colour, 'RED'), and enum.pickle_by_global_name the name alone, as if it stood in the module.

/** Finds out which Python class a recipe makes an instance of. */
final class PythonClass {
    private static final PyGlobal RECONSTRUCTOR = new PyGlobal("copyreg", "_reconstructor");
    private static final PyGlobal GETATTR = new PyGlobal("builtins", "getattr");

    private PythonClass() {}

    /** Returns the class that a Java type is bound to; null when it is not. */
    static @Nullable PyGlobal boundTo(Class<?> type) {
        PyClass annotation = type.getAnnotation(PyClass.class);
        if (annotation == null) {
            return null;
        }
        String name = annotation.value();
        int split = name.indexOf(':') < 0 ? name.lastIndexOf('.') : name.indexOf(':');
        if (split <= 0 || split == name.length() - 1) {
            throw new IllegalArgumentException("@PyClass(\"" + name + "\") of " + type.getTypeName()
                    + " (expected: \"module.Class\" or \"module:Outer.Inner\")");
        }
        return new PyGlobal(name.substring(0, split), name.substring(split + 1));
    }

    /** Tells whether the recipe is {@code copyreg._reconstructor(cls, base, state of the base)}. */
    static boolean isReconstructed(PyObject recipe) {
        return recipe.callable().equals(RECONSTRUCTOR) && recipe.args().size() == 3;
    }

    /** Returns the class of which the recipe makes an instance, if it says so; null otherwise. */
    static @Nullable PyGlobal of(PyObject recipe) {
        return named(isReconstructed(recipe) ? recipe.args().get(0) : recipe.callable());
    }

    /** Returns the name of what is written by name, or by {@code getattr} with names; null for anything else. */
    static @Nullable PyGlobal named(@Nullable Object value) {
        if (value instanceof PyGlobal global) {
            return global;
        }
        if (value instanceof PyObject call
                && call.callable().equals(GETATTR)
                && call.args().size() == 2
                && call.args().get(1) instanceof String attribute) {
            PyGlobal owner = named(call.args().get(0));
            return owner == null ? null : new PyGlobal(owner.module(), owner.qualname() + "." + attribute);
        }
        return null;
    }

    /** Returns the recipe of an attribute that is had by name. */
    static PyObject attribute(PyGlobal owner, String name) {
        return PyObject.reduce(GETATTR, PyTuple.of(owner, name));
    }
}
