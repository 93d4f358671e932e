package io.jarpipe.pickle;

import io.jarpipe.PickleException;
import io.jarpipe.types.PyTypes;
import org.jspecify.annotations.Nullable;

/**
 * The codec on top of {@code net.razorvine:pickle}.
 *
 * <p>The library's machine is used with its own types replaced wherever they would lose something, and without its
 * registries, which are shared by the whole class loader. Both of its halves keep state between messages, hence a new
 * one for each.
 */
public final class RazorvineCodec implements PickleCodec {
    private final PyTypes types;

    /** Creates the codec for the types that {@link PickleCodec} lists. */
    public RazorvineCodec() {
        this(PyTypes.standard());
    }

    /**
     * Creates the codec for a choice of types.
     *
     * @param types the types of objects that are no plain data
     */
    public RazorvineCodec(PyTypes types) {
        this.types = types;
    }

    @Override
    public @Nullable Object decode(byte[] pickle) throws PickleException {
        return new Decoder(pickle, types).decode();
    }

    @Override
    public byte[] encode(@Nullable Object value, Reducer reducer) throws PickleException {
        return new Encoder(types, reducer).encode(value);
    }
}
