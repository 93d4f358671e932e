package io.jarpipe.binding;

import io.jarpipe.PyBytes;
import io.jarpipe.PyEnum;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyName;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the constant for a member of a Python enum, or for a string when the enum has no Python class. Made once per
 * class and kept with it.
 */
final class EnumConversion implements TypeCompiler.Late {
    private static final ClassValue<EnumConversion> CONVERSIONS = new ClassValue<>() {
        @Override
        protected EnumConversion computeValue(Class<?> type) {
            return new EnumConversion(type);
        }
    };

    private final Class<?> type;
    private final @Nullable PyGlobal pythonClass;
    private final Map<String, Enum<?>> byName = new LinkedHashMap<>();
    private final Map<@Nullable Object, Enum<?>> byValue = new LinkedHashMap<>();
    private final Map<Enum<?>, String> names = new LinkedHashMap<>();

    private EnumConversion(Class<?> type) {
        this.type = type;
        this.pythonClass = PythonClass.boundTo(type);
        for (Object element : type.getEnumConstants()) {
            Enum<?> constant = (Enum<?>) element;
            String name = nameOf(constant);
            names.put(constant, name);
            Enum<?> other = byName.putIfAbsent(name, constant);
            if (other != null) {
                throw twice(constant, other, "the name '" + name + "'");
            }
            if (pythonClass != null && constant instanceof PyEnum member) {
                other = byValue.putIfAbsent(decoded(member.pyValue()), constant);
                if (other != null) {
                    throw twice(constant, other, "the value " + member.pyValue());
                }
            }
        }
    }

    /** Returns the conversion for an enum class. */
    static EnumConversion of(Class<?> type) {
        return CONVERSIONS.get(type);
    }

    private static String nameOf(Enum<?> constant) {
        try {
            PyName other =
                    constant.getDeclaringClass().getField(constant.name()).getAnnotation(PyName.class);
            return other == null ? constant.name() : other.value();
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("the enum has no field for its constant", e);
        }
    }

    private IllegalArgumentException twice(Enum<?> constant, Enum<?> other, String what) {
        return new IllegalArgumentException(
                "enum " + type.getTypeName() + ": " + other + " and " + constant + " have " + what + " in Python");
    }

    /** Returns a value as the decoder would have it. */
    private static @Nullable Object decoded(@Nullable Object value) {
        return switch (value) {
            case Byte n -> n.longValue();
            case Short n -> n.longValue();
            case Integer n -> n.longValue();
            case Float n -> n.doubleValue();
            case Character c -> c.toString();
            case byte[] bytes -> PyBytes.of(bytes);
            case PyTuple tuple -> {
                List<@Nullable Object> elements = new ArrayList<>();
                for (Object element : tuple) {
                    elements.add(decoded(element));
                }
                yield PyTuple.copyOf(elements);
            }
            case null, default -> value;
        };
    }

    /** Returns the Python class; null when the constants stand for strings. */
    @Nullable
    PyGlobal pythonClass() {
        return pythonClass;
    }

    /** Returns the name that a constant has in Python. */
    String name(Enum<?> constant) {
        return names.getOrDefault(constant, constant.name());
    }

    @Override
    public Set<TypeCompiler.Late> parts() {
        return Set.of();
    }

    @Override
    public boolean accepts(Object value) {
        if (pythonClass == null) {
            return value instanceof String;
        }
        return isCall(value) || memberName(value) != null;
    }

    @Override
    public String describe() {
        return (pythonClass == null ? "str" : pythonClass) + " (" + type.getTypeName() + ")";
    }

    /** Tells whether the value is {@code Colour(value)}. */
    private boolean isCall(Object value) {
        return value instanceof PyObject recipe
                && recipe.kind() == PyObject.Kind.REDUCE
                && recipe.args().size() == 1
                && !recipe.hasState()
                && recipe.callable().equals(classAsWritten(recipe));
    }

    private @Nullable Object classAsWritten(PyObject recipe) {
        PyGlobal named = PythonClass.named(recipe.callable());
        return named != null && named.equals(pythonClass) ? recipe.callable() : null;
    }

    /** Returns the name of a member that is written by name; null when it is none. */
    private @Nullable String memberName(Object value) {
        PyGlobal name = PythonClass.named(value);
        if (name == null || pythonClass == null || !name.module().equals(pythonClass.module())) {
            return null;
        }
        String prefix = pythonClass.qualname() + ".";
        if (name.qualname().startsWith(prefix)) {
            return name.qualname().substring(prefix.length());
        }
        return byName.containsKey(name.qualname()) ? name.qualname() : null;
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
                    pythonClass == null
                            ? "it wants a string; for a Python enum, name it with @PyClass"
                            : "it stands for " + pythonClass);
        }
        String name = value instanceof String text ? text : memberName(value);
        if (name != null) {
            return found(byName.get(name), value, "'" + name + "'", byName.keySet());
        }
        if (byValue.isEmpty()) {
            throw Misfit.of(type, value, "Python sends its value, so the Java enum must implement io.jarpipe.PyEnum");
        }
        Object memberValue = ((PyObject) value).args().get(0);
        return found(byValue.get(decoded(memberValue)), value, "the value " + memberValue, byValue.keySet());
    }

    private Enum<?> found(@Nullable Enum<?> constant, Object value, String what, Set<?> known) throws Misfit {
        if (constant == null) {
            throw Misfit.of(type, value, "no constant has " + what + "; known are " + known);
        }
        return constant;
    }
}
