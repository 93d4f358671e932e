package io.jarpipe.types;

import io.jarpipe.PyDateTime;
import io.jarpipe.PyObject;
import io.jarpipe.PyTime;
import io.jarpipe.PyTuple;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneRulesProvider;
import org.jspecify.annotations.Nullable;

/**
 * Writes the recipes that {@link DateTimes} reads. Nanoseconds are cut to microseconds; what Python's range does not
 * hold is refused.
 */
final class DateTimeRecipes {
    private static final long SECONDS_PER_DAY = 86_400;

    /** Whether ZonedDateTime may become a datetime with a {@code zoneinfo.ZoneInfo}, which CPython 3.8 lacks. */
    private final boolean zoneInfo;

    DateTimeRecipes(boolean zoneInfo) {
        this.zoneInfo = zoneInfo;
    }

    @Nullable
    PyObject recipe(Object value) {
        return switch (value) {
            case LocalDate date -> PyObject.reduce(DateTimes.DATE, PyTuple.of((Object) packed(date)));
            case LocalDateTime dateTime -> dateTime(dateTime, 0, null);
            case LocalTime time -> time(time, 0, null);
            case Duration duration -> timedelta(duration);
            case Instant instant -> instant(instant);
            case OffsetDateTime dateTime -> dateTime(dateTime.toLocalDateTime(), 0, Zones.recipe(dateTime.getOffset()));
            case OffsetTime time -> time(time.toLocalTime(), 0, Zones.recipe(time.getOffset()));
            case ZonedDateTime dateTime -> zoned(dateTime);
            case PyDateTime dateTime -> dateTime(dateTime.local(), dateTime.fold(), dateTime.tzinfo());
            case PyTime time -> time(time.local(), time.fold(), time.tzinfo());
            default -> null;
        };
    }

    private static PyObject instant(Instant instant) {
        if (instant.isBefore(LocalDateTime.of(DateTimes.MIN_YEAR, 1, 1, 0, 0).toInstant(ZoneOffset.UTC))
                || !instant.isBefore(
                        LocalDateTime.of(DateTimes.MAX_YEAR + 1, 1, 1, 0, 0).toInstant(ZoneOffset.UTC))) {
            throw outOfRange(instant, "years 1 to 9999");
        }
        return dateTime(LocalDateTime.ofInstant(instant, ZoneOffset.UTC), 0, Zones.UTC);
    }

    private PyObject zoned(ZonedDateTime value) {
        boolean known = zoneInfo
                && ZoneRulesProvider.getAvailableZoneIds()
                        .contains(value.getZone().getId());
        return known
                ? dateTime(
                        value.toLocalDateTime(),
                        Zones.fold(value),
                        PyObject.reduce(
                                Zones.ZONE_INFO, PyTuple.of(value.getZone().getId())))
                : dateTime(value.toLocalDateTime(), 0, Zones.recipe(value.getOffset()));
    }

    private static PyObject dateTime(LocalDateTime value, int fold, @Nullable Object tzinfo) {
        byte[] bytes = new byte[DateTimes.DATE_LENGTH + DateTimes.TIME_LENGTH];
        System.arraycopy(packed(value.toLocalDate()), 0, bytes, 0, DateTimes.DATE_LENGTH);
        System.arraycopy(packed(value.toLocalTime()), 0, bytes, DateTimes.DATE_LENGTH, DateTimes.TIME_LENGTH);
        bytes[2] |= (byte) (fold * DateTimes.FOLD);
        return PyObject.reduce(DateTimes.DATETIME, args(bytes, tzinfo));
    }

    private static PyObject time(LocalTime value, int fold, @Nullable Object tzinfo) {
        byte[] bytes = packed(value);
        bytes[0] |= (byte) (fold * DateTimes.FOLD);
        return PyObject.reduce(DateTimes.TIME, args(bytes, tzinfo));
    }

    private static PyTuple args(byte[] bytes, @Nullable Object tzinfo) {
        return tzinfo == null ? PyTuple.of((Object) bytes) : PyTuple.of(bytes, tzinfo);
    }

    private static byte[] packed(LocalDate date) {
        int year = date.getYear();
        if (year < DateTimes.MIN_YEAR || year > DateTimes.MAX_YEAR) {
            throw outOfRange(date, "years 1 to 9999");
        }
        return new byte[] {
            (byte) (year >> Byte.SIZE), (byte) year, (byte) date.getMonthValue(), (byte) date.getDayOfMonth()
        };
    }

    private static byte[] packed(LocalTime time) {
        int micros = time.getNano() / DateTimes.NANOS_PER_MICRO;
        return new byte[] {
            (byte) time.getHour(),
            (byte) time.getMinute(),
            (byte) time.getSecond(),
            (byte) (micros >> (2 * Byte.SIZE)),
            (byte) (micros >> Byte.SIZE),
            (byte) micros
        };
    }

    private static PyObject timedelta(Duration value) {
        Duration duration = value.truncatedTo(ChronoUnit.MICROS);
        long days = Math.floorDiv(duration.getSeconds(), SECONDS_PER_DAY);
        if (Math.abs(days) > DateTimes.MAX_DAYS) {
            throw outOfRange(value, "at most " + DateTimes.MAX_DAYS + " days");
        }
        long seconds = Math.floorMod(duration.getSeconds(), SECONDS_PER_DAY);
        long micros = duration.getNano() / DateTimes.NANOS_PER_MICRO;
        return PyObject.reduce(DateTimes.TIMEDELTA, PyTuple.of(days, seconds, micros));
    }

    private static IllegalArgumentException outOfRange(Object value, String range) {
        return new IllegalArgumentException(value.getClass().getName() + " " + value
                + " does not fit into Python's datetime (expected: " + range + ")");
    }
}
