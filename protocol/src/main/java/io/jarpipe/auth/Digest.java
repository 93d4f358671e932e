package io.jarpipe.auth;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The message digests that CPython 3.12 and newer accept in a handshake (CPython 3.13
 * {@code Lib/multiprocessing/connection.py, _ALLOWED_DIGESTS}).
 */
public enum Digest {
    /** HMAC-MD5, the only one that CPython before 3.12 knows. */
    MD5("md5", "HmacMD5"),
    /** HMAC-SHA-256, what CPython 3.12 and newer ask for. */
    SHA256("sha256", "HmacSHA256"),
    /** HMAC-SHA-384. */
    SHA384("sha384", "HmacSHA384"),
    /** HMAC-SHA3-256. */
    SHA3_256("sha3_256", "HmacSHA3-256"),
    /** HMAC-SHA3-384. */
    SHA3_384("sha3_384", "HmacSHA3-384");

    /**
     * Stands for the empty key, which {@link SecretKeySpec} refuses: HMAC pads a key with zero bytes to the digest's
     * block size (RFC 2104, section 2), so both give the same result.
     */
    private static final byte[] EMPTY_KEY = new byte[1];

    private final String pythonName;
    private final String macName;

    Digest(String pythonName, String macName) {
        this.pythonName = pythonName;
        this.macName = macName;
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
            return Mac.getInstance(macName) != null;
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
        try {
            Mac mac = Mac.getInstance(macName);
            mac.init(new SecretKeySpec(key.length == 0 ? EMPTY_KEY : key, macName));
            return mac.doFinal(message);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(macName + " is not available in this Java runtime", e);
        } catch (InvalidKeyException e) {
            throw new IllegalStateException(macName + " refused the key", e);
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
