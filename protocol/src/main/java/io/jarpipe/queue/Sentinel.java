package io.jarpipe.queue;

import io.jarpipe.pickle.PickleCodec;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The value that producers put last. */
final class Sentinel {
    /** How much longer another pickle of the same value may be: other producers use other protocols. */
    private static final int OVERHEAD = 64;

    private final PickleCodec codec;
    private final @Nullable Object value;
    private final int longest;

    /** Takes the value as it would come from Python, so that numbers and tuples compare equal. */
    Sentinel(PickleCodec codec, @Nullable Object value) {
        this.codec = codec;
        try {
            byte[] pickle = codec.encode(value);
            this.value = codec.decode(pickle);
            this.longest = 2 * pickle.length + OVERHEAD;
        } catch (IOException e) {
            throw new IllegalArgumentException("the sentinel cannot be pickled: " + e.getMessage(), e);
        }
    }

    boolean is(@Nullable Object item) {
        return Objects.deepEquals(item, value);
    }

    /** Tells whether a pickle is that of a sentinel; it may be decoded again. */
    boolean isPickled(byte[] pickle) {
        if (pickle.length > longest) {
            return false;
        }
        try {
            return is(codec.decode(pickle));
        } catch (IOException e) {
            return false; // whoever takes it will be told
        }
    }
}
