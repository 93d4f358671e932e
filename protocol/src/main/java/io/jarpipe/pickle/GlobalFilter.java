package io.jarpipe.pickle;

/**
 * Decides which names of classes and functions a pickle may hold. Java never looks them up; a filter matters because
 * opaque objects that are sent on are built by the next Python process, which calls what they name.
 *
 * <p>A filter sees names as Python 3 has them, one by one: not the arguments of calls, and not what a permitted call
 * such as {@code builtins.getattr} would reach. Pickles below protocol 4 name {@code builtins.set},
 * {@code _codecs.encode} and the like for plain data. It must be thread-safe.
 */
@FunctionalInterface
public interface GlobalFilter {
    /** Allows every name. */
    GlobalFilter ALL = (module, qualname) -> true;

    /**
     * Says whether a name is allowed.
     *
     * @param module the module's full name
     * @param qualname the name inside the module, dotted when nested
     * @return false to refuse the whole pickle
     */
    boolean allows(String module, String qualname);
}
