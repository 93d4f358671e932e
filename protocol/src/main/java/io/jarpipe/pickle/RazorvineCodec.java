package io.jarpipe.pickle;

import io.jarpipe.PickleException;
import org.jspecify.annotations.Nullable;

/**
 * The codec on top of {@code net.razorvine:pickle}.
 *
 * <p>The library's machine is used with its own types replaced wherever they would lose something, and without its
 * registries, which are shared by the whole class loader. Both of its halves keep state between messages, hence a new
 * one for each.
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
        return new Encoder(reducer).encode(value);
    }
}
