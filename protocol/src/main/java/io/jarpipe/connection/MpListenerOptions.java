package io.jarpipe.connection;

import io.jarpipe.MpPeer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * How {@link MpListener} treats its clients. Immutable: each {@code with} method returns a changed copy of
 * {@link #defaults()}.
 */
public final class MpListenerOptions {
    private static final System.Logger LOG = System.getLogger(MpListener.class.getName());
    private static final MpListenerOptions DEFAULTS = new MpListenerOptions();

    // Written to only while a copy is being made.
    private Duration handshakeTimeout = Duration.ofSeconds(10);
    private int maxHandshakes = 1024;
    private int maxWaiting = 128;
    private int maxMessage = MpClientOptions.USUAL_MESSAGE;
    private boolean allowsMd5 = true;
    private boolean allowsKeylessTcp;
    private Set<PosixFilePermission> permissions = Set.copyOf(PosixFilePermissions.fromString("rw-------"));
    private Predicate<MpPeer> admission = peer -> true;
    private BiConsumer<MpPeer, IOException> refused =
            (peer, why) -> LOG.log(Level.DEBUG, "refused {0}: {1}", peer, why.getMessage());

    private MpListenerOptions() {}

    private MpListenerOptions copy(Consumer<MpListenerOptions> change) {
        MpListenerOptions copy = new MpListenerOptions();
        copy.handshakeTimeout = handshakeTimeout;
        copy.maxHandshakes = maxHandshakes;
        copy.maxWaiting = maxWaiting;
        copy.maxMessage = maxMessage;
        copy.allowsMd5 = allowsMd5;
        copy.allowsKeylessTcp = allowsKeylessTcp;
        copy.permissions = permissions;
        copy.admission = admission;
        copy.refused = refused;
        change.accept(copy);
        return copy;
    }

    /**
     * Returns what is used when no options are given.
     *
     * @return 10 s for a handshake, 1024 handshakes at a time, 128 connections waiting, messages up to 256 MiB, MD5
     *     allowed, no TCP without a key, mode 0600, everybody admitted, refusals in the log at level DEBUG
     */
    public static MpListenerOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Changes the time that a handshake may take.
     *
     * @param timeout for the whole handshake of a client
     * @return the changed options
     */
    public MpListenerOptions withHandshakeTimeout(Duration timeout) {
        return copy(options -> options.handshakeTimeout = timeout);
    }

    /**
     * Changes how many clients there may be before they are accepted.
     *
     * @param handshakes how many may authenticate at a time; when one more comes, the oldest of them is closed
     * @param waiting how many connections may wait for {@code accept()}; further clients wait in the kernel
     * @return the changed options
     * @throws IllegalArgumentException when one of them is less than 1
     */
    public MpListenerOptions withLimits(int handshakes, int waiting) {
        if (handshakes < 1 || waiting < 1) {
            throw new IllegalArgumentException(
                    "handshakes: " + handshakes + ", waiting: " + waiting + " (expected: at least 1)");
        }
        return copy(options -> {
            options.maxHandshakes = handshakes;
            options.maxWaiting = waiting;
        });
    }

    /**
     * Changes the longest message that connections accept.
     *
     * @param bytes its length
     * @return the changed options
     */
    public MpListenerOptions withMaxMessage(int bytes) {
        return copy(options -> options.maxMessage = bytes);
    }

    /**
     * Refuses HMAC-MD5, which is all that CPython 3.8 to 3.11 know: clients need 3.12 or newer.
     *
     * @return the changed options
     */
    public MpListenerOptions withoutMd5() {
        return copy(options -> options.allowsMd5 = false);
    }

    /**
     * Lets a TCP port be opened without an authkey, or with an empty one: whoever reaches it can send pickles and use
     * what the program offers.
     *
     * @return the changed options
     */
    public MpListenerOptions withKeylessTcp() {
        return copy(options -> options.allowsKeylessTcp = true);
    }

    /**
     * Changes the mode of the socket's file, for an address that is a path: who may write to it may connect.
     *
     * @param mode as {@code ls} prints it: {@code "rw-rw----"} admits the group
     * @return the changed options
     * @throws IllegalArgumentException when that is no mode
     */
    public MpListenerOptions withPermissions(String mode) {
        Set<PosixFilePermission> parsed = Set.copyOf(PosixFilePermissions.fromString(mode));
        return copy(options -> options.permissions = parsed);
    }

    /**
     * Chooses who may connect at all.
     *
     * @param test says whether a peer may, before the handshake; must not block
     * @return the changed options
     */
    public MpListenerOptions withAdmission(Predicate<MpPeer> test) {
        return copy(options -> options.admission = test);
    }

    /**
     * Chooses who is told of clients that failed to connect.
     *
     * @param observer gets the client and the reason, on a virtual thread
     * @return the changed options
     */
    public MpListenerOptions withRefused(BiConsumer<MpPeer, IOException> observer) {
        return copy(options -> options.refused = observer);
    }

    Duration handshakeTimeout() {
        return handshakeTimeout;
    }

    int maxHandshakes() {
        return maxHandshakes;
    }

    int maxWaiting() {
        return maxWaiting;
    }

    int maxMessage() {
        return maxMessage;
    }

    boolean allowsMd5() {
        return allowsMd5;
    }

    boolean allowsKeylessTcp() {
        return allowsKeylessTcp;
    }

    Set<PosixFilePermission> permissions() {
        return permissions;
    }

    Predicate<MpPeer> admission() {
        return admission;
    }

    BiConsumer<MpPeer, IOException> refused() {
        return refused;
    }
}
