package io.jarpipe.binding;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A declared type without variables and wildcards: a class, or one of the two kinds here. Equal ones are equal. */
sealed interface JavaType extends Type {
    /** A class with type arguments. */
    record Generic(Class<?> raw, List<Type> arguments) implements JavaType {
        @Override
        public String getTypeName() {
            return raw.getTypeName()
                    + arguments.stream().map(Type::getTypeName).collect(Collectors.joining(", ", "<", ">"));
        }

        /** Returns what the variables of the class stand for. */
        Map<TypeVariable<?>, Type> variables() {
            TypeVariable<?>[] parameters = raw.getTypeParameters();
            return Arrays.stream(parameters)
                    .collect(Collectors.toMap(
                            parameter -> parameter,
                            parameter -> arguments.get(Arrays.asList(parameters).indexOf(parameter))));
        }
    }

    /** An array of a generic type. */
    record ArrayOf(Type component) implements JavaType {
        @Override
        public String getTypeName() {
            return component.getTypeName() + "[]";
        }
    }

    /** Resolves a type; variables that are not among these stand for their bounds. */
    static Type resolve(Type type, Map<TypeVariable<?>, Type> variables) {
        return switch (type) {
            case ParameterizedType generic ->
                new Generic(
                        (Class<?>) generic.getRawType(),
                        Arrays.stream(generic.getActualTypeArguments())
                                .map(argument -> resolve(argument, variables))
                                .toList());
            case GenericArrayType array -> {
                Type component = resolve(array.getGenericComponentType(), variables);
                yield component instanceof Class<?> raw ? raw.arrayType() : new ArrayOf(component);
            }
            case WildcardType wildcard -> resolve(wildcard.getUpperBounds()[0], variables);
            case TypeVariable<?> variable -> {
                Type known = variables.get(variable);
                yield known != null ? known : erasure(variable.getBounds()[0]);
            }
            default -> type;
        };
    }

    /** Returns the class of a type. */
    static Class<?> erasure(Type type) {
        return switch (type) {
            case Class<?> raw -> raw;
            case Generic generic -> generic.raw();
            case ArrayOf array -> erasure(array.component()).arrayType();
            case ParameterizedType generic -> (Class<?>) generic.getRawType();
            case GenericArrayType array ->
                erasure(array.getGenericComponentType()).arrayType();
            case TypeVariable<?> variable -> erasure(variable.getBounds()[0]);
            case WildcardType wildcard -> erasure(wildcard.getUpperBounds()[0]);
            default -> Object.class;
        };
    }
}
