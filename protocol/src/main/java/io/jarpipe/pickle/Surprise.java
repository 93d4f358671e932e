package io.jarpipe.pickle;

/**
 * Says that a dict is not what the decoder took it for, the attributes of an object and nothing else; so the pickle has
 * to be decoded again without guesses.
 */
final class Surprise extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Surprise() {
        super("a dict is not only the attributes of an object", null, false, false);
    }
}
