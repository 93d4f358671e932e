package io.jarpipe.spawn;

import io.jarpipe.MpSharingException;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.sharing.ProcessKey;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The pickled {@code Process} object that a parent sends to its new process ({@code Lib/multiprocessing/process.py},
 * {@code BaseProcess.__init__}).
 *
 * @param name the process's name
 * @param target what to run: {@code "pkg.Class"} or {@code "pkg.Class::method"}
 * @param args the positional arguments, shared objects still as pickled
 * @param kwargs the keyword arguments in order, likewise
 * @param key the authkey that all processes of the program have in common; empty when the pickle has none
 */
public record ProcessObject(
        String name, String target, PyTuple args, Map<String, @Nullable Object> kwargs, Optional<ProcessKey> key) {
    private static final String TYPE = "multiprocessing.process.BaseProcess";

    /**
     * Reads the attributes of an unpickled {@code Process}.
     *
     * @param unpickled what the pickle held
     * @return its attributes
     * @throws MpSharingException when it is no {@code Process}
     */
    public static ProcessObject of(@Nullable Object unpickled) throws MpSharingException {
        if (!(unpickled instanceof PyObject object) || !(object.state() instanceof Map<?, ?> state)) {
            throw MpSharingException.malformed(TYPE, "an object with a __dict__");
        }
        if (!(state.get("_name") instanceof String name)) {
            throw MpSharingException.malformed(TYPE, "a str as _name");
        }
        if (!(state.get("_target") instanceof String target)) {
            throw MpSharingException.malformed(TYPE, "a str as _target");
        }
        if (!(state.get("_args") instanceof PyTuple args)) {
            throw MpSharingException.malformed(TYPE, "a tuple as _args");
        }
        if (!(state.get("_kwargs") instanceof Map<?, ?> kwargs)) {
            throw MpSharingException.malformed(TYPE, "a dict as _kwargs");
        }
        return new ProcessObject(name, target, args, named(kwargs), key(state.get("_config")));
    }

    /** The key is a {@code multiprocessing.process.AuthenticationString}, a bytes that pickles only for a child. */
    private static Optional<ProcessKey> key(@Nullable Object config) {
        return config instanceof Map<?, ?> map
                        && map.get("authkey") instanceof PyObject key
                        && !key.args().isEmpty()
                        && key.args().getFirst() instanceof byte[] bytes
                ? Optional.of(ProcessKey.of(bytes))
                : Optional.empty();
    }

    private static Map<String, @Nullable Object> named(Map<?, ?> kwargs) throws MpSharingException {
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : kwargs.entrySet()) {
            if (!(entry.getKey() instanceof String key)) {
                throw MpSharingException.malformed(TYPE, "str keys in _kwargs");
            }
            named.put(key, entry.getValue());
        }
        return named;
    }
}
