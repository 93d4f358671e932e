package io.jarpipe.binding;

import java.lang.reflect.Type;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Chooses the converter for a declared Java type, type arguments included. */
public final class Converters {
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
        TypeCompiler compiler = new TypeCompiler(Map.of(), new ConcurrentHashMap<>());
        Conversion conversion = compiler.of(type);
        TypeCompiler.closure(compiler.late());
        return new Converter(JavaType.resolve(type, Map.of()), conversion);
    }
}
