package io.jarpipe.daemon.service;

import io.jarpipe.MpPeer;
import io.jarpipe.connection.MpListenerOptions;
import io.jarpipe.daemon.Refusal;
import io.jarpipe.daemon.Tally;
import io.jarpipe.pickle.PickleCodec;
import java.io.EOFException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What the services of a daemon have in common.
 *
 * @param key the authkey that clients must know; null for none
 * @param users tells which users, by uid, may connect to a Unix socket (SO_PEERCRED)
 * @param handshakeTimeout how long a client may take to authenticate
 * @param maxMessage the longest message accepted, in bytes
 * @param maxConnections how many connections each service may have at a time
 * @param threads what handlers run on
 * @param codec reads and writes the messages
 * @param code the folders and jars with the services' classes
 */
public record ServiceSettings(
        byte @Nullable [] key,
        IntPredicate users,
        Duration handshakeTimeout,
        int maxMessage,
        int maxConnections,
        Threads threads,
        PickleCodec codec,
        List<Path> code) {
    private static final System.Logger LOG = System.getLogger(ServiceSettings.class.getName());

    /** What handlers run on. */
    public enum Threads {
        /** A virtual thread each, which costs next to nothing while it waits: for handlers that mostly wait. */
        VIRTUAL,
        /** A thread of the operating system each: for handlers that compute, or block in native code. */
        PLATFORM
    }

    MpListenerOptions listenerOptions(String service, Tally<Refusal> refusals) {
        return MpListenerOptions.defaults()
                .withHandshakeTimeout(handshakeTimeout)
                .withAdmission(this::admits)
                .withRefused((peer, why) -> {
                    // One who leaves without a word was perhaps only looking whether somebody listens.
                    boolean left = why instanceof EOFException;
                    Level level = left ? Level.DEBUG : Level.WARNING;
                    if (!left) {
                        refusals.count(admits(peer) ? Refusal.of(why) : Refusal.USER);
                    }
                    LOG.log(level, "service {0} refused {1}: {2}", service, peer, why.getMessage());
                });
    }

    private boolean admits(MpPeer peer) {
        return peer.credentials().map(process -> users.test(process.uid())).orElse(true);
    }
}
