package io.jarpipe.pickle;

import io.jarpipe.PickleException;
import io.jarpipe.types.PyTypes;
import org.jspecify.annotations.Nullable;

/**
 * The codec on top of {@code net.razorvine:pickle}.
 *
 * <p>The library's machine decodes, with its own types replaced wherever they would lose something, and without its
 * registries, which are shared by the whole class loader. It keeps state between messages, hence a new one for each.
 * Its other half can write too little of Python to be used; the encoder is jarpipe's own.
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
        return new Encoder(Encoder.DEFAULT_PROTOCOL, Encoder.DEFAULT_DEPTH, types).encode(value, reducer);
    }
}
