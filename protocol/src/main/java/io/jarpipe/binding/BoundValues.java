package io.jarpipe.binding;

import io.jarpipe.PyClass;
import io.jarpipe.PyEnum;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Records and enums on their way to Python. */
public final class BoundValues {
    private BoundValues() {}

    /**
     * Tells whether a class has a Python class.
     *
     * @param type the class of a value
     * @return whether it is a record or enum with {@link PyClass}
     */
    public static boolean isBound(Class<?> type) {
        if (type.isRecord()) {
            return RecordShape.of(type).pythonClass() != null;
        }
        return Enum.class.isAssignableFrom(type) && type.isAnnotationPresent(PyClass.class);
    }

    /**
     * Returns the recipe of a record or an enum's constant.
     *
     * @param value a record or an enum's constant
     * @return how Python builds the object; null when the class of the value has no {@link PyClass}
     */
    public static @Nullable PyObject recipe(Object value) {
        return switch (value) {
            case Record components -> recipe(RecordShape.of(components.getClass()), components);
            case Enum<?> constant -> recipe(EnumConversion.of(constant.getDeclaringClass()), constant);
            default -> null;
        };
    }

    private static @Nullable PyObject recipe(RecordShape shape, Record value) {
        PyGlobal pythonClass = shape.pythonClass();
        if (pythonClass == null) {
            return null;
        }
        return switch (shape.form()) {
            case CALL -> PyObject.reduce(pythonClass, PyTuple.of(shape.components(value)));
            case ATTRIBUTES -> PyObject.newObject(pythonClass, PyTuple.of()).build(components(value));
            case SLOTS -> PyObject.newObject(pythonClass, PyTuple.of()).build(PyTuple.of(null, components(value)));
        };
    }

    private static @Nullable PyObject recipe(EnumConversion conversion, Enum<?> constant) {
        PyGlobal pythonClass = conversion.pythonClass();
        if (pythonClass == null) {
            return null;
        }
        return constant instanceof PyEnum member
                ? PyObject.reduce(pythonClass, PyTuple.of(member.pyValue()))
                : PythonClass.attribute(pythonClass, conversion.name(constant));
    }

    /**
     * Returns what a constant without {@link PyClass} is in Python.
     *
     * @param constant the constant
     * @return its name there
     */
    public static String name(Enum<?> constant) {
        return EnumConversion.of(constant.getDeclaringClass()).name(constant);
    }

    /**
     * Returns a record's components by their names in Python.
     *
     * @param value the record
     * @return the components in order
     */
    public static Map<String, @Nullable Object> components(Record value) {
        RecordShape shape = RecordShape.of(value.getClass());
        @Nullable Object[] components = shape.components(value);
        Map<String, @Nullable Object> byName = LinkedHashMap.newLinkedHashMap(components.length);
        for (int i = 0; i < components.length; i++) {
            byName.put(shape.name(i), components[i]);
        }
        return byName;
    }
}
