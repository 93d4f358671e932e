package io.jarpipe.binding;

import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.dict.DictKeys;
import io.jarpipe.dict.PyDict;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes records of instances of their Python class, or of dicts when they have none.
 *
 * <p>The conversions of the components are chosen at the first use, because a record may contain records of its own
 * kind.
 */
final class RecordConversion implements TypeCompiler.Late {
    /** What the components need. */
    private record Compiled(Conversion[] components, Set<TypeCompiler.Late> parts) {}

    private final Type type;
    private final RecordShape shape;
    private final Map<TypeVariable<?>, Type> variables;
    private final Map<Type, TypeCompiler.Late> known;
    private volatile @Nullable Compiled compiled;
    private volatile @Nullable Boolean recursive;

    /** Makes the conversion to a record class, or with {@code variables} to one with type arguments. */
    RecordConversion(
            Type type, RecordShape shape, Map<TypeVariable<?>, Type> variables, Map<Type, TypeCompiler.Late> known) {
        this.type = type;
        this.shape = shape;
        this.variables = variables;
        this.known = known;
    }

    @Override
    public Set<TypeCompiler.Late> parts() {
        return compiled().parts();
    }

    private Compiled compiled() {
        Compiled now = compiled;
        if (now == null) {
            TypeCompiler compiler = new TypeCompiler(variables, known);
            Conversion[] components = new Conversion[shape.size()];
            for (int i = 0; i < components.length; i++) {
                components[i] = compiler.of(shape.componentType(i));
            }
            now = new Compiled(components, compiler.late());
            compiled = now;
        }
        return now;
    }

    private boolean isRecursive() {
        Boolean now = recursive;
        if (now == null) {
            now = TypeCompiler.closure(parts()).contains(this);
            recursive = now;
        }
        return now;
    }

    /** Returns what a codec is told. */
    Wanted wanted() {
        return shape.wanted();
    }

    @Override
    public boolean accepts(Object value) {
        PyGlobal pythonClass = shape.pythonClass();
        if (pythonClass == null) {
            return value instanceof Map<?, ?>;
        }
        return value instanceof PyObject recipe && pythonClass.equals(PythonClass.of(recipe));
    }

    @Override
    public String describe() {
        PyGlobal pythonClass = shape.pythonClass();
        return pythonClass == null
                ? "dict (" + type.getTypeName() + ")"
                : pythonClass + " (" + type.getTypeName() + ")";
    }

    @Override
    public @Nullable Object convert(@Nullable Object value, Pass pass) throws Misfit {
        if (value == null) {
            return null;
        }
        if (!accepts(value)) {
            throw Misfit.of(
                    type,
                    value,
                    shape.pythonClass() == null
                            ? "it wants a dict; for a class, name it with @PyClass"
                            : "it stands for " + shape.pythonClass());
        }
        return isRecursive() ? convertOnce(value, pass) : record(value, pass);
    }

    private Object convertOnce(Object value, Pass pass) throws Misfit {
        Object made;
        try {
            made = pass.begin(value);
        } catch (Pass.Cycle e) {
            throw Misfit.of(type, value, "it contains itself, which a record cannot");
        }
        if (made == null) {
            made = record(value, pass);
            pass.end(value, made);
        }
        return made;
    }

    private Object record(Object value, Pass pass) throws Misfit {
        @Nullable
        Object[] components =
                value instanceof PyObject recipe ? new Attributes(recipe).values() : attributes(value, value, null);
        Conversion[] conversions = compiled().components();
        for (int i = 0; i < components.length; i++) {
            try {
                components[i] = conversions[i].convert(components[i], pass);
            } catch (Misfit misfit) {
                throw misfit.inside("." + shape.name(i));
            }
        }
        try {
            return shape.construct(components);
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw Misfit.of(type, value, "its constructor refuses: " + e, e);
        }
    }

    /** Takes the components from attributes in the record's order, as classes mostly have them; null otherwise. */
    private @Nullable Object @Nullable [] inRecordsOrder(@Nullable Object dict) {
        if (!(dict instanceof PyDict items)) {
            return null;
        }
        DictKeys keys = items.keys();
        return keys == null || !shape.isNamed(keys) ? null : items.copyOfValues();
    }

    /** Takes the components from one or two dicts; two are the {@code __dict__} and the slots. */
    private @Nullable Object[] attributes(Object owner, @Nullable Object dict, @Nullable Object slots) throws Misfit {
        @Nullable Object[] ordered = slots == null ? inRecordsOrder(dict) : null;
        return ordered == null ? byName(owner, dict, slots) : ordered;
    }

    private @Nullable Object[] byName(Object owner, @Nullable Object dict, @Nullable Object slots) throws Misfit {
        @Nullable Object[] values = new Object[shape.size()];
        boolean[] present = new boolean[values.length];
        List<String> unexpected = new ArrayList<>(0);
        int missing = values.length;
        for (Object part : slots == null ? Collections.singletonList(dict) : PyTuple.of(dict, slots)) {
            int guess = 0;
            for (Map.Entry<?, ?> entry : part == null ? Set.<Map.Entry<?, ?>>of() : ((Map<?, ?>) part).entrySet()) {
                int position = shape.position(entry.getKey(), guess);
                guess++;
                if (position < 0 || present[position]) {
                    unexpected.add(String.valueOf(entry.getKey()));
                } else {
                    present[position] = true;
                    values[position] = entry.getValue();
                    missing--;
                }
            }
        }
        if (missing > 0 || !unexpected.isEmpty()) {
            throw differentNames(owner, present, unexpected);
        }
        return values;
    }

    private Misfit differentNames(Object owner, boolean[] present, List<String> unexpected) {
        List<String> missing = new ArrayList<>();
        for (int i = 0; i < present.length; i++) {
            if (!present[i]) {
                missing.add(shape.name(i));
            }
        }
        String what = shape.pythonClass() == null ? "keys" : "attributes";
        return Misfit.of(
                type,
                owner,
                missing.isEmpty()
                        ? "it has no components for the " + what + " " + quoted(unexpected)
                        : what + " " + quoted(missing) + " are missing"
                                + (unexpected.isEmpty() ? "" : "; unexpected are " + quoted(unexpected)));
    }

    private static String quoted(List<String> names) {
        return "'" + String.join("', '", names) + "'";
    }

    /** The attributes of an instance of the Python class, in whichever of its forms it has been pickled. */
    private final class Attributes {
        private final PyObject recipe;

        Attributes(PyObject recipe) {
            this.recipe = recipe;
        }

        @Nullable
        Object[] values() throws Misfit {
            if (!recipe.listItems().isEmpty()
                    || !recipe.setItems().isEmpty()
                    || !recipe.dictItems().isEmpty()) {
                throw strange("it is a list, set or dict with items");
            }
            if (!recipe.kwargs().isEmpty() || recipe.stateSetter() != null) {
                throw strange("it has a way of its own to be pickled");
            }
            PyTuple positional = positional();
            if (!recipe.hasState()) {
                return inOrder(positional);
            }
            if (!positional.isEmpty()) {
                throw strange("it has both items and attributes");
            }
            return ofState(recipe.state());
        }

        private PyTuple positional() throws Misfit {
            if (!PythonClass.isReconstructed(recipe)) {
                return recipe.args();
            }
            Object ofBase = recipe.args().get(2);
            if (ofBase == null) {
                return PyTuple.of();
            }
            if (!(ofBase instanceof PyTuple tuple)) {
                throw strange("its class extends " + recipe.args().get(1));
            }
            return tuple;
        }

        private @Nullable Object[] ofState(@Nullable Object state) throws Misfit {
            if (state instanceof Map<?, ?> dict) {
                return attributes(recipe, dict, null);
            }
            if (state instanceof PyTuple pair
                    && pair.size() == 2
                    && (pair.get(0) == null || pair.get(0) instanceof Map<?, ?>)
                    && pair.get(1) instanceof Map<?, ?> slots) {
                return attributes(recipe, pair.get(0), slots);
            }
            // dataclass(slots=True, frozen=True): CPython 3.11 Lib/dataclasses.py, _dataclass_getstate
            if (state instanceof List<?> list && !(state instanceof PyTuple)) {
                return inOrder(list);
            }
            throw strange("its state is a " + PythonTypes.nameOf(state) + ", not a dict");
        }

        private @Nullable Object[] inOrder(List<?> values) throws Misfit {
            if (values.size() != shape.size()) {
                throw strange("it has " + values.size() + " fields, the record " + shape.size() + " components");
            }
            return Objects.requireNonNull(values.toArray());
        }

        private Misfit strange(String detail) {
            return Misfit.of(type, recipe, detail);
        }
    }
}
