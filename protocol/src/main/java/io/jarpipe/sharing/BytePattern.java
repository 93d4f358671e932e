package io.jarpipe.sharing;

import java.util.Arrays;

/**
 * Searches bytes for a word by Horspool's algorithm: it looks at about one byte in as many as the word is long, so a
 * message of megabytes costs little.
 */
final class BytePattern {
    private final byte[] word;
    /** By the last byte looked at: how far the word can move on. */
    private final int[] shift = new int[256];

    BytePattern(byte[] word) {
        this.word = word.clone();
        Arrays.fill(shift, word.length);
        for (int i = 0; i < word.length - 1; i++) {
            shift[word[i] & 0xff] = word.length - 1 - i;
        }
    }

    boolean isIn(byte[] text) {
        int last = word.length - 1;
        for (int end = last; end < text.length; end += shift[text[end] & 0xff]) {
            if (text[end] == word[last] && Arrays.equals(text, end - last, end + 1, word, 0, word.length)) {
                return true;
            }
        }
        return false;
    }
}
