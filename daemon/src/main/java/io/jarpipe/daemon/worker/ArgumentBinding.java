package io.jarpipe.daemon.worker;

import io.jarpipe.MpTypeException;
import io.jarpipe.binding.Converters;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Gives the parameters of a static method their values from positional and keyword arguments, as a Python call does.
 */
final class ArgumentBinding {
    private final Method method;
    private final Parameter[] parameters;

    ArgumentBinding(Method method) {
        this.method = method;
        this.parameters = method.getParameters();
    }

    /** Tells why these arguments cannot be meant for this method, whatever their types. */
    Optional<String> misfit(List<?> args, Map<String, ?> kwargs) {
        int given = args.size() + kwargs.size();
        if (given != parameters.length) {
            return Optional.of("takes " + parameters.length + " arguments, got " + given);
        }
        if (kwargs.isEmpty()) {
            return Optional.empty();
        }
        if (!parameters[0].isNamePresent()) {
            return Optional.of("keyword arguments need parameter names: compile with javac -parameters");
        }
        Set<String> open = new HashSet<>();
        for (int i = args.size(); i < parameters.length; i++) {
            open.add(parameters[i].getName());
        }
        return kwargs.keySet().stream()
                .filter(name -> !open.contains(name))
                .findFirst()
                .map(name -> "got an unexpected keyword argument '" + name + "'");
    }

    /** Converts the arguments; {@link #misfit} has been asked. */
    Target bind(List<@Nullable Object> args, Map<String, @Nullable Object> kwargs) throws MpTypeException {
        Type[] types = method.getGenericParameterTypes();
        @Nullable Object[] values = new Object[parameters.length];
        for (int i = 0; i < values.length; i++) {
            Object value = i < args.size() ? args.get(i) : kwargs.get(parameters[i].getName());
            values[i] = Converters.of(types[i]).convert(value, describe(i));
        }
        method.setAccessible(true);
        return () -> {
            try {
                method.invoke(null, values);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        };
    }

    private String describe(int index) {
        return "argument " + (index + 1)
                + (parameters[index].isNamePresent() ? " ('" + parameters[index].getName() + "')" : "");
    }

    /** Returns the method as one would write it down. */
    String signature() {
        return method.getDeclaringClass().getName() + "." + method.getName()
                + Arrays.stream(method.getGenericParameterTypes())
                        .map(Type::getTypeName)
                        .collect(Collectors.joining(", ", "(", ")"));
    }
}
