package io.jarpipe.pickle;

import io.jarpipe.PyGlobal;
import org.jspecify.annotations.Nullable;

/** Keeps some names of classes and functions between messages, which name the same ones over and over. */
final class GlobalCache {
    /** Longer names are not kept: what stays of a message must be small. */
    private static final int MAX_LENGTH = 128;

    private static final int SIZE = 64;

    private final @Nullable PyGlobal[] known = new @Nullable PyGlobal[SIZE];

    /** Returns the name if it is kept. */
    @Nullable
    PyGlobal find(String module, String qualname) {
        PyGlobal global = known[index(module, qualname)];
        return global != null
                        && global.qualname().equals(qualname)
                        && global.module().equals(module)
                ? global
                : null;
    }

    void keep(PyGlobal global) {
        if (global.module().length() + global.qualname().length() <= MAX_LENGTH) {
            known[index(global.module(), global.qualname())] = global;
        }
    }

    private static int index(String module, String qualname) {
        int hash = 31 * module.hashCode() + qualname.hashCode();
        return (hash ^ hash >>> 16) & (SIZE - 1);
    }
}
