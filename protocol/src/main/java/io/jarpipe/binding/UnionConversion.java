package io.jarpipe.binding;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Chooses among the records and enums that a sealed interface permits, by the Python class of the value. */
final class UnionConversion implements TypeCompiler.Late {
    private final Class<?> type;
    private final List<TypeCompiler.Late> candidates = new ArrayList<>();

    UnionConversion(Class<?> type) {
        this.type = type;
        addPermitted(type);
        Map<String, TypeCompiler.Late> byPythonType = new HashMap<>();
        for (TypeCompiler.Late candidate : candidates) {
            TypeCompiler.Late other = byPythonType.put(pythonType(candidate), candidate);
            if (other != null) {
                throw new IllegalArgumentException("sealed interface " + type.getTypeName() + " cannot tell apart "
                        + other.describe() + " and " + candidate.describe()
                        + ": both are the same class in Python");
            }
        }
    }

    private static String pythonType(TypeCompiler.Late candidate) {
        String description = candidate.describe();
        return description.substring(0, description.indexOf(' '));
    }

    private void addPermitted(Class<?> sealed) {
        for (Class<?> permitted : sealed.getPermittedSubclasses()) {
            if (permitted.isRecord()) {
                candidates.add(RecordShape.of(permitted).conversion());
            } else if (permitted.isEnum()) {
                candidates.add(EnumConversion.of(permitted));
            } else if (permitted.isInterface() && permitted.isSealed()) {
                addPermitted(permitted);
            } else {
                throw new IllegalArgumentException("sealed interface " + type.getTypeName() + " permits "
                        + permitted.getTypeName()
                        + " (expected: records, enums and sealed interfaces of them)");
            }
        }
    }

    @Override
    public Set<TypeCompiler.Late> parts() {
        return new LinkedHashSet<>(candidates);
    }

    @Override
    public boolean accepts(Object value) {
        return candidates.stream().anyMatch(candidate -> candidate.accepts(value));
    }

    @Override
    public String describe() {
        return candidates.stream().map(TypeCompiler.Late::describe).collect(Collectors.joining(", "));
    }

    @Override
    public @Nullable Object convert(@Nullable Object value, Pass pass) throws Misfit {
        if (value == null) {
            return null;
        }
        for (TypeCompiler.Late candidate : candidates) {
            if (candidate.accepts(value)) {
                return candidate.convert(value, pass);
            }
        }
        throw Misfit.of(type, value, "it may be " + describe());
    }
}
