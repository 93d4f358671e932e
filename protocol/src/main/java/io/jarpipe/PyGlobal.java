package io.jarpipe;

import java.util.Objects;

/**
 * A Python class, function or other object that travels by name.
 *
 * <p>Decoding never imports or runs anything: the name stays a name and goes back to Python unchanged.
 *
 * @param module the module's full name, for example {@code "multiprocessing.synchronize"}
 * @param qualname the name inside the module, dotted when nested, for example {@code "Lock"}
 */
public record PyGlobal(String module, String qualname) {
    /**
     * Checks that both names are there.
     *
     * @param module the module's full name
     * @param qualname the name inside the module
     */
    public PyGlobal {
        Objects.requireNonNull(module, "module");
        Objects.requireNonNull(qualname, "qualname");
    }

    /**
     * Returns both names as Python code would write them.
     *
     * @return {@code module.qualname}
     */
    @Override
    public String toString() {
        return module + "." + qualname;
    }
}
