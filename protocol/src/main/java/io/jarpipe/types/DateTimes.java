package io.jarpipe.types;

import io.jarpipe.PyDateTime;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTime;
import io.jarpipe.PyTuple;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import org.jspecify.annotations.Nullable;

/**
 * Reads the recipes of Python's {@code datetime} module.
 *
 * <pre>
 *  date(bytes)            year, 2 bytes big-endian | month | day
 *  time(bytes[, tz])      hour, bit 7 is the fold | minute | second | microseconds, 3 bytes big-endian
 *  datetime(bytes[, tz])  date, bit 7 of the month is the fold | time
 *  timedelta(days, seconds, microseconds)            normalized: only days may be negative
 * </pre>
 *
 * <p>Source: CPython 3.8 - 3.15 {@code Lib/_pydatetime.py} (in 3.11 and older {@code Lib/datetime.py}),
 * {@code _getstate} and {@code __reduce_ex__}.
 */
final class DateTimes {
    static final PyGlobal DATE = new PyGlobal("datetime", "date");
    static final PyGlobal TIME = new PyGlobal("datetime", "time");
    static final PyGlobal DATETIME = new PyGlobal("datetime", "datetime");
    static final PyGlobal TIMEDELTA = new PyGlobal("datetime", "timedelta");

    static final int DATE_LENGTH = 4;
    static final int TIME_LENGTH = 6;
    static final int FOLD = 0x80;
    static final int MIN_YEAR = 1;
    static final int MAX_YEAR = 9999;
    static final long MAX_DAYS = 999_999_999;
    static final int NANOS_PER_MICRO = 1000;
    private static final long SECONDS_PER_DAY = 86_400;
    private static final long MICROS_PER_SECOND = 1_000_000;

    private DateTimes() {}

    static @Nullable Object date(PyObject recipe) {
        byte[] packed = packed(recipe, DATE_LENGTH);
        return packed == null || recipe.args().size() != 1 ? null : date(packed, packed[2]);
    }

    static @Nullable Object time(PyObject recipe) {
        byte[] packed = packed(recipe, TIME_LENGTH);
        LocalTime local = packed == null ? null : time(packed, 0, packed[0] & (FOLD - 1));
        if (packed == null || local == null) {
            return null;
        }
        int fold = (packed[0] & FOLD) == 0 ? 0 : 1;
        Object tzinfo = recipe.args().size() == 2 ? recipe.args().get(1) : null;
        ZoneOffset offset = fold == 0 ? Zones.offset(tzinfo) : null;
        if (offset != null) {
            return OffsetTime.of(local, offset);
        }
        if (tzinfo == null && fold == 0) {
            return local;
        }
        return Zones.isZone(tzinfo) ? PyTime.of(local, fold, tzinfo) : null;
    }

    static @Nullable Object dateTime(PyObject recipe) {
        byte[] packed = packed(recipe, DATE_LENGTH + TIME_LENGTH);
        LocalDate date = packed == null ? null : date(packed, packed[2] & (FOLD - 1));
        LocalTime time = packed == null ? null : time(packed, DATE_LENGTH, packed[DATE_LENGTH]);
        if (packed == null || date == null || time == null) {
            return null;
        }
        int fold = (packed[2] & FOLD) == 0 ? 0 : 1;
        return dateTime(
                LocalDateTime.of(date, time),
                fold,
                recipe.args().size() == 2 ? recipe.args().get(1) : null);
    }

    private static @Nullable Object dateTime(LocalDateTime local, int fold, @Nullable Object tzinfo) {
        ZoneOffset offset = fold == 0 ? Zones.offset(tzinfo) : null;
        if (offset != null) {
            return OffsetDateTime.of(local, offset);
        }
        ZonedDateTime zoned = Zones.zoned(local, fold, tzinfo);
        if (zoned != null) {
            return zoned;
        }
        if (tzinfo == null && fold == 0) {
            return local;
        }
        return Zones.isZone(tzinfo) ? PyDateTime.of(local, fold, tzinfo) : null;
    }

    static @Nullable Duration timedelta(PyObject recipe) {
        PyTuple args = recipe.args();
        if (args.size() != 3
                || !(args.get(0) instanceof Long days)
                || !(args.get(1) instanceof Long seconds)
                || !(args.get(2) instanceof Long micros)) {
            return null;
        }
        boolean normalized = days >= -MAX_DAYS
                && days <= MAX_DAYS
                && seconds >= 0
                && seconds < SECONDS_PER_DAY
                && micros >= 0
                && micros < MICROS_PER_SECOND;
        return normalized ? Duration.ofSeconds(days * SECONDS_PER_DAY + seconds, micros * NANOS_PER_MICRO) : null;
    }

    private static byte @Nullable [] packed(PyObject recipe, int length) {
        PyTuple args = recipe.args();
        return (args.size() == 1 || (args.size() == 2 && args.get(1) != null))
                        && args.get(0) instanceof byte[] bytes
                        && bytes.length == length
                ? bytes
                : null;
    }

    private static @Nullable LocalDate date(byte[] packed, int month) {
        int year = Byte.toUnsignedInt(packed[0]) << Byte.SIZE | Byte.toUnsignedInt(packed[1]);
        if (year < MIN_YEAR || year > MAX_YEAR) {
            return null;
        }
        try {
            return LocalDate.of(year, month, packed[3]);
        } catch (DateTimeException e) {
            return null; // what CPython makes of such bytes is none of ours: they stay a recipe
        }
    }

    private static @Nullable LocalTime time(byte[] packed, int at, int hour) {
        int micros = Byte.toUnsignedInt(packed[at + 3]) << (2 * Byte.SIZE)
                | Byte.toUnsignedInt(packed[at + 4]) << Byte.SIZE
                | Byte.toUnsignedInt(packed[at + 5]);
        try {
            return LocalTime.of(hour, packed[at + 1], packed[at + 2], micros * NANOS_PER_MICRO);
        } catch (DateTimeException e) {
            return null; // as above
        }
    }
}
