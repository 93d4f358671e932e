package io.jarpipe.types;

import io.jarpipe.PyObject;
import org.jspecify.annotations.Nullable;

/** Knows which recipes are values that Java has a type for, and the other way round. Immutable. */
public final class PyTypes {
    private static final PyTypes STANDARD = new PyTypes();

    private PyTypes() {}

    /**
     * Returns the types of Python's standard library.
     *
     * @return the types
     */
    public static PyTypes standard() {
        return STANDARD;
    }

    /**
     * Returns the Java value of a recipe that was just completed by a call or by its state.
     *
     * @param recipe the recipe
     * @return the value, or the recipe itself
     */
    public Object fromPython(PyObject recipe) {
        return recipe;
    }

    /**
     * Returns the recipe of a Java value without plain-data form.
     *
     * @param value the value
     * @return the recipe, or null if the type is unknown
     */
    public @Nullable PyObject toPython(Object value) {
        return null;
    }
}
