package io.jarpipe.binding;

/** What will be made of a value that is about to be unpickled; so a codec can leave out a step. */
public enum Wanted {
    /** Nothing, or nothing that matters here. */
    ANYTHING,
    /** A record of a dict, which may be any kind of map until then. */
    RECORD,
    /** A {@code java.nio.ByteBuffer} of bytes, which need not be copied out of the pickle. */
    BUFFER
}
