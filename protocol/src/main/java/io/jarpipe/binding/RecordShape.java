package io.jarpipe.binding;

import io.jarpipe.PyClass;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyName;
import io.jarpipe.dict.DictKeys;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How to make a record and to take it apart, found out once per class. It lives as long as the class: the JVM keeps it
 * there, and no table here.
 */
final class RecordShape {
    private static final ClassValue<RecordShape> SHAPES = new ClassValue<>() {
        @Override
        protected RecordShape computeValue(Class<?> type) {
            return new RecordShape(type);
        }
    };

    private final Class<?> type;
    private final @Nullable PyGlobal pythonClass;
    private final PyClass.Form form;
    private final String[] names;
    private final Wanted wanted;
    /** Keys of a dict that are the names. Threads may overwrite each other's. */
    private @Nullable DictKeys seenKeys;

    private final Map<String, Integer> positions;
    private final Type[] types;
    private final MethodHandle constructor;
    private final MethodHandle[] accessors;
    private final RecordConversion conversion;

    private RecordShape(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        this.type = type;
        this.pythonClass = PythonClass.boundTo(type);
        PyClass annotation = type.getAnnotation(PyClass.class);
        this.form = annotation == null ? PyClass.Form.CALL : annotation.form();
        this.names = Arrays.stream(components).map(RecordShape::nameOf).toArray(String[]::new);
        this.wanted = Wanted.items(List.of(names));
        this.positions = positions(type, names);
        this.types =
                Arrays.stream(components).map(RecordComponent::getGenericType).toArray(Type[]::new);
        try {
            this.constructor = constructor(type, components);
            this.accessors = new MethodHandle[components.length];
            for (int i = 0; i < accessors.length; i++) {
                accessors[i] = accessor(components[i].getAccessor());
            }
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            throw new IllegalArgumentException(
                    "record " + type.getName() + " cannot be used: open its package to io.jarpipe", e);
        }
        this.conversion = new RecordConversion(type, this, Map.of(), new ConcurrentHashMap<>());
    }

    /** Returns the shape of a record class. */
    static RecordShape of(Class<?> type) {
        return SHAPES.get(type);
    }

    private static String nameOf(RecordComponent component) {
        PyName other = component.getAnnotation(PyName.class);
        return other == null ? component.getName() : other.value();
    }

    private static Map<String, Integer> positions(Class<?> type, String[] names) {
        Map<String, Integer> positions = new LinkedHashMap<>();
        for (String name : names) {
            if (positions.putIfAbsent(name, positions.size()) != null) {
                throw new IllegalArgumentException(
                        "two components of record " + type.getName() + " are '" + name + "' in Python");
            }
        }
        return positions;
    }

    private static MethodHandle constructor(Class<?> type, RecordComponent[] components)
            throws ReflectiveOperationException {
        Constructor<?> canonical = type.getDeclaredConstructor(
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
        canonical.setAccessible(true);
        return MethodHandles.lookup()
                .unreflectConstructor(canonical)
                .asSpreader(Object[].class, components.length)
                .asType(MethodType.methodType(Object.class, Object[].class));
    }

    private static MethodHandle accessor(Method method) throws ReflectiveOperationException {
        method.setAccessible(true);
        return MethodHandles.lookup().unreflect(method).asType(MethodType.methodType(Object.class, Object.class));
    }

    Class<?> type() {
        return type;
    }

    /** Returns the Python class; null when the record stands for a dict. */
    @Nullable
    PyGlobal pythonClass() {
        return pythonClass;
    }

    PyClass.Form form() {
        return form;
    }

    int size() {
        return names.length;
    }

    /** Returns the name that a component has in Python. */
    String name(int index) {
        return names[index];
    }

    /**
     * Tells whether the components have these names, in this order. Codecs keep keys, so they mostly are the last seen.
     */
    @SuppressWarnings("ReferenceEquality") // a shortcut
    boolean isNamed(DictKeys keys) {
        if (keys == seenKeys) {
            return true;
        }
        if (keys.size() != names.length) {
            return false;
        }
        for (int index = 0; index < names.length; index++) {
            if (!names[index].equals(keys.get(index))) {
                return false;
            }
        }
        seenKeys = keys;
        return true;
    }

    /** Returns what a codec is told that reads such a record. */
    Wanted wanted() {
        return wanted;
    }

    /** Returns where the component of a name is, or -1; a good guess makes it quick. */
    int position(@Nullable Object name, int guess) {
        if (guess < names.length && names[guess].equals(name)) {
            return guess;
        }
        return name instanceof String text ? positions.getOrDefault(text, -1) : -1;
    }

    /** Returns the declared type of a component. */
    Type componentType(int index) {
        return types[index];
    }

    /** Returns the conversion to this record, without type arguments. */
    RecordConversion conversion() {
        return conversion;
    }

    /** Makes a record; what its constructor throws comes out. */
    Object construct(@Nullable Object[] components) throws Throwable {
        return (Object) constructor.invokeExact(components);
    }

    /** Returns the components of a record, in order. */
    @Nullable
    Object[] components(Record value) {
        @Nullable Object[] components = new Object[accessors.length];
        for (int i = 0; i < components.length; i++) {
            try {
                components[i] = (Object) accessors[i].invokeExact((Object) value);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }
        return components;
    }
}
