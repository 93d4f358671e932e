package io.jarpipe.binding;

import io.jarpipe.PyByteArray;
import io.jarpipe.PyObject;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Converters for numbers, strings and booleans. */
final class Scalars {
    private static final long EXACT_IN_DOUBLE = 1L << 53;
    private static final long EXACT_IN_FLOAT = 1L << 24;

    /** Reads a non-null value as one type; null says that it is not one. */
    @FunctionalInterface
    private interface Reading {
        @Nullable
        Object of(Object value);
    }

    private static final Map<Class<?>, Reading> READINGS = Map.of(
            Boolean.class, value -> value instanceof Boolean b ? b : null,
            Byte.class, value -> value instanceof Long n && n == n.byteValue() ? (Object) n.byteValue() : null,
            Short.class, value -> value instanceof Long n && n == n.shortValue() ? (Object) n.shortValue() : null,
            Integer.class, value -> value instanceof Long n && n == n.intValue() ? (Object) n.intValue() : null,
            Long.class, value -> value instanceof Long n ? n : null,
            BigInteger.class, Scalars::bigInteger,
            Float.class, Scalars::asFloat,
            Double.class, Scalars::asDouble,
            Character.class, value -> value instanceof String s && s.length() == 1 ? (Object) s.charAt(0) : null,
            String.class, value -> value instanceof String s ? s : null);

    /** Types of which another one that Python has is a special case. */
    private static final Map<Class<?>, Reading> WIDER_READINGS = Map.of(
            BigDecimal.class, Scalars::bigDecimal,
            Instant.class, Scalars::instant,
            ZonedDateTime.class, Scalars::zonedDateTime,
            ByteBuffer.class, Scalars::buffer,
            Path.class, value -> value instanceof PyObject o ? o.asPath().orElse(null) : null);

    private static final Map<Class<?>, Class<?>> BOXES = Map.of(
            boolean.class, Boolean.class,
            byte.class, Byte.class,
            short.class, Short.class,
            int.class, Integer.class,
            long.class, Long.class,
            float.class, Float.class,
            double.class, Double.class,
            char.class, Character.class);

    private Scalars() {}

    /** Returns the converter for a scalar type; null for another type. */
    static @Nullable Conversion of(Class<?> type) {
        Class<?> box = type.isPrimitive() ? Objects.requireNonNull(BOXES.get(type)) : type;
        Reading plain = READINGS.get(box);
        Reading reading = plain == null ? WIDER_READINGS.get(box) : plain;
        if (reading == null) {
            return null;
        }
        return (value, pass) -> value != null && value.getClass() == box ? value : convert(type, reading, value);
    }

    private static @Nullable Object convert(Class<?> type, Reading reading, @Nullable Object value) throws Misfit {
        if (value == null) {
            if (type.isPrimitive()) {
                throw Misfit.of(type, null, "a primitive cannot be None");
            }
            return null;
        }
        Object read = reading.of(value);
        if (read == null) {
            boolean number = value instanceof Number && type != String.class && type != Character.class;
            throw Misfit.of(type, value, number ? value + " does not fit exactly" : "");
        }
        return read;
    }

    private static @Nullable Object bigInteger(Object value) {
        return switch (value) {
            case Long n -> BigInteger.valueOf(n);
            case BigInteger n -> n;
            default -> null;
        };
    }

    private static @Nullable Object asDouble(Object value) {
        return switch (value) {
            case Double d -> d;
            case Long n when Math.abs(n) <= EXACT_IN_DOUBLE -> (double) n;
            default -> null;
        };
    }

    private static @Nullable Object asFloat(Object value) {
        return switch (value) {
            case Double d when Double.isNaN(d) || (double) d.floatValue() == d -> d.floatValue();
            case Long n when Math.abs(n) <= EXACT_IN_FLOAT -> (float) n;
            default -> null;
        };
    }

    private static @Nullable Object bigDecimal(Object value) {
        return switch (value) {
            case BigDecimal n -> n;
            case Long n -> BigDecimal.valueOf(n);
            case BigInteger n -> new BigDecimal(n);
            default -> null;
        };
    }

    private static @Nullable Object buffer(Object value) {
        return switch (value) {
            case ByteBuffer b -> b;
            case byte[] b -> ByteBuffer.wrap(b).asReadOnlyBuffer();
            case PyByteArray b -> ByteBuffer.wrap(b.array()).asReadOnlyBuffer();
            default -> null;
        };
    }

    private static @Nullable Object instant(Object value) {
        return switch (value) {
            case OffsetDateTime t -> t.toInstant();
            case ZonedDateTime t -> t.toInstant();
            default -> null;
        };
    }

    private static @Nullable Object zonedDateTime(Object value) {
        return switch (value) {
            case ZonedDateTime t -> t;
            case OffsetDateTime t -> t.toZonedDateTime();
            default -> null;
        };
    }
}
