package io.jarpipe.daemon.worker;

import io.jarpipe.MpTypeException;
import io.jarpipe.Worker;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a target string names: {@code "pkg.Class"}, a {@link Worker} or a class with a static method {@code run},
 * or {@code "pkg.Class::method"}.
 *
 * <p>Nothing of the worker's code runs here; its static initialisers run in the worker.
 */
final class TargetResolver {
    private static final String DEFAULT_METHOD = "run";

    private final WorkerClassLoader loader;
    private final String target;
    private final List<@Nullable Object> args;
    private final Map<String, @Nullable Object> kwargs;

    TargetResolver(
            WorkerClassLoader loader,
            String target,
            List<@Nullable Object> args,
            Map<String, @Nullable Object> kwargs) {
        this.loader = loader;
        this.target = target;
        this.args = args;
        this.kwargs = kwargs;
    }

    /** Resolves the target and binds the arguments to it. */
    Target resolve() throws StartException {
        int separator = target.indexOf("::");
        String className = separator < 0 ? target : target.substring(0, separator);
        Class<?> type = load(className);
        if (separator < 0 && Worker.class.isAssignableFrom(type)) {
            return worker(type);
        }
        String method = separator < 0 ? DEFAULT_METHOD : target.substring(separator + 2);
        return bind(type, method);
    }

    private Class<?> load(String className) throws StartException {
        try {
            return Class.forName(className, false, loader);
        } catch (ClassNotFoundException e) {
            throw failure(
                    "class " + className + " was not found in the worker code " + where()
                            + ": check the spelling (\"pkg.Class\" or \"pkg.Class::method\") and where the daemon looks"
                            + " (JARPIPE_CLASSPATH, Bridge(classpath=...) or jarpipe serve --workers)",
                    e);
        } catch (UnsupportedClassVersionError e) {
            throw failure(
                    "class " + className + " was compiled for a newer Java than "
                            + Runtime.version().feature()
                            + ", which runs the daemon: compile it with --release "
                            + Runtime.version().feature() + " or run the daemon on that Java (JARPIPE_JAVA)",
                    e);
        } catch (LinkageError e) {
            throw failure("class " + className + " cannot be loaded: " + e, e);
        }
    }

    private String where() {
        return loader.getURLs().length == 0
                ? "(none was given)"
                : Arrays.stream(loader.getURLs()).map(url -> url.getPath()).collect(Collectors.joining(":", "(", ")"));
    }

    private Target worker(Class<?> type) throws StartException {
        try {
            Constructor<?> constructor = type.getConstructor();
            return () -> {
                try {
                    ((Worker) constructor.newInstance()).run(args, kwargs);
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            };
        } catch (NoSuchMethodException e) {
            throw failure("class " + type.getName() + " needs a public constructor without parameters", e);
        }
    }

    private Target bind(Class<?> type, String name) throws StartException {
        List<Method> named = methods(type).stream()
                .filter(method -> method.getName().equals(name))
                .toList();
        if (named.isEmpty()) {
            throw failure("class " + type.getName() + " has no method " + name + hint(type), null);
        }
        List<Method> statics = named.stream()
                .filter(method -> Modifier.isStatic(method.getModifiers()))
                .toList();
        if (statics.isEmpty()) {
            throw failure(
                    "method " + type.getName() + "." + name + " is not static: make it static, or implement "
                            + Worker.class.getName() + " and name the class alone",
                    null);
        }
        return choose(statics);
    }

    private List<Method> methods(Class<?> type) throws StartException {
        try {
            return List.of(type.getDeclaredMethods());
        } catch (LinkageError e) {
            throw failure("class " + type.getName() + " refers to a class that cannot be loaded: " + e, e);
        }
    }

    private String hint(Class<?> type) throws StartException {
        String statics = methods(type).stream()
                .filter(method -> Modifier.isStatic(method.getModifiers()) && !method.isSynthetic())
                .map(Method::getName)
                .distinct()
                .collect(Collectors.joining(", "));
        return statics.isEmpty() ? " and no static method at all" : "; its static methods: " + statics;
    }

    /** Takes the first overload that all arguments fit; a single candidate reports which argument does not. */
    private Target choose(List<Method> candidates) throws StartException {
        List<String> problems = new ArrayList<>();
        for (Method method : candidates) {
            ArgumentBinding binding = new ArgumentBinding(method);
            Optional<String> misfit = binding.misfit(args, kwargs);
            if (misfit.isPresent()) {
                problems.add(binding.signature() + ": " + misfit.get());
                continue;
            }
            try {
                return binding.bind(args, kwargs);
            } catch (MpTypeException e) {
                if (candidates.size() == 1) {
                    throw StartException.argument(target, e);
                }
                problems.add(binding.signature() + ": " + e.getMessage());
            } catch (IllegalArgumentException e) {
                throw failure(binding.signature() + " cannot be called from Python: " + e.getMessage(), e);
            }
        }
        throw failure(
                "the arguments do not fit "
                        + (problems.size() == 1 ? problems.getFirst() : String.join("; ", problems)),
                null);
    }

    private StartException failure(String message, @Nullable Throwable cause) {
        return StartException.target(target, message, cause);
    }
}
