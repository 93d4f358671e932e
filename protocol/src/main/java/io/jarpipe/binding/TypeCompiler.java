package io.jarpipe.binding;

import io.jarpipe.MpJoinableQueue;
import io.jarpipe.MpQueue;
import io.jarpipe.MpSimpleQueue;
import io.jarpipe.dict.PyDict;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Chooses the conversions for the types that one declaration names. */
final class TypeCompiler {
    /** More kinds of records than a program has: a generic one that contains itself with ever longer arguments. */
    private static final int MAX_KINDS = 1000;

    /** A conversion that chooses the conversions of its parts when it needs them. */
    interface Late extends Conversion {
        /** Returns the others that it needs; chooses them if that has not been done. */
        Set<Late> parts();

        /** Tells whether a value has the Python type that this is for. */
        boolean accepts(Object value);

        /** Names the Python type, and the Java type. */
        String describe();
    }

    private final Map<TypeVariable<?>, Type> variables;
    private final Map<Type, Late> known;
    private final Set<Late> late = new LinkedHashSet<>();

    /**
     * Makes a compiler.
     *
     * @param variables what type variables stand for
     * @param known the generic records met so far; one that contains itself is found there
     */
    TypeCompiler(Map<TypeVariable<?>, Type> variables, Map<Type, Late> known) {
        this.variables = variables;
        this.known = known;
    }

    /** Returns the conversion for a type; records and the like in it choose theirs later. */
    Conversion of(Type type) {
        Type resolved = JavaType.resolve(type, variables);
        return switch (resolved) {
            case Class<?> raw -> ofClass(raw);
            case JavaType.Generic generic -> ofGeneric(generic);
            case JavaType.ArrayOf array -> JavaArrays.of(JavaType.erasure(array.component()), of(array.component()));
            default -> Conversion.IDENTITY;
        };
    }

    /** Returns the conversions given out so far that choose theirs later. */
    Set<Late> late() {
        return late;
    }

    /** Makes some conversions, and all that they need, choose; so a type that is not supported shows at once. */
    static Set<Late> closure(Set<Late> roots) {
        Set<Late> all = new LinkedHashSet<>(roots);
        Deque<Late> open = new ArrayDeque<>(roots);
        while (!open.isEmpty()) {
            for (Late part : open.pop().parts()) {
                if (all.add(part)) {
                    open.push(part);
                }
            }
            if (all.size() > MAX_KINDS) {
                throw new IllegalArgumentException("a generic record contains itself with ever other type arguments: "
                        + all.iterator().next().describe());
            }
        }
        return all;
    }

    private Conversion given(Late conversion) {
        late.add(conversion);
        return conversion;
    }

    private Conversion ofClass(Class<?> type) {
        if (type == Object.class) {
            return Conversion.IDENTITY;
        }
        Conversion scalar = Scalars.of(type);
        if (scalar != null) {
            return scalar;
        }
        if (type.isArray()) {
            return JavaArrays.of(type.componentType(), of(type.componentType()));
        }
        if (type.isRecord()) {
            return given(RecordShape.of(type).conversion());
        }
        if (type.isEnum()) {
            return given(EnumConversion.of(type));
        }
        if (type.isSealed() && type.isInterface()) {
            return given(new UnionConversion(type));
        }
        if (type == LinkedHashMap.class || type == HashMap.class || type == SequencedMap.class) {
            // classes of the JDK, which a decoded dict is not, but can become
            return (value, pass) -> instance(type, value instanceof PyDict dict ? dict.table() : value);
        }
        return (value, pass) -> instance(type, value);
    }

    private Conversion ofGeneric(JavaType.Generic type) {
        Class<?> raw = type.raw();
        Conversion first = of(type.arguments().getFirst());
        if (raw == MpQueue.class || raw == MpJoinableQueue.class || raw == MpSimpleQueue.class) {
            return queue(type, new Converter(type.arguments().getFirst(), first));
        }
        if (raw == Optional.class) {
            return (value, pass) -> Optional.ofNullable(first.convert(value, pass));
        }
        if (raw == Map.class) {
            return Containers.map(type, first, of(type.arguments().get(1)));
        }
        if (raw == List.class || raw == Collection.class || raw == Iterable.class) {
            return Containers.list(type, raw, first);
        }
        if (raw == Set.class) {
            return Containers.set(type, first);
        }
        if (raw.isRecord()) {
            return given(known.computeIfAbsent(
                    type, key -> new RecordConversion(type, RecordShape.of(raw), type.variables(), known)));
        }
        return ofClass(raw);
    }

    private static Conversion queue(JavaType.Generic type, Converter items) {
        return (value, pass) -> {
            if (value == null) {
                return null;
            }
            if (!type.raw().isInstance(value) || !(value instanceof ItemSource queue)) {
                throw Misfit.of(type, value, "");
            }
            return queue.withItems(items, pass.start() + " item");
        };
    }

    private static @Nullable Object instance(Class<?> type, @Nullable Object value) throws Misfit {
        if (value != null && !type.isInstance(value)) {
            throw Misfit.of(type, value, "");
        }
        return value;
    }
}
