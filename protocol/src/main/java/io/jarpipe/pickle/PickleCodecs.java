package io.jarpipe.pickle;

import java.util.Locale;

/** The codecs there are. */
public enum PickleCodecs {
    /** jarpipe's own, the default. */
    JARPIPE,
    /** The codec on top of {@code net.razorvine:pickle}: slower, and with fixed limits. */
    RAZORVINE;

    /**
     * Makes a codec with its defaults.
     *
     * @return the codec, to be shared by all who need one
     */
    public PickleCodec create() {
        return switch (this) {
            case JARPIPE -> new JarpipeCodec();
            case RAZORVINE -> new RazorvineCodec();
        };
    }

    /**
     * Returns the name as the command line has it.
     *
     * @return the name in lower case
     */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
