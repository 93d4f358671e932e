package io.jarpipe.pickle;

import io.jarpipe.PyObject;
import io.jarpipe.types.PyTypes;
import java.io.IOException;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds how Python builds the Java objects of one pickle that have no plain form; the same object, the same recipe. */
final class RecipeBook {
    private final PyTypes types;
    private Reducer reducer = Reducer.NONE;
    private @Nullable IdentityHashMap<Object, PyObject> reduced;

    RecipeBook(PyTypes types) {
        this.types = types;
    }

    void begin(Reducer forOthers) {
        reducer = forOthers;
    }

    void clear() {
        reducer = Reducer.NONE;
        reduced = null;
    }

    /** Returns the recipe of a record or constant that is bound to a Python class; null when it is not. */
    @Nullable
    PyObject ofBound(Object value) {
        return recipe(value, Conversions::recipe);
    }

    /** Returns the recipe of any other object. */
    PyObject of(Object value) {
        return Objects.requireNonNull(recipe(value, this::ask));
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
}
