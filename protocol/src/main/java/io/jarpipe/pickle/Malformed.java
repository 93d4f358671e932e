package io.jarpipe.pickle;

import java.io.Serial;

/**
 * Says inside the decoder what is wrong at the current opcode; the decoder adds the place and reports a
 * PickleException.
 */
final class Malformed extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String expected;
    private final String got;

    Malformed(String expected, String got) {
        super(got + " (expected: " + expected + ")", null, false, false);
        this.expected = expected;
        this.got = got;
    }

    String expected() {
        return expected;
    }

    String got() {
        return got;
    }
}
