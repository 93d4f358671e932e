package io.jarpipe.interop;

import io.jarpipe.MpQueue;
import io.jarpipe.PyByteArray;
import io.jarpipe.PyComplex;
import io.jarpipe.PyFrozenSet;
import io.jarpipe.PyTuple;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Workers that look at values, or make some. */
public final class ValueWorkers {
    /** What a record becomes in Python: a dict. */
    record Point(int x, double y) {}

    /** What a constant becomes in Python: its name. */
    enum Colour {
        RED
    }

    private ValueWorkers() {}

    /** Puts the name of the Java class of each item, until the sentinel comes. */
    public static void classes(MpQueue<@Nullable Object> from, MpQueue<String> to, @Nullable Object sentinel)
            throws IOException, InterruptedException {
        for (Object item : from.until(sentinel)) {
            to.put(item == null ? "null" : item.getClass().getSimpleName());
        }
    }

    /** Puts values that were made in Java, each with Python's repr() of what it must be there. */
    public static void literals(MpQueue<@Nullable PyTuple> to) throws IOException, InterruptedException {
        for (Map.Entry<String, @Nullable Object> literal : literals().entrySet()) {
            to.put(PyTuple.of(literal.getKey(), literal.getValue()));
        }
        to.put(null);
    }

    private static Map<String, @Nullable Object> literals() {
        Map<String, @Nullable Object> ordered = new LinkedHashMap<>();
        ordered.put("z", 1);
        ordered.put("a", null);
        Map<String, @Nullable Object> literals = new LinkedHashMap<>();
        literals.put("None", null);
        literals.put("True", true);
        literals.put("-1", (byte) -1);
        literals.put("-32768", Short.MIN_VALUE);
        literals.put("2147483647", Integer.MAX_VALUE);
        literals.put("-9223372036854775808", Long.MIN_VALUE);
        literals.put("18446744073709551616", BigInteger.TWO.pow(64));
        literals.put(
                "-680564733841876926926749214863536422912",
                BigInteger.TWO.pow(129).negate());
        literals.put("0.5", 0.5f);
        literals.put("nan", Double.NaN);
        literals.put("-0.0", -0.0);
        literals.put("inf", Double.POSITIVE_INFINITY);
        literals.put("(1-2j)", new PyComplex(1, -2));
        literals.put("'x'", 'x');
        literals.put("'\u00e4\ud83d\ude00'", "\u00e4\ud83d\ude00");
        literals.put("b'\\x00\\xff'", new byte[] {0, -1});
        literals.put("bytearray(b'ab')", new PyByteArray(new byte[] {0x61, 0x62}));
        literals.put("[1, None, 'x']", Arrays.asList(1, null, "x"));
        literals.put("[1, 2]", List.of(1, 2));
        literals.put("array('i', [1, 2])", new int[] {1, 2});
        literals.put("datetime.date(2024, 2, 29)", LocalDate.of(2024, 2, 29));
        literals.put("datetime.timedelta(seconds=1, microseconds=500000)", Duration.ofMillis(1500));
        literals.put("Decimal('1.50')", new BigDecimal("1.50"));
        literals.put("UUID('00000000-0000-0000-0000-000000000001')", new UUID(0, 1));
        literals.put("PosixPath('/a/b')", Path.of("/a/b"));
        literals.put("(1, (2,), ())", PyTuple.of(1, PyTuple.of(2), PyTuple.of()));
        literals.put("{'z': 1, 'a': None}", ordered);
        literals.put("{7}", Set.of(7));
        literals.put("frozenset({8})", PyFrozenSet.copyOf(List.of(8)));
        literals.put("{(1, 2): 'pair'}", Map.of(PyTuple.of(1, 2), "pair"));
        literals.put("{'x': 3, 'y': 4.0}", new Point(3, 4.0));
        literals.put("'RED'", Colour.RED);
        literals.put("'there'", Optional.of("there"));
        literals.put("[[], {}]", List.of(List.of(), Map.of()));
        return literals;
    }
}
