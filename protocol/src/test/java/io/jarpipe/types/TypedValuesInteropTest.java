package io.jarpipe.types;

import static org.assertj.core.api.Assertions.assertThat;

import io.jarpipe.PickleException;
import io.jarpipe.PyArray;
import io.jarpipe.PyDateTime;
import io.jarpipe.PyDecimal;
import io.jarpipe.PyException;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTime;
import io.jarpipe.PyTuple;
import io.jarpipe.pickle.RazorvineCodec;
import io.jarpipe.testing.PythonProcess;
import io.jarpipe.testing.Pythons;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Real interpreters pickle values of the standard library's types in every protocol and say what Java must make of
 * them; Java says what it made of them and sends them back; they compare.
 */
@Timeout(120)
class TypedValuesInteropTest {
    private static final String REPORT = "report: ";
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS");
    private static final DateTimeFormatter DATE_TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS");

    private final RazorvineCodec codec = new RazorvineCodec();

    static Stream<Pythons.Python> pythons() {
        return Pythons.all().stream();
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void values_become_java_values_and_return_unchanged(Pythons.Python python) throws IOException {
        try (PythonProcess peer = new PythonProcess(python, "typed_values.py", TypedValuesInteropTest.class)) {
            String report = "";
            while (report.isEmpty()) {
                byte[] message = peer.receive();
                String text = new String(message, StandardCharsets.ISO_8859_1);
                if (text.startsWith(REPORT)) {
                    report = text;
                } else {
                    peer.send(answer(Arrays.copyOfRange(message, text.indexOf('\n') + 1, message.length)));
                }
            }
            assertThat(report).matches("report: [0-9]{4,} values, 0 changed");
        } catch (EOFException e) {
            throw new AssertionError(python + " ended without a report", e);
        }
    }

    private byte[] answer(byte[] pickle) {
        try {
            Object value = codec.decode(pickle);
            byte[] description = (escaped(describe(value)) + "\n").getBytes(StandardCharsets.ISO_8859_1);
            byte[] back = codec.encode(value);
            byte[] answer = Arrays.copyOf(description, description.length + back.length);
            System.arraycopy(back, 0, answer, description.length, back.length);
            return answer;
        } catch (PickleException | RuntimeException e) {
            return (escaped(e.toString()) + "\n").getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    /** Escapes as Python's {@code unicode_escape} does. */
    private static String escaped(String text) {
        return text.codePoints()
                .mapToObj(c -> c == '\\' || c < ' ' || c > '~' ? String.format("\\U%08x", c) : Character.toString(c))
                .collect(Collectors.joining());
    }

    private static String describe(Object value) {
        return switch (value) {
            case Long number -> "Long " + number;
            case List<?> list
            when list.getClass() == ArrayList.class ->
                list.stream().map(TypedValuesInteropTest::describe).collect(Collectors.joining("; ", "[", "]"));
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(entry -> describe(entry.getKey()) + ": " + describe(entry.getValue()))
                        .collect(Collectors.joining("; ", "{", "}"));
            case LocalDate date -> "LocalDate " + date;
            case LocalDateTime dateTime -> "LocalDateTime " + DATE_TIME.format(dateTime);
            case LocalTime time -> "LocalTime " + TIME.format(time);
            case OffsetDateTime dateTime ->
                "OffsetDateTime " + DATE_TIME.format(dateTime) + " "
                        + dateTime.getOffset().getTotalSeconds();
            case OffsetTime time ->
                "OffsetTime " + TIME.format(time) + " " + time.getOffset().getTotalSeconds();
            case ZonedDateTime dateTime ->
                "ZonedDateTime " + DATE_TIME.format(dateTime) + " "
                        + dateTime.getOffset().getTotalSeconds() + " " + dateTime.getZone();
            case PyDateTime dateTime ->
                "PyDateTime " + DATE_TIME.format(dateTime.local()) + " " + dateTime.fold()
                        + (dateTime.tzinfo() == null ? " -" : " tz");
            case PyTime time ->
                "PyTime " + TIME.format(time.local()) + " " + time.fold() + (time.tzinfo() == null ? " -" : " tz");
            case Duration duration ->
                "Duration "
                        + BigDecimal.valueOf(duration.getSeconds())
                                .movePointRight(6)
                                .add(BigDecimal.valueOf(duration.getNano() / 1000))
                                .toBigInteger();
            case BigDecimal number -> "BigDecimal " + number;
            case PyDecimal number -> "PyDecimal " + number;
            case UUID uuid -> "UUID " + uuid;
            case PyArray array ->
                "PyArray " + array.typecode() + " " + HexFormat.of().formatHex(array.toByteArray());
            case PyException exception -> describe(exception);
            case PyObject object -> "PyObject";
            case PyGlobal global -> "PyObject";
            default -> value.getClass().getName();
        };
    }

    private static String describe(PyException exception) {
        String args = exception.args().stream()
                .map(arg -> arg instanceof Long || arg instanceof String ? arg.toString() : pythonName(arg))
                .collect(Collectors.joining(" "));
        return "PyException " + exception.type() + " [" + args + "] [" + String.join(" ", exception.notes()) + "] "
                + (exception.traceback() == null ? "False" : "True");
    }

    private static String pythonName(Object value) {
        return switch (value) {
            case null -> "NoneType";
            case byte[] bytes -> "bytes";
            case PyException exception -> exception.type();
            case PyTuple tuple -> "tuple";
            case List<?> list -> "list";
            default -> value.getClass().getName();
        };
    }
}
