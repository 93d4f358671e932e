package io.jarpipe.daemon.config;

import java.util.Collection;
import java.util.Comparator;

/** Guesses what was meant. */
final class Nearest {
    private static final int MOST_EDITS = 3;

    private Nearest() {}

    /** Returns a question that names the most similar word; nothing if none is similar. */
    static String hint(String word, Collection<String> known) {
        return known.stream()
                .filter(candidate -> distance(word, candidate) <= Math.min(MOST_EDITS, candidate.length() / 2)
                        || (word.length() >= MOST_EDITS && candidate.startsWith(word)))
                .min(Comparator.comparingInt(candidate -> distance(word, candidate)))
                .map(candidate -> ": did you mean '" + candidate + "'?")
                .orElse("");
    }

    /** Counts the letters to insert, remove or replace (Levenshtein). */
    private static int distance(String from, String to) {
        int[] above = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int[] row = new int[to.length() + 1];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = above[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
            }
            above = row;
        }
        return above[to.length()];
    }
}
