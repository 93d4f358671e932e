package io.jarpipe.pickle;

import io.jarpipe.PickleException;
import io.jarpipe.binding.Wanted;
import io.jarpipe.types.PyTypes;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * jarpipe's own codec: reads protocols 0 to 5, writes protocol 4 unless told otherwise.
 *
 * <p>Immutable and thread-safe, for virtual threads as well. It keeps a few decoders and encoders with their working
 * memory between messages, some tens of kilobytes each and not more than four per processor, and nothing of the
 * messages but short strings.
 *
 * <p>All that a peer can get wrong is a {@link PickleException}: no bytes make decoding overflow the stack, loop, or
 * take heap out of proportion to what they hold. See {@link PickleLimits} and {@link GlobalFilter}.
 */
public final class JarpipeCodec implements PickleCodec {
    /** The lowest protocol that can be written. */
    public static final int LOWEST_PROTOCOL = 2;

    /** The highest protocol that can be written, and the highest there is. */
    public static final int HIGHEST_PROTOCOL = 5;

    private static final int SLOTS_PER_PROCESSOR = 4;

    private final PickleLimits limits;
    private final GlobalFilter filter;
    private final PyTypes types;
    private final int protocol;
    private final AtomicReferenceArray<@Nullable JarpipeDecoder> decoders;
    private final AtomicReferenceArray<@Nullable Encoder> encoders;

    /** Creates the codec with its defaults: protocol 4, every name allowed, {@link PickleLimits#defaults()}. */
    public JarpipeCodec() {
        this(PickleLimits.defaults(), GlobalFilter.ALL, PyTypes.standard(), Encoder.DEFAULT_PROTOCOL);
    }

    private JarpipeCodec(PickleLimits limits, GlobalFilter filter, PyTypes types, int protocol) {
        this.limits = limits;
        this.filter = filter;
        this.types = types;
        this.protocol = protocol;
        int kept =
                SLOTS_PER_PROCESSOR * Integer.highestOneBit(Runtime.getRuntime().availableProcessors());
        decoders = new AtomicReferenceArray<>(kept);
        encoders = new AtomicReferenceArray<>(kept);
    }

    /**
     * Returns this codec with other limits.
     *
     * @param newLimits what it accepts
     * @return the new codec
     */
    public JarpipeCodec withLimits(PickleLimits newLimits) {
        return new JarpipeCodec(newLimits, filter, types, protocol);
    }

    /**
     * Returns this codec with another filter.
     *
     * @param newFilter which names it accepts when decoding
     * @return the new codec
     */
    public JarpipeCodec withFilter(GlobalFilter newFilter) {
        return new JarpipeCodec(limits, newFilter, types, protocol);
    }

    /**
     * Returns this codec with other types.
     *
     * @param newTypes which recipes it turns into Java values, and which Java values into recipes
     * @return the new codec
     */
    public JarpipeCodec withTypes(PyTypes newTypes) {
        return new JarpipeCodec(limits, filter, newTypes, protocol);
    }

    /**
     * Returns this codec writing another protocol. Every supported CPython reads 4 and 5; 2 and 3 are for other
     * readers.
     *
     * @param newProtocol from {@link #LOWEST_PROTOCOL} to {@link #HIGHEST_PROTOCOL}
     * @return the new codec
     * @throws IllegalArgumentException if the protocol is another
     */
    public JarpipeCodec withProtocol(int newProtocol) {
        if (newProtocol < LOWEST_PROTOCOL || newProtocol > HIGHEST_PROTOCOL) {
            throw new IllegalArgumentException(
                    "protocol: " + newProtocol + " (expected: " + LOWEST_PROTOCOL + " to " + HIGHEST_PROTOCOL + ")");
        }
        return new JarpipeCodec(limits, filter, types, newProtocol);
    }

    @Override
    public @Nullable Object decode(byte[] pickle) throws PickleException {
        return decode(pickle, Wanted.ANYTHING);
    }

    @Override
    public @Nullable Object decode(byte[] pickle, Wanted wanted) throws PickleException {
        int slot = slot();
        JarpipeDecoder decoder = decoders.getAndSet(slot, null);
        if (decoder == null) {
            decoder = new JarpipeDecoder(limits, filter, types);
        }
        try {
            return decoder.decode(pickle, wanted);
        } finally {
            decoders.setRelease(slot, decoder);
        }
    }

    @Override
    public byte[] encode(@Nullable Object value, Reducer reducer) throws PickleException {
        int slot = slot();
        Encoder encoder = encoders.getAndSet(slot, null);
        if (encoder == null) {
            encoder = new Encoder(protocol, limits.encodeDepth(), types);
        }
        try {
            return encoder.encode(value, reducer);
        } finally {
            encoders.setRelease(slot, encoder);
        }
    }

    /** Returns where the calling thread finds a decoder, unless another thread with the same place has taken it. */
    private int slot() {
        long id = Thread.currentThread().threadId();
        return (int) (id & (decoders.length() - 1));
    }
}
