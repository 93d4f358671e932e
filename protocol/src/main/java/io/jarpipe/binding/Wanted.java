package io.jarpipe.binding;

import java.util.List;

/** What will be made of a value that is about to be unpickled; so a codec can leave out a step. Immutable. */
public final class Wanted {
    /** Nothing, or nothing that matters here. */
    public static final Wanted ANYTHING = new Wanted(List.of());

    /** A {@code java.nio.ByteBuffer} of bytes, which need not be copied out of the pickle. */
    public static final Wanted BUFFER = new Wanted(List.of());

    private final List<String> keys;

    private Wanted(List<String> keys) {
        this.keys = keys;
    }

    /**
     * Returns the wish for a record, of a dict's items or an object's attributes.
     *
     * @param keys the keys, in the order in which they probably come
     * @return what the codec is told
     */
    public static Wanted items(List<String> keys) {
        return new Wanted(keys);
    }

    /**
     * Returns the keys of the items that are wanted.
     *
     * @return the keys, in the order in which they probably come; empty if no items are wanted
     */
    public List<String> keys() {
        return keys;
    }
}
