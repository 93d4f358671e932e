package io.jarpipe.connection;

import java.time.Duration;

/**
 * How {@link MpClient} connects.
 *
 * @param timeout how long connecting and the handshake may take together, looking up a host name aside
 * @param maxMessage the longest message accepted, in bytes
 * @param allowMd5 whether HMAC-MD5 is good enough for the handshake; CPython 3.8 to 3.11 know nothing else
 */
public record MpClientOptions(Duration timeout, int maxMessage, boolean allowMd5) {
    /** The longest message accepted unless something else is said, in bytes: 256 MiB. */
    static final int USUAL_MESSAGE = 256 * 1024 * 1024;

    /** Waits for 20 s, as CPython does where it has a timeout ({@code connection.py}, CONNECTION_TIMEOUT). */
    private static final Duration USUAL_TIMEOUT = Duration.ofSeconds(20);

    /**
     * Returns what is used when no options are given.
     *
     * @return 20 s, 256 MiB, MD5 allowed
     */
    public static MpClientOptions defaults() {
        return new MpClientOptions(USUAL_TIMEOUT, USUAL_MESSAGE, true);
    }

    /**
     * Changes the timeout.
     *
     * @param timeout how long connecting and the handshake may take together
     * @return the changed options
     */
    public MpClientOptions withTimeout(Duration timeout) {
        return new MpClientOptions(timeout, maxMessage, allowMd5);
    }

    /**
     * Changes the longest message.
     *
     * @param maxMessage in bytes
     * @return the changed options
     */
    public MpClientOptions withMaxMessage(int maxMessage) {
        return new MpClientOptions(timeout, maxMessage, allowMd5);
    }

    /**
     * Refuses HMAC-MD5: the peer needs CPython 3.12 or newer.
     *
     * @return the changed options
     */
    public MpClientOptions withoutMd5() {
        return new MpClientOptions(timeout, maxMessage, false);
    }
}
