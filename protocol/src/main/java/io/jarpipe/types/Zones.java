package io.jarpipe.types;

import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the time zones inside datetimes.
 *
 * <pre>
 *  datetime.timezone(timedelta)                  a fixed offset; with a second argument it has a name
 *  getattr(zoneinfo.ZoneInfo, '_unpickle')(key, True)
 *  zoneinfo.ZoneInfo(key)                        the same, and what Java writes
 * </pre>
 *
 * <p>Source: CPython 3.9 - 3.15 {@code Lib/datetime.py, Lib/zoneinfo/_zoneinfo.py}, {@code __reduce__}.
 */
final class Zones {
    static final PyGlobal TIMEZONE = new PyGlobal("datetime", "timezone");
    static final PyGlobal ZONE_INFO = new PyGlobal("zoneinfo", "ZoneInfo");
    private static final PyGlobal GETATTR = new PyGlobal("builtins", "getattr");
    private static final PyGlobal UNPICKLE = new PyGlobal("zoneinfo", "ZoneInfo._unpickle");
    private static final int MAX_OFFSET_SECONDS = 18 * 3600;

    /** Python makes one object of it, {@code timezone.utc}. */
    static final PyObject UTC = PyObject.reduce(TIMEZONE, PyTuple.of(Duration.ZERO));

    private Zones() {}

    /** Says whether PyDateTime can keep a time zone. */
    static boolean isZone(@Nullable Object tzinfo) {
        return tzinfo == null || tzinfo instanceof PyObject || tzinfo instanceof PyGlobal;
    }

    /** Returns the offset of an unnamed timezone of whole seconds, or null. */
    static @Nullable ZoneOffset offset(@Nullable Object tzinfo) {
        return tzinfo instanceof PyObject zone
                        && isPlainCall(zone)
                        && zone.callable().equals(TIMEZONE)
                        && zone.args().size() == 1
                        && zone.args().get(0) instanceof Duration offset
                        && offset.getNano() == 0
                        && Math.abs(offset.getSeconds()) <= MAX_OFFSET_SECONDS
                ? ZoneOffset.ofTotalSeconds((int) offset.getSeconds())
                : null;
    }

    private static boolean isPlainCall(PyObject recipe) {
        return recipe.kind() == PyObject.Kind.REDUCE
                && !recipe.hasState()
                && recipe.listItems().isEmpty()
                && recipe.setItems().isEmpty()
                && recipe.dictItems().isEmpty();
    }

    /** Returns a local time in a zone that both sides know by the same key, if local time and fold survive; or null. */
    static @Nullable ZonedDateTime zoned(LocalDateTime local, int fold, @Nullable Object tzinfo) {
        String key = key(tzinfo);
        if (key == null) {
            return null;
        }
        try {
            ZoneId zone = ZoneId.of(key);
            List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
            return zone instanceof ZoneOffset || !zone.getId().equals(key) || fold >= offsets.size()
                    ? null
                    : ZonedDateTime.ofStrict(local, offsets.get(fold), zone);
        } catch (DateTimeException e) {
            return null; // a key that Java does not know
        }
    }

    private static @Nullable String key(@Nullable Object tzinfo) {
        if (!(tzinfo instanceof PyObject zone)
                || !isPlainCall(zone)
                || zone.args().isEmpty()
                || !(zone.args().getFirst() instanceof String key)) {
            return null;
        }
        boolean known = zone.args().size() == 1
                ? zone.callable().equals(ZONE_INFO)
                : zone.args().size() == 2
                        && isUnpickle(zone.callable())
                        && isTrue(zone.args().get(1));
        return known ? key : null;
    }

    private static boolean isUnpickle(Object callable) {
        return callable.equals(UNPICKLE)
                || (callable instanceof PyObject attribute
                        && isPlainCall(attribute)
                        && attribute.callable().equals(GETATTR)
                        && attribute.args().equals(PyTuple.of(ZONE_INFO, "_unpickle")));
    }

    /** The C implementation writes 1, the one in Python True. */
    private static boolean isTrue(@Nullable Object value) {
        return value instanceof Boolean truth ? truth : value instanceof Long number && number == 1;
    }

    static PyObject recipe(ZoneOffset offset) {
        return offset.getTotalSeconds() == 0
                ? UTC
                : PyObject.reduce(TIMEZONE, PyTuple.of(Duration.ofSeconds(offset.getTotalSeconds())));
    }

    /** Returns 1 for the second of two equal local times. */
    static int fold(ZonedDateTime value) {
        ZoneRules rules = value.getZone().getRules();
        ZoneOffsetTransition transition = rules.getTransition(value.toLocalDateTime());
        return transition != null
                        && transition.isOverlap()
                        && transition.getOffsetAfter().equals(value.getOffset())
                ? 1
                : 0;
    }
}
