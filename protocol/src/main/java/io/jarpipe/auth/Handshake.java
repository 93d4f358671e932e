package io.jarpipe.auth;

import io.jarpipe.MpAuthenticationException;
import io.jarpipe.auth.Messages.Named;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Carries out the mutual authentication of {@code multiprocessing.connection}, either role. Does no I/O; not
 * thread-safe; one instance per connection.
 *
 * <p>The caller sends what {@link #begin()} returns, then for each frame it receives (limit: {@link #MAX_FRAME_LENGTH})
 * calls {@link #receive}, sends {@link Step#reply()} if there is one, calls {@link Step#throwIfFailed()}, and ends when
 * {@link Step#isDone()}. Every message is the body of one frame. If the peer closes the connection in the middle, that
 * is for the caller to report; a Python peer does so without a word when it lacks or refuses the key.
 */
public final class Handshake {
    /** Longest frame to accept while the handshake runs, in bytes: as CPython's {@code recv_bytes(256)}. */
    public static final int MAX_FRAME_LENGTH = Messages.MAX_LENGTH;

    /** Which side of the connection this is. */
    public enum Role {
        /** Accepted the connection; challenges first. */
        LISTENER,
        /** Opened the connection; answers first. */
        CLIENT
    }

    /** What the handshake waits for. */
    public enum State {
        /** Not begun. */
        NEW,
        /** The peer's challenge. */
        AWAIT_CHALLENGE,
        /** The peer's response to our challenge. */
        AWAIT_RESPONSE,
        /** The peer's verdict on our response. */
        AWAIT_WELCOME,
        /** Nothing: both sides know the key. */
        DONE,
        /** Nothing: the connection must be closed. */
        FAILED
    }

    /** Whether HMAC-MD5 is good enough. Peers with CPython 3.8 to 3.11 know nothing else. */
    public enum Md5 {
        /** Accepts and answers with HMAC-MD5 where the peer wants it, as CPython does. */
        ALLOWED,
        /** Neither accepts nor computes HMAC-MD5. */
        REFUSED
    }

    /**
     * What a received frame leads to.
     *
     * @param reply the frame body to send now, also when the handshake has failed
     * @param state the state reached
     * @param failure why the handshake failed, if it did
     */
    public record Step(Optional<byte[]> reply, State state, Optional<MpAuthenticationException> failure) {
        /**
         * Says whether both sides have proved that they know the key.
         *
         * @return true if so
         */
        public boolean isDone() {
            return state == State.DONE;
        }

        /**
         * Throws if the handshake has failed; send the reply first.
         *
         * @throws MpAuthenticationException the failure
         */
        public void throwIfFailed() throws MpAuthenticationException {
            if (failure.isPresent()) {
                throw failure.get();
            }
        }
    }

    private static final String CURE =
            ": both sides need the same authkey, in Python bytes(multiprocessing.current_process().authkey)";

    private final Role role;
    private final byte[] key;
    private final Md5 md5;
    private final RandomGenerator random;
    private State state = State.NEW;
    private byte[] challenge = new byte[0];

    Handshake(Role role, byte[] key, Md5 md5, RandomGenerator random) {
        this.role = role;
        this.key = key.clone();
        this.md5 = md5;
        this.random = random;
    }

    /**
     * Creates the handshake for the side that accepted the connection; peers of any CPython version can take part.
     *
     * @param key the authkey, copied; may be empty
     * @return the handshake
     */
    public static Handshake listener(byte[] key) {
        return create(Role.LISTENER, key, Md5.ALLOWED);
    }

    /**
     * Creates the handshake for the side that opened the connection; peers of any CPython version can take part.
     *
     * @param key the authkey, copied; may be empty
     * @return the handshake
     */
    public static Handshake client(byte[] key) {
        return create(Role.CLIENT, key, Md5.ALLOWED);
    }

    /**
     * Creates a handshake.
     *
     * @param role which side this is
     * @param key the authkey, copied; may be empty
     * @param md5 whether HMAC-MD5 may be used
     * @return the handshake
     */
    public static Handshake create(Role role, byte[] key, Md5 md5) {
        return new Handshake(role, key, md5, new SecureRandom());
    }

    /**
     * Begins the handshake.
     *
     * @return the frame body to send first, if this side speaks first
     * @throws IllegalStateException if it has begun before
     */
    public Optional<byte[]> begin() {
        if (state != State.NEW) {
            throw new IllegalStateException("the handshake has begun: " + state);
        }
        return advance(new byte[0]);
    }

    /**
     * Takes the peer's next frame.
     *
     * @param frame the frame's body
     * @return what to send and what has been reached
     * @throws IllegalStateException if the handshake has not begun or is over
     */
    public Step receive(byte[] frame) {
        if (state == State.NEW) {
            throw new IllegalStateException("the handshake has not begun");
        }
        Transition.of(role, state);
        Optional<String> problem = frame.length > MAX_FRAME_LENGTH ? Optional.of("bad message length") : problem(frame);
        if (problem.isPresent()) {
            Optional<byte[]> reply = state == State.AWAIT_RESPONSE ? Optional.of(Messages.failure()) : Optional.empty();
            state = State.FAILED;
            return new Step(reply, state, Optional.of(new MpAuthenticationException(problem.get())));
        }
        Optional<byte[]> reply = advance(frame);
        return new Step(reply, state, Optional.empty());
    }

    /**
     * Returns what the handshake waits for.
     *
     * @return the state
     */
    public State state() {
        return state;
    }

    /** Follows the table for a message that was found good. */
    private Optional<byte[]> advance(byte[] received) {
        Transition row = Transition.of(role, state);
        state = row.to();
        return switch (row.sent()) {
            case NOTHING -> Optional.empty();
            case CHALLENGE -> Optional.of(newChallenge());
            case RESPONSE -> Optional.of(response(received));
            case WELCOME -> Optional.of(Messages.welcome());
        };
    }

    private Optional<String> problem(byte[] frame) {
        return switch (state) {
            case AWAIT_CHALLENGE -> problemOfChallenge(frame);
            case AWAIT_RESPONSE -> problemOfResponse(frame);
            case AWAIT_WELCOME ->
                Messages.isWelcome(frame) ? Optional.empty() : Optional.of("digest sent was rejected" + CURE);
            case NEW, DONE, FAILED -> throw new IllegalStateException("nothing is awaited: " + state);
        };
    }

    private Optional<String> problemOfChallenge(byte[] frame) {
        Optional<byte[]> content = Messages.challengeContent(frame);
        if (content.isEmpty()) {
            return Optional.of("Protocol error, expected challenge: got " + frame.length
                    + " other bytes; perhaps the peer has no authkey and sends its messages at once");
        }
        int length = content.get().length;
        if (length < Messages.LEGACY_CHALLENGE_LENGTH) {
            return Optional.of("challenge too short: " + length + " bytes");
        }
        Optional<Digest> digest = digestFor(content.get());
        if (digest.isEmpty()) {
            return Optional.of("unsupported message length, missing digest prefix, or unsupported digest");
        }
        return refused(digest.get());
    }

    private Optional<String> problemOfResponse(byte[] frame) {
        Optional<Named> named = frame.length == Messages.LEGACY_RESPONSE_LENGTH
                ? Optional.of(new Named(Digest.MD5, frame))
                : Messages.named(frame);
        if (named.isEmpty()) {
            return Optional.of("unsupported message length, missing digest prefix, or unsupported digest; perhaps the"
                    + " peer has no authkey and sends its messages at once");
        }
        Optional<String> refused = refused(named.get().digest());
        if (refused.isPresent()) {
            return refused;
        }
        byte[] expected = named.get().digest().hmac(key, challenge);
        return MessageDigest.isEqual(expected, named.get().payload())
                ? Optional.empty()
                : Optional.of("digest received was wrong" + CURE);
    }

    private Optional<String> refused(Digest digest) {
        if (!digest.isAvailable()) {
            return Optional.of("digest " + digest.pythonName() + " is not available in this Java runtime");
        }
        return digest == Digest.MD5 && md5 == Md5.REFUSED
                ? Optional.of("digest md5 is refused here: use CPython 3.12 or newer at the other side, or allow md5")
                : Optional.empty();
    }

    /** Returns what a challenge asks for; 20 bytes always mean HMAC-MD5, whatever they begin with. */
    private static Optional<Digest> digestFor(byte[] content) {
        return content.length == Messages.LEGACY_CHALLENGE_LENGTH
                ? Optional.of(Digest.MD5)
                : Messages.named(content).map(Named::digest);
    }

    private byte[] newChallenge() {
        byte[] bytes = new byte[Messages.RANDOM_LENGTH];
        random.nextBytes(bytes);
        challenge = Messages.concat(Digest.SHA256.prefix(), bytes);
        return Messages.challenge(challenge);
    }

    private byte[] response(byte[] received) {
        byte[] content = Messages.challengeContent(received).orElseThrow();
        Digest digest = digestFor(content).orElseThrow();
        byte[] code = digest.hmac(key, content);
        return content.length == Messages.LEGACY_CHALLENGE_LENGTH ? code : Messages.concat(digest.prefix(), code);
    }
}
