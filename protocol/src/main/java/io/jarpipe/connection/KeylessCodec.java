package io.jarpipe.connection;

import io.jarpipe.MpSharingException;
import io.jarpipe.PickleException;
import io.jarpipe.binding.Wanted;
import io.jarpipe.pickle.PickleCodec;
import io.jarpipe.pickle.Reducer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The codec of a client that has no authkey: when the listener has one, the first message is its challenge, of which
 * CPython says only {@code invalid load key, '#'}.
 */
final class KeylessCodec implements PickleCodec {
    private static final byte[] CHALLENGE = "#CHALLENGE#".getBytes(StandardCharsets.US_ASCII);

    private final PickleCodec codec;

    KeylessCodec(PickleCodec codec) {
        this.codec = codec;
    }

    @Override
    public @Nullable Object decode(byte[] pickle) throws PickleException, MpSharingException {
        return decode(pickle, Wanted.ANYTHING);
    }

    @Override
    public @Nullable Object decode(byte[] pickle, Wanted wanted) throws PickleException, MpSharingException {
        if (pickle.length >= CHALLENGE.length
                && Arrays.equals(pickle, 0, CHALLENGE.length, CHALLENGE, 0, CHALLENGE.length)) {
            throw new PickleException("the listener demands authentication: connect with its authkey, in Python"
                    + " bytes(multiprocessing.current_process().authkey)");
        }
        return codec.decode(pickle, wanted);
    }

    @Override
    public byte[] encode(@Nullable Object value, Reducer reducer) throws PickleException {
        return codec.encode(value, reducer);
    }

    @Override
    public void discard(byte[] pickle) {
        codec.discard(pickle);
    }
}
