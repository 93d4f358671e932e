package io.jarpipe.daemon.service;

import io.jarpipe.MpPeer;
import io.jarpipe.connection.MpListenerOptions;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the services of a daemon have in common.
 *
 * @param key the authkey that clients must know; null for none
 * @param allowedUids the users who may connect to a Unix socket, by SO_PEERCRED
 * @param handshakeTimeout how long a client may take to authenticate
 * @param maxMessage the longest message accepted, in bytes
 * @param maxConnections how many connections each service may have at a time
 * @param threads what handlers run on
 * @param code the folders and jars with the services' classes
 */
public record ServiceSettings(
        byte @Nullable [] key,
        Set<Integer> allowedUids,
        Duration handshakeTimeout,
        int maxMessage,
        int maxConnections,
        Threads threads,
        List<Path> code) {
    private static final System.Logger LOG = System.getLogger(ServiceSettings.class.getName());

    /** What handlers run on. */
    public enum Threads {
        /** A virtual thread each, which costs next to nothing while it waits: for handlers that mostly wait. */
        VIRTUAL,
        /** A thread of the operating system each: for handlers that compute, or block in native code. */
        PLATFORM
    }

    MpListenerOptions listenerOptions(String service) {
        return MpListenerOptions.defaults()
                .withHandshakeTimeout(handshakeTimeout)
                .withAdmission(this::admits)
                .withRefused((peer, why) -> {
                    // One who leaves without a word was perhaps only looking whether somebody listens.
                    Level level = why instanceof java.io.EOFException ? Level.DEBUG : Level.WARNING;
                    LOG.log(level, "service {0} refused {1}: {2}", service, peer, why.getMessage());
                });
    }

    private boolean admits(MpPeer peer) {
        return peer.credentials()
                .map(process -> allowedUids.contains(process.uid()))
                .orElse(true);
    }
}
