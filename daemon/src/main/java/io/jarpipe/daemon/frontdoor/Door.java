package io.jarpipe.daemon.frontdoor;

import io.jarpipe.MpAddress;
import io.jarpipe.daemon.Refusal;
import io.jarpipe.daemon.Tally;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntPredicate;
import java.util.function.IntSupplier;

/** Where the clients of a daemon come in: authenticated, of admitted users, and no more than are wanted. */
public interface Door extends AutoCloseable {
    /**
     * How to listen.
     *
     * @param address a path or an abstract address
     * @param key the authkey
     * @param users tells which users, by uid, may connect (SO_PEERCRED)
     * @param handshakeTimeout how long a client may take to authenticate
     * @param connections how many clients there may be; further ones wait. May change at any time
     */
    record Settings(
            MpAddress address, byte[] key, IntPredicate users, Duration handshakeTimeout, IntSupplier connections) {}

    /**
     * Returns how many clients were refused, and why.
     *
     * @return the numbers, which go on to change
     */
    Tally<Refusal> refusals();

    /**
     * Asks what accepts clients for a sign of life.
     *
     * @return done when it has given one, or was ended by {@link #close()}
     */
    CompletableFuture<Void> ping();

    /** Stops listening and removes the socket's file if it is still ours. Clients handed on are not touched. */
    @Override
    void close();
}
