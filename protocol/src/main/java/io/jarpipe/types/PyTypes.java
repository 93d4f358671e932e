package io.jarpipe.types;

import io.jarpipe.NdArray;
import io.jarpipe.PyArray;
import io.jarpipe.PyDecimal;
import io.jarpipe.PyException;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import java.io.File;
import java.math.BigDecimal;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Knows which Java value stands for which Python object that a pickle describes by a call, both ways.
 *
 * <p>A conversion is exact or does not happen: a recipe that says anything more than the Java value can hold, or that
 * Python itself would not write, stays a recipe. Nothing is run or looked up by name.
 *
 * <p>Immutable and thread-safe; there is no registry to change.
 */
public final class PyTypes {
    private static final PyGlobal RECONSTRUCTOR = new PyGlobal("copyreg", "_reconstructor");
    private static final PyGlobal PATH = new PyGlobal("pathlib", "Path");
    private static final PyTypes STANDARD = new PyTypes(true);

    /** What calls return, by what is called. */
    private final Map<PyGlobal, Function<PyObject, @Nullable Object>> calls;

    private final DateTimeRecipes dateTimes;

    private PyTypes(boolean zoneInfo) {
        Map<PyGlobal, Function<PyObject, @Nullable Object>> readers = new HashMap<>();
        readers.put(DateTimes.DATE, DateTimes::date);
        readers.put(DateTimes.TIME, DateTimes::time);
        readers.put(DateTimes.DATETIME, DateTimes::dateTime);
        readers.put(DateTimes.TIMEDELTA, DateTimes::timedelta);
        readers.put(Decimals.DECIMAL, Decimals::decimal);
        readers.put(Arrays.ARRAY, Arrays::array);
        readers.put(Arrays.RECONSTRUCTOR, Arrays::reconstructed);
        Exceptions.classes().forEach(name -> readers.put(name, Exceptions::exception));
        Exceptions.REBUILDERS.forEach(name -> readers.put(name, Exceptions::withTraceback));
        calls = Map.copyOf(readers);
        dateTimes = new DateTimeRecipes(zoneInfo);
    }

    /**
     * Returns the types of the table in {@code PickleCodec}.
     *
     * @return the same instance every time
     */
    public static PyTypes standard() {
        return STANDARD;
    }

    /**
     * Returns the same types, but for a peer without {@code zoneinfo}, which is CPython 3.8: a {@code ZonedDateTime} is
     * written with the offset it has.
     *
     * @return another instance
     */
    public PyTypes withFixedOffsets() {
        return new PyTypes(false);
    }

    /**
     * Finds the Java value of a recipe that has just been completed: by a call, or by the state that followed it.
     *
     * <p>An object with a state is asked about twice; see {@link #awaitsState}.
     *
     * @param recipe what Python would build
     * @return the value, or the recipe itself
     */
    public Object fromPython(PyObject recipe) {
        Object value = null;
        if (recipe.hasState()) {
            value = awaitsState(recipe) && isBare(recipe) ? Uuids.uuid(recipe) : null;
        } else if (recipe.kind() == PyObject.Kind.REDUCE && recipe.callable() instanceof PyGlobal name) {
            Function<PyObject, @Nullable Object> reader = calls.get(name);
            value = reader == null ? null : reader.apply(recipe);
        }
        return value == null ? recipe : value;
    }

    private static boolean isBare(PyObject recipe) {
        return recipe.stateSetter() == null
                && recipe.listItems().isEmpty()
                && recipe.setItems().isEmpty()
                && recipe.dictItems().isEmpty();
    }

    /**
     * Says whether {@link #fromPython} may find a value once the recipe has its state, and not before. A codec has to
     * remember where it keeps such a recipe, to put the value into the same places.
     *
     * @param recipe what Python would build
     * @return true if so
     */
    public boolean awaitsState(PyObject recipe) {
        if (recipe.callable().equals(Uuids.UUID_CLASS)) {
            return Uuids.isNew(recipe);
        }
        return recipe.callable().equals(RECONSTRUCTOR) && Uuids.isReconstructed(recipe);
    }

    /**
     * Finds the recipe that a state belongs to which arrives after {@link #fromPython} has found a value. The value
     * stays the same object: it is a view of the recipe.
     *
     * @param value what stands where a pickle sets a state
     * @return the recipe to set it in; null if the value can have no state
     */
    public @Nullable PyObject openRecipe(@Nullable Object value) {
        return value instanceof PyException exception ? exception.recipe() : null;
    }

    /**
     * Finds the recipe of a Java value that has no form as plain data.
     *
     * @param value the value
     * @return what Python has to build; null if this is no value of these types
     * @throws IllegalArgumentException if it is one, but beyond the range of Python's type
     */
    public @Nullable PyObject toPython(Object value) {
        return switch (value) {
            case BigDecimal number -> Decimals.recipe(number);
            case PyDecimal number -> Decimals.recipe(number);
            case UUID uuid -> Uuids.recipe(uuid);
            case PyArray array -> Arrays.recipe(array);
            case NdArray array -> Ndarrays.recipe(array);
            case Throwable throwable -> Exceptions.recipe(throwable);
            case Date date -> date(date);
            case Path path -> path.getFileSystem().equals(FileSystems.getDefault()) ? path(path.toString()) : null;
            case File file -> path(file.getPath());
            default -> value.getClass().isArray() ? Arrays.recipe(value) : dateTimes.recipe(value);
        };
    }

    /** Some subclasses in {@code java.sql} are no points in time and say so. */
    private @Nullable PyObject date(Date date) {
        try {
            return dateTimes.recipe(date.toInstant());
        } catch (UnsupportedOperationException e) {
            return null;
        }
    }

    private static PyObject path(String path) {
        return PyObject.reduce(PATH, PyTuple.of(path));
    }
}
