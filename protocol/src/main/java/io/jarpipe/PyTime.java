package io.jarpipe;

import java.time.LocalTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A Python {@code datetime.time} that no class of {@code java.time} holds without loss: one with {@code fold=1}, or
 * with a time zone that is not a plain offset.
 *
 * <p>All others are {@link LocalTime} or {@link java.time.OffsetTime}. Immutable. Equal when all three parts are.
 */
public final class PyTime {
    private final LocalTime local;
    private final int fold;
    private final @Nullable Object tzinfo;

    private PyTime(LocalTime local, int fold, @Nullable Object tzinfo) {
        this.local = local;
        this.fold = fold;
        this.tzinfo = tzinfo;
    }

    /**
     * Makes a value.
     *
     * @param local the local time; Python keeps microseconds
     * @param fold 0, or 1 for the second of two equal local times
     * @param tzinfo the time zone as Python builds it, a {@link PyObject} or a {@link PyGlobal}; null for a naive time
     * @return the value
     * @throws IllegalArgumentException if fold or time zone are something else
     */
    public static PyTime of(LocalTime local, int fold, @Nullable Object tzinfo) {
        Objects.requireNonNull(local, "local");
        return new PyTime(local, PyDateTime.checkedFold(fold), PyDateTime.checkedZone(tzinfo));
    }

    /**
     * Returns the local time.
     *
     * @return the time as the clock on the wall shows it
     */
    public LocalTime local() {
        return local;
    }

    /**
     * Returns which of two equal local times is meant.
     *
     * @return 0 or 1
     */
    public int fold() {
        return fold;
    }

    /**
     * Returns the time zone.
     *
     * @return a {@link PyObject} or a {@link PyGlobal}; null for a naive time
     */
    public @Nullable Object tzinfo() {
        return tzinfo;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PyTime that
                && local.equals(that.local)
                && fold == that.fold
                && Objects.equals(tzinfo, that.tzinfo);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * local.hashCode() + fold) + Objects.hashCode(tzinfo);
    }

    /**
     * Writes the parts.
     *
     * @return for example {@code PyTime[02:30, fold=1, tzinfo=null]}
     */
    @Override
    public String toString() {
        return "PyTime[" + local + ", fold=" + fold + ", tzinfo=" + tzinfo + "]";
    }
}
