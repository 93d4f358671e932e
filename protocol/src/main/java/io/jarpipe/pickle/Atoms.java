package io.jarpipe.pickle;

import io.jarpipe.PyGlobal;
import java.math.BigInteger;

/**
 * Writes what holds no other value: numbers, text, bytes and names; and references to what has been written. Shares its
 * output with the {@link Encoder}, and has the memo of both.
 */
final class Atoms {
    static final int FIRST_PROTOCOL_WITH_FRAMES = 4;

    private static final int FIRST_PROTOCOL_WITH_BYTES = 3;
    private static final int MAX_BYTE = 0xff;
    private static final int MAX_SHORT = 0xffff;
    /** Up to this length a loop over the characters is faster than the JDK's encoder. */
    private static final int SHORT_TEXT = 32;

    private final int protocol;
    private final Output sink;
    private final EncoderMemo memo = new EncoderMemo();
    private final OldAtoms old;

    Atoms(int protocol, Output sink) {
        this.protocol = protocol;
        this.sink = sink;
        this.old = new OldAtoms(protocol, this, sink);
    }

    void clear() {
        memo.clear();
    }

    /** Returns the number of an object that has been written, by identity; or {@link EncoderMemo#NOT_FOUND}. */
    int find(Object value, int hash) {
        return memo.find(value, hash);
    }

    /** Refers to what was written before; false when it was not. */
    boolean saveReference(int number) {
        if (number == EncoderMemo.NOT_FOUND) {
            return false;
        }
        if (number <= MAX_BYTE) {
            sink.write(OpcodeBytes.BINGET, number);
        } else {
            sink.writeInt(OpcodeBytes.LONG_BINGET, number);
        }
        return true;
    }

    /** Gives what is on the stack the next number. */
    void memoize(Object value, int hash) {
        int number = memo.add(value, hash);
        if (protocol >= FIRST_PROTOCOL_WITH_FRAMES) {
            sink.write(OpcodeBytes.MEMOIZE);
        } else if (number <= MAX_BYTE) {
            sink.write(OpcodeBytes.BINPUT, number);
        } else {
            sink.writeInt(OpcodeBytes.LONG_BINPUT, number);
        }
    }

    void saveInteger(long number) {
        if (number >= 0 && number <= MAX_SHORT) {
            if (number <= MAX_BYTE) {
                sink.write(OpcodeBytes.BININT1, (int) number);
            } else {
                sink.writeShort(OpcodeBytes.BININT2, (int) number);
            }
        } else if (number == (int) number) {
            sink.writeInt(OpcodeBytes.BININT, (int) number);
        } else {
            saveBigInteger(BigInteger.valueOf(number));
        }
    }

    void saveBigInteger(BigInteger number) {
        byte[] bigEndian = number.toByteArray();
        if (bigEndian.length <= Integer.BYTES) {
            saveInteger(number.intValue());
            return;
        }
        byte[] bytes = new byte[bigEndian.length];
        for (int index = 0; index < bytes.length; index++) {
            bytes[index] = bigEndian[bytes.length - 1 - index];
        }
        saveSized(OpcodeBytes.LONG1, OpcodeBytes.LONG4, bytes);
    }

    void saveString(String text) {
        int hash = EncoderMemo.hash(text);
        if (saveReference(memo.findEqual(text, hash))) {
            return;
        }
        boolean hasShortForm = protocol >= FIRST_PROTOCOL_WITH_FRAMES;
        if (!hasShortForm || text.length() > SHORT_TEXT || !sink.writeAscii(OpcodeBytes.SHORT_BINUNICODE, text)) {
            byte[] bytes = Utf8.encode(text);
            saveSized(
                    hasShortForm ? OpcodeBytes.SHORT_BINUNICODE : OpcodeBytes.BINUNICODE,
                    OpcodeBytes.BINUNICODE,
                    bytes);
        }
        memoize(text, hash);
    }

    void saveBytes(byte[] bytes, Object identity, int hash) {
        if (protocol < FIRST_PROTOCOL_WITH_BYTES) {
            old.saveBytes(bytes);
        } else {
            saveSized(OpcodeBytes.SHORT_BINBYTES, OpcodeBytes.BINBYTES, bytes);
        }
        memoize(identity, hash);
    }

    private void saveSized(int shortForm, int longForm, byte[] bytes) {
        if (bytes.length <= MAX_BYTE && shortForm != longForm) {
            sink.write(shortForm, bytes.length);
            sink.write(bytes);
        } else if (sink.isUnframed(bytes.length)) {
            sink.endFrame();
            sink.writeInt(longForm, bytes.length);
            sink.write(bytes);
            sink.beginFrame();
        } else {
            sink.writeInt(longForm, bytes.length);
            sink.write(bytes);
        }
    }

    void saveGlobal(PyGlobal global) {
        int hash = global.hashCode();
        if (saveReference(memo.findEqual(global, hash))) {
            return;
        }
        if (protocol < FIRST_PROTOCOL_WITH_FRAMES) {
            old.saveName(global);
        } else {
            saveString(global.module());
            saveString(global.qualname());
            sink.write(OpcodeBytes.STACK_GLOBAL);
        }
        memoize(global, hash);
    }
}
