package io.jarpipe;

import java.time.LocalDateTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A Python {@code datetime.datetime} that no class of {@code java.time} holds without loss: one with {@code fold=1} and
 * no time zone that could tell what it means, or with a time zone that Java does not know.
 *
 * <p>All others are {@link LocalDateTime}, {@link java.time.OffsetDateTime} or {@link java.time.ZonedDateTime}.
 * Immutable. Equal when all three parts are; unlike in Python, the fold counts and instants are not compared.
 */
public final class PyDateTime {
    private final LocalDateTime local;
    private final int fold;
    private final @Nullable Object tzinfo;

    private PyDateTime(LocalDateTime local, int fold, @Nullable Object tzinfo) {
        this.local = local;
        this.fold = fold;
        this.tzinfo = tzinfo;
    }

    /**
     * Makes a value.
     *
     * @param local the local time; Python keeps years 1 to 9999 and microseconds
     * @param fold 0, or 1 for the second of two equal local times
     * @param tzinfo the time zone as Python builds it, a {@link PyObject} or a {@link PyGlobal}; null for a naive
     *     datetime
     * @return the value
     * @throws IllegalArgumentException if fold or time zone are something else
     */
    public static PyDateTime of(LocalDateTime local, int fold, @Nullable Object tzinfo) {
        Objects.requireNonNull(local, "local");
        return new PyDateTime(local, checkedFold(fold), checkedZone(tzinfo));
    }

    static int checkedFold(int fold) {
        if (fold != 0 && fold != 1) {
            throw new IllegalArgumentException("fold: " + fold + " (expected: 0 or 1)");
        }
        return fold;
    }

    static @Nullable Object checkedZone(@Nullable Object tzinfo) {
        if (tzinfo != null && !(tzinfo instanceof PyObject) && !(tzinfo instanceof PyGlobal)) {
            throw new IllegalArgumentException(
                    "tzinfo: " + tzinfo.getClass().getName() + " (expected: PyObject, PyGlobal or null)");
        }
        return tzinfo;
    }

    /**
     * Returns the local time.
     *
     * @return the time as the clock on the wall shows it
     */
    public LocalDateTime local() {
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
     * @return a {@link PyObject} or a {@link PyGlobal}; null for a naive datetime
     */
    public @Nullable Object tzinfo() {
        return tzinfo;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PyDateTime that
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
     * @return for example {@code PyDateTime[2024-10-27T02:30, fold=1, tzinfo=null]}
     */
    @Override
    public String toString() {
        return "PyDateTime[" + local + ", fold=" + fold + ", tzinfo=" + tzinfo + "]";
    }
}
