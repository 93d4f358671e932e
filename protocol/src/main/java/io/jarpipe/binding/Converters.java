package io.jarpipe.binding;

import java.lang.reflect.Type;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Chooses the converter for a declared Java type, type arguments included. */
public final class Converters {
    /** Kept with the class by the JVM, so that it lives as long as the class does. */
    private static final ClassValue<Converter> OF_CLASS = new ClassValue<>() {
        @Override
        protected Converter computeValue(Class<?> type) {
            return compile(type);
        }
    };

    private Converters() {}

    /**
     * Returns the converter for a type.
     *
     * @param type the type of a parameter or of a queue's items
     * @return the converter
     * @throws IllegalArgumentException when the type contains a record, enum or sealed interface that cannot be bound
     *     to Python, with the reason
     */
    public static Converter of(Type type) {
        return type instanceof Class<?> raw ? OF_CLASS.get(raw) : compile(type);
    }

    private static Converter compile(Type type) {
        TypeCompiler compiler = new TypeCompiler(Map.of(), new ConcurrentHashMap<>());
        Conversion conversion = compiler.of(type);
        TypeCompiler.closure(compiler.late());
        return new Converter(JavaType.resolve(type, Map.of()), conversion);
    }
}
