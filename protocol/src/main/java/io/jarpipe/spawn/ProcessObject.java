package io.jarpipe.spawn;

import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The pickled {@code Process} object that a parent sends to its new process ({@code Lib/multiprocessing/process.py},
 * {@code BaseProcess.__init__}).
 *
 * @param name the process's name
 * @param target what to run: {@code "pkg.Class"} or {@code "pkg.Class::method"}
 * @param args the positional arguments, shared objects still as pickled
 * @param kwargs the keyword arguments in order, likewise
 */
public record ProcessObject(String name, String target, PyTuple args, Map<String, @Nullable Object> kwargs) {
    private static final String TYPE = "multiprocessing.process.BaseProcess";

    /**
     * Reads the attributes of an unpickled {@code Process}.
     *
     * @param unpickled what the pickle held
     * @return its attributes
     * @throws AttachException when it is no {@code Process}
     */
    public static ProcessObject of(@Nullable Object unpickled) throws AttachException {
        if (!(unpickled instanceof PyObject object) || !(object.state() instanceof Map<?, ?> state)) {
            throw AttachException.malformed(TYPE, "an object with a __dict__");
        }
        if (!(state.get("_name") instanceof String name)) {
            throw AttachException.malformed(TYPE, "a str as _name");
        }
        if (!(state.get("_target") instanceof String target)) {
            throw AttachException.malformed(TYPE, "a str as _target");
        }
        if (!(state.get("_args") instanceof PyTuple args)) {
            throw AttachException.malformed(TYPE, "a tuple as _args");
        }
        if (!(state.get("_kwargs") instanceof Map<?, ?> kwargs)) {
            throw AttachException.malformed(TYPE, "a dict as _kwargs");
        }
        return new ProcessObject(name, target, args, named(kwargs));
    }

    private static Map<String, @Nullable Object> named(Map<?, ?> kwargs) throws AttachException {
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : kwargs.entrySet()) {
            if (!(entry.getKey() instanceof String key)) {
                throw AttachException.malformed(TYPE, "str keys in _kwargs");
            }
            named.put(key, entry.getValue());
        }
        return named;
    }
}
