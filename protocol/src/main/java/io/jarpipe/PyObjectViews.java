package io.jarpipe;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds in a recipe what its reader is after, in whichever of CPython's forms it was pickled. */
final class PyObjectViews {
    private static final Set<String> PATHS = Set.of(
            "pathlib.Path",
            "pathlib.PurePath",
            "pathlib.PosixPath",
            "pathlib.PurePosixPath",
            "pathlib._local.PosixPath", // CPython 3.13
            "pathlib._local.PurePosixPath");

    private static final int RECONSTRUCTOR_ARGS = 3;

    private PyObjectViews() {}

    /** A subclass of dict has items; a Counter, and protocol 0 and 1, have a dict as the argument. */
    static Map<@Nullable Object, @Nullable Object> map(PyObject object) {
        if (object.dictItems().isEmpty() && base(object) instanceof Map<?, ?> items) {
            return Collections.unmodifiableMap(items);
        }
        return object.dictItems();
    }

    /**
     * A subclass of list or a deque has items, a subclass of set has a list of them as argument, a namedtuple has its
     * fields as arguments, another subclass of tuple has a tuple as its only one.
     */
    static List<@Nullable Object> list(PyObject object) {
        if (!object.listItems().isEmpty()) {
            return object.listItems();
        }
        Object base = base(object);
        if (object.kind() == PyObject.Kind.NEWOBJ) {
            return base instanceof PyTuple elements ? elements : object.args();
        }
        return base instanceof Collection<?> elements
                ? Collections.unmodifiableList(new ArrayList<>(elements))
                : PyTuple.of();
    }

    /** Returns the only argument, or the last of {@code copyreg._reconstructor(class, base, value)}. */
    private static @Nullable Object base(PyObject object) {
        PyTuple args = object.args();
        boolean reconstructed = object.callable().equals(new PyGlobal("copyreg", "_reconstructor"));
        if (reconstructed) {
            return args.size() == RECONSTRUCTOR_ARGS ? args.get(2) : null;
        }
        return args.size() == 1 ? args.getFirst() : null;
    }

    static Optional<Path> path(PyObject object) {
        if (!PATHS.contains(object.className()) || object.kind() != PyObject.Kind.REDUCE) {
            return Optional.empty();
        }
        Path path = Path.of("");
        for (Object part : object.args()) {
            if (!(part instanceof String name)) {
                return Optional.empty();
            }
            try {
                path = path.resolve(name);
            } catch (InvalidPathException e) {
                return Optional.empty(); // a name that this system cannot have, such as one with a NUL
            }
        }
        return Optional.of(path);
    }
}
