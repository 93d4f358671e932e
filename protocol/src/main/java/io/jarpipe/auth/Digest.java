package io.jarpipe.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;

// Why HMAC is computed here
// -------------------------
// It is two digests (RFC 2104, section 2). The first Mac of a JVM asks one provider after the other, which makes every
// elliptic curve and verifies a jar: a tenth of the CPU time that a private daemon takes until the first worker runs.

/**
 * The message digests that CPython 3.12 and newer accept in a handshake (CPython 3.13
 * {@code Lib/multiprocessing/connection.py, _ALLOWED_DIGESTS}).
 */
public enum Digest {
    /** HMAC-MD5, the only one that CPython before 3.12 knows. */
    MD5("md5", "MD5", 64),
    /** HMAC-SHA-256, what CPython 3.12 and newer ask for. */
    SHA256("sha256", "SHA-256", 64),
    /** HMAC-SHA-384. */
    SHA384("sha384", "SHA-384", 128),
    /** HMAC-SHA3-256. */
    SHA3_256("sha3_256", "SHA3-256", 136),
    /** HMAC-SHA3-384. */
    SHA3_384("sha3_384", "SHA3-384", 104);

    private static final byte INNER = 0x36;
    private static final byte OUTER = 0x5c;

    private final String pythonName;
    private final String javaName;
    private final int blockSize;

    Digest(String pythonName, String javaName, int blockSize) {
        this.pythonName = pythonName;
        this.javaName = javaName;
        this.blockSize = blockSize;
    }

    /**
     * Returns the name that travels in braces before a challenge or response.
     *
     * @return Python's name, for example {@code sha3_256}
     */
    public String pythonName() {
        return pythonName;
    }

    /**
     * Finds a digest by the name that travels.
     *
     * @param pythonName Python's name
     * @return the digest, or empty if CPython does not accept it either
     */
    public static Optional<Digest> named(String pythonName) {
        for (Digest digest : values()) {
            if (digest.pythonName.equals(pythonName)) {
                return Optional.of(digest);
            }
        }
        return Optional.empty();
    }

    /**
     * Says whether this Java runtime has the algorithm; FIPS hosts may be configured without MD5.
     *
     * @return true if {@link #hmac} works
     */
    public boolean isAvailable() {
        try {
            return MessageDigest.getInstance(javaName) != null;
        } catch (NoSuchAlgorithmException e) {
            return false;
        }
    }

    /**
     * Computes the message authentication code.
     *
     * @param key the key; may be empty
     * @param message the message
     * @return the code
     * @throws IllegalStateException if this Java runtime lacks the algorithm
     */
    public byte[] hmac(byte[] key, byte[] message) {
        byte[] block = Arrays.copyOf(key.length > blockSize ? digest(key) : key, blockSize);
        return digest(padded(block, OUTER), digest(padded(block, INNER), message));
    }

    private static byte[] padded(byte[] block, byte pad) {
        byte[] padded = new byte[block.length];
        for (int i = 0; i < block.length; i++) {
            padded[i] = (byte) (block[i] ^ pad);
        }
        return padded;
    }

    private byte[] digest(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance(javaName);
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(javaName + " is not available in this Java runtime", e);
        }
    }

    /**
     * Returns what travels before a challenge or a response made with this digest.
     *
     * @return the name in braces, ASCII
     */
    byte[] prefix() {
        return ("{" + pythonName + "}").getBytes(StandardCharsets.US_ASCII);
    }
}
