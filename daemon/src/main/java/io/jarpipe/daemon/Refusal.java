package io.jarpipe.daemon;

/** Why a client was not let in. */
public enum Refusal {
    /** He is a user who may not. */
    USER,
    /** He does not know the key. */
    KEY,
    /** He took too long. */
    TIMEOUT,
    /** He says something else than {@code multiprocessing}. */
    PROTOCOL
}
