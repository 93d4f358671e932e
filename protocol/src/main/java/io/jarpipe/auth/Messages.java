package io.jarpipe.auth;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Describes the messages of the handshake; each is the body of one frame of at most 256 bytes.
 *
 * <pre>
 *  challenge  "#CHALLENGE#" M     M = 20 random bytes                         CPython 3.8 - 3.11
 *                                 M = "{" digest "}" 40 random bytes          CPython 3.12 and newer
 *  response   HMAC-MD5(key, M), 16 bytes                                      CPython 3.8 - 3.11, or M is 20 bytes
 *             "{" digest "}" HMAC-digest(key, M)                              CPython 3.12 and newer
 *  verdict    "#WELCOME#" or "#FAILURE#"
 * </pre>
 *
 * <p>The code covers the whole of M, the name in braces included. Source: CPython 3.8 - 3.15,
 * {@code Lib/multiprocessing/connection.py}, {@code deliver_challenge} and {@code answer_challenge}.
 */
final class Messages {
    /** Longest message, in bytes: what CPython's {@code recv_bytes(256)} accepts. */
    static final int MAX_LENGTH = 256;

    /** Length of a challenge without a digest's name, which asks for HMAC-MD5. */
    static final int LEGACY_CHALLENGE_LENGTH = 20;

    /** Length of a response without a digest's name: the size of an HMAC-MD5. */
    static final int LEGACY_RESPONSE_LENGTH = 16;

    /** Number of random bytes in a challenge of our own. */
    static final int RANDOM_LENGTH = 40;

    private static final byte[] CHALLENGE = "#CHALLENGE#".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] WELCOME = "#WELCOME#".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FAILURE = "#FAILURE#".getBytes(StandardCharsets.US_ASCII);

    private Messages() {}

    /** Part of a message behind its digest's name. */
    record Named(Digest digest, byte[] payload) {}

    static byte[] welcome() {
        return WELCOME.clone();
    }

    static byte[] failure() {
        return FAILURE.clone();
    }

    static boolean isWelcome(byte[] message) {
        return Arrays.equals(message, WELCOME);
    }

    static byte[] challenge(byte[] content) {
        return concat(CHALLENGE, content);
    }

    /** Returns what follows the challenge's prefix, or empty if this is no challenge. */
    static Optional<byte[]> challengeContent(byte[] message) {
        if (message.length < CHALLENGE.length
                || !Arrays.equals(message, 0, CHALLENGE.length, CHALLENGE, 0, CHALLENGE.length)) {
            return Optional.empty();
        }
        return Optional.of(Arrays.copyOfRange(message, CHALLENGE.length, message.length));
    }

    /**
     * Splits {@code {digest}payload}, or returns empty if there is no such prefix or CPython does not accept the
     * digest.
     */
    static Optional<Named> named(byte[] content) {
        for (Digest digest : Digest.values()) {
            byte[] prefix = digest.prefix();
            if (content.length >= prefix.length && Arrays.equals(content, 0, prefix.length, prefix, 0, prefix.length)) {
                return Optional.of(new Named(digest, Arrays.copyOfRange(content, prefix.length, content.length)));
            }
        }
        return Optional.empty();
    }

    static byte[] concat(byte[] head, byte[] tail) {
        byte[] joined = Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, joined, head.length, tail.length);
        return joined;
    }
}
