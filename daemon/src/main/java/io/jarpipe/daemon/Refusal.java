package io.jarpipe.daemon;

import io.jarpipe.MpAuthenticationException;
import io.jarpipe.ProtocolException;
import java.io.IOException;

/** Why a client was not let in. */
public enum Refusal {
    /** He is a user who may not. */
    USER,
    /** He does not know the key. */
    KEY,
    /** He took too long. */
    TIMEOUT,
    /** He says something else than {@code multiprocessing}. */
    PROTOCOL;

    /**
     * Tells what a failed handshake means.
     *
     * @param why how it failed
     * @return the reason
     */
    public static Refusal of(IOException why) {
        return switch (why) {
            case MpAuthenticationException e -> KEY;
            case ProtocolException e -> PROTOCOL;
            default -> TIMEOUT;
        };
    }
}
