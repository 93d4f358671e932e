package io.jarpipe.binding;

import io.jarpipe.MpQueue;
import io.jarpipe.MpTypeException;
import io.jarpipe.queue.ViewableQueue;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Chooses the converter for a declared Java type, type arguments included. */
public final class Converters {
    private Converters() {}

    /**
     * Returns the converter for a type.
     *
     * @param type the type of a parameter or of a queue's items
     * @return the converter; {@link Converter#IDENTITY} where every value fits
     */
    public static Converter of(Type type) {
        return switch (type) {
            case Class<?> raw -> ofClass(raw);
            case ParameterizedType generic -> ofGeneric(generic);
            case WildcardType wildcard -> of(wildcard.getUpperBounds()[0]);
            case TypeVariable<?> variable -> of(variable.getBounds()[0]);
            case GenericArrayType array -> Converter.IDENTITY;
            default -> Converter.IDENTITY;
        };
    }

    private static Converter ofClass(Class<?> type) {
        if (type == Object.class) {
            return Converter.IDENTITY;
        }
        Converter scalar = Scalars.of(type);
        if (scalar != null) {
            return scalar;
        }
        if (type.isArray() && type != byte[].class) {
            return Containers.array(type.componentType(), of(type.componentType()));
        }
        return (value, path) -> instance(type, value, path);
    }

    private static Converter ofGeneric(ParameterizedType type) {
        Class<?> raw = (Class<?>) type.getRawType();
        Type[] arguments = type.getActualTypeArguments();
        if (raw == MpQueue.class) {
            return queue(type, of(arguments[0]));
        }
        if (raw == Optional.class) {
            Converter content = of(arguments[0]);
            return (value, path) -> Optional.ofNullable(content.convert(value, path));
        }
        if (raw == Map.class) {
            return Containers.map(type, of(arguments[0]), of(arguments[1]));
        }
        if (raw == List.class || raw == Collection.class || raw == Iterable.class) {
            return Containers.list(type, raw, of(arguments[0]));
        }
        if (raw == Set.class) {
            return Containers.set(type, of(arguments[0]));
        }
        return (value, path) -> instance(raw, value, path);
    }

    private static Converter queue(ParameterizedType type, Converter items) {
        return (value, path) -> {
            if (value != null && !(value instanceof ViewableQueue<?>)) {
                throw mismatch(type, value, path, "");
            }
            return value == null ? null : ((ViewableQueue<?>) value).as(item -> items.convert(item, "item of " + path));
        };
    }

    private static @Nullable Object instance(Class<?> type, @Nullable Object value, String path)
            throws MpTypeException {
        if (value != null && !type.isInstance(value)) {
            throw mismatch(type, value, path, "");
        }
        return value;
    }

    static MpTypeException mismatch(Type type, @Nullable Object value, String path, String detail) {
        return new MpTypeException(path, PythonTypes.nameOf(value), type.getTypeName(), detail);
    }
}
