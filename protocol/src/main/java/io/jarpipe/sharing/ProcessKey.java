package io.jarpipe.sharing;

/**
 * The authkey that a Python program and all its processes have in common:
 * {@code bytes(multiprocessing.current_process().authkey)}.
 *
 * <p>Immutable; it appears in no message and no log.
 */
public final class ProcessKey {
    private final byte[] bytes;

    private ProcessKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Keeps a key.
     *
     * @param bytes the key, copied
     * @return the key
     */
    public static ProcessKey of(byte[] bytes) {
        return new ProcessKey(bytes.clone());
    }

    byte[] bytes() {
        return bytes.clone();
    }

    /**
     * Says how long the key is, never what it is.
     *
     * @return a short text
     */
    @Override
    public String toString() {
        return "ProcessKey[" + bytes.length + " bytes]";
    }
}
