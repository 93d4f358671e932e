package io.jarpipe.daemon;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts things of a few kinds. Thread-safe.
 *
 * @param <E> the kinds
 */
public final class Tally<E extends Enum<E>> {
    private final Map<E, LongAdder> counts;

    /**
     * Starts with none.
     *
     * @param kinds what to count
     */
    public Tally(Class<E> kinds) {
        this.counts = new EnumMap<>(kinds);
        for (E kind : kinds.getEnumConstants()) {
            counts.put(kind, new LongAdder());
        }
    }

    /**
     * Counts one.
     *
     * @param kind of which kind
     */
    public void count(E kind) {
        Objects.requireNonNull(counts.get(kind)).increment();
    }

    /**
     * Returns how many there were.
     *
     * @param kind of which kind
     * @return the number
     */
    public long of(E kind) {
        return Objects.requireNonNull(counts.get(kind)).sum();
    }
}
