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
    /** Creates the codec. */
    public RazorvineCodec() {}

    @Override
    public @Nullable Object decode(byte[] pickle) throws PickleException {
        return new Decoder(pickle).decode();
    }

    @Override
    public byte[] encode(@Nullable Object value, Reducer reducer) throws PickleException {
        return new Encoder(Encoder.DEFAULT_PROTOCOL, Encoder.DEFAULT_DEPTH, PyTypes.standard()).encode(value, reducer);
    }
}
