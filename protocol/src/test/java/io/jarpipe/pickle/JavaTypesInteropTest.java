package io.jarpipe.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.PickleException;
import io.jarpipe.PyArray;
import io.jarpipe.PyDateTime;
import io.jarpipe.PyDecimal;
import io.jarpipe.PyException;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTime;
import io.jarpipe.PyTuple;
import io.jarpipe.testing.PythonProcess;
import io.jarpipe.testing.Pythons;
import io.jarpipe.types.PyTypes;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real interpreters load values of java.time, java.math and others, and say what they got. */
@Timeout(60)
class JavaTypesInteropTest {
    private static final int FIRST_WITH_ZONEINFO = 9;
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final LocalDateTime TWICE = LocalDateTime.of(2024, 10, 27, 2, 30);

    private record Case(Object value, String python) {}

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        cases.add(new Case(LocalDate.of(1, 1, 1), "date datetime.date(1, 1, 1)"));
        cases.add(new Case(LocalDate.of(9999, 12, 31), "date datetime.date(9999, 12, 31)"));
        cases.add(new Case(LocalTime.of(1, 2), "time datetime.time(1, 2)"));
        cases.add(new Case(LocalTime.MAX, "time datetime.time(23, 59, 59, 999999)"));
        cases.add(new Case(
                LocalDateTime.of(2024, 2, 29, 1, 2, 3, 4999), "datetime datetime.datetime(2024, 2, 29, 1, 2, 3, 4)"));
        cases.add(new Case(PyDateTime.of(TWICE, 1, null), "datetime datetime.datetime(2024, 10, 27, 2, 30, fold=1)"));
        cases.add(new Case(PyTime.of(LocalTime.of(1, 0), 1, null), "time datetime.time(1, 0, fold=1)"));
        cases.add(new Case(
                PyTime.of(
                        LocalTime.of(1, 0),
                        0,
                        PyObject.reduce(new PyGlobal("datetime", "timezone"), PyTuple.of(Duration.ofHours(1), "CET"))),
                "time datetime.time(1, 0, tzinfo=datetime.timezone(datetime.timedelta(seconds=3600), 'CET'))"));
        cases.add(
                new Case(Instant.EPOCH, "datetime datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)"));
        cases.add(new Case(
                Instant.ofEpochSecond(-1, 999_999_999),
                "datetime datetime.datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.timezone.utc)"));
        cases.add(new Case(
                Date.from(Instant.ofEpochMilli(1)),
                "datetime datetime.datetime(1970, 1, 1, 0, 0, 0, 1000, tzinfo=datetime.timezone.utc)"));
        cases.add(new Case(
                OffsetDateTime.of(TWICE, ZoneOffset.ofHours(-5)),
                "datetime datetime.datetime(2024, 10, 27, 2, 30,"
                        + " tzinfo=datetime.timezone(datetime.timedelta(days=-1, seconds=68400)))"));
        cases.add(new Case(
                ZonedDateTime.of(TWICE, ZoneOffset.ofHours(1)),
                "datetime datetime.datetime(2024, 10, 27, 2, 30,"
                        + " tzinfo=datetime.timezone(datetime.timedelta(seconds=3600)))"));
        cases.add(new Case(
                ZonedDateTime.of(TWICE, ZoneId.of("UTC+01:00")),
                "datetime datetime.datetime(2024, 10, 27, 2, 30,"
                        + " tzinfo=datetime.timezone(datetime.timedelta(seconds=3600)))"));
        cases.add(new Case(
                OffsetTime.of(LocalTime.NOON, ZoneOffset.UTC),
                "time datetime.time(12, 0, tzinfo=datetime.timezone.utc)"));
        cases.add(new Case(Duration.ZERO, "timedelta datetime.timedelta(0)"));
        cases.add(new Case(Duration.ofNanos(-1), "timedelta datetime.timedelta(0)"));
        cases.add(new Case(
                Duration.ofNanos(-1001), "timedelta datetime.timedelta(days=-1, seconds=86399, microseconds=999999)"));
        cases.add(new Case(Duration.ofDays(-999_999_999), "timedelta datetime.timedelta(days=-999999999)"));
        cases.add(new Case(Duration.ofMillis(86_400_001), "timedelta datetime.timedelta(days=1, microseconds=1000)"));
        cases.add(new Case(new BigDecimal("-1.50"), "Decimal Decimal('-1.50')"));
        cases.add(new Case(new BigDecimal("1E+1000000000"), "Decimal Decimal('1E+1000000000')"));
        cases.add(new Case(new BigDecimal("1E-7"), "Decimal Decimal('1E-7')"));
        cases.add(new Case(new BigDecimal(BigInteger.ONE, -Integer.MAX_VALUE), "Decimal Decimal('1E+2147483647')"));
        cases.add(new Case(PyDecimal.of("-0.00"), "Decimal Decimal('-0.00')"));
        cases.add(new Case(PyDecimal.of("sNaN7"), "Decimal Decimal('sNaN7')"));
        cases.add(new Case(new UUID(-1, 1), "UUID UUID('ffffffff-ffff-ffff-0000-000000000001')"));
        cases.add(new Case(new UUID(0, 1), "UUID UUID('00000000-0000-0000-0000-000000000001')"));
        cases.add(new Case(Path.of("/a/b"), "PosixPath PosixPath('/a/b')"));
        cases.add(new Case(Path.of(""), "PosixPath PosixPath('.')"));
        cases.add(new Case(new File("a", "b"), "PosixPath PosixPath('a/b')"));
        cases.add(new Case(new short[] {-1, 2}, "array array('h', [-1, 2])"));
        cases.add(new Case(new int[] {Integer.MIN_VALUE}, "array array('i', [-2147483648])"));
        cases.add(new Case(new long[] {Long.MAX_VALUE}, "array array('q', [9223372036854775807])"));
        cases.add(new Case(new float[] {0.5f}, "array array('f', [0.5])"));
        cases.add(new Case(new double[] {-0.0, Double.NaN}, "array array('d', [-0.0, nan])"));
        cases.add(new Case(new int[0], "array array('i')"));
        cases.add(new Case(PyArray.of('B', new byte[] {-1}), "array array('B', [255])"));
        cases.add(new Case(
                Map.of(Path.of("k"), LocalDate.of(2024, 1, 2)), "dict {PosixPath('k'): datetime.date(2024, 1, 2)}"));
        cases.add(new Case(Map.of(new UUID(0, 1), 1), "dict {UUID('00000000-0000-0000-0000-000000000001'): 1}"));
        cases.add(new Case(
                Map.of(PyTuple.of(Duration.ofSeconds(1), PyDecimal.of("NaN")), 1),
                "dict {(datetime.timedelta(seconds=1), Decimal('NaN')): 1}"));
        return cases;
    }

    private static List<Case> zoned() {
        String start = "datetime datetime.datetime(2024, 10, 27, 2, 30, ";
        String zone = "tzinfo=zoneinfo.ZoneInfo(key='Europe/Berlin'))";
        return List.of(
                new Case(ZonedDateTime.ofLocal(TWICE, BERLIN, ZoneOffset.ofHours(2)), start + zone),
                new Case(ZonedDateTime.ofLocal(TWICE, BERLIN, ZoneOffset.ofHours(1)), start + "fold=1, " + zone));
    }

    static Stream<Pythons.Python> pythons() {
        return Pythons.all().stream();
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void python_loads_what_java_encodes(Pythons.Python python) throws IOException {
        List<Case> cases = cases();
        if (python.minor() >= FIRST_WITH_ZONEINFO) {
            cases.addAll(zoned());
        }
        assertLoads(python, new RazorvineCodec(), cases);
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void python_without_zoneinfo_gets_the_offset(Pythons.Python python) throws IOException {
        RazorvineCodec codec = new RazorvineCodec(PyTypes.standard().withFixedOffsets());
        String python38 = "datetime datetime.datetime(2024, 10, 27, 2, 30,"
                + " tzinfo=datetime.timezone(datetime.timedelta(seconds=3600)))";
        assertLoads(
                python,
                codec,
                List.of(new Case(ZonedDateTime.ofLocal(TWICE, BERLIN, ZoneOffset.ofHours(1)), python38)));
    }

    private static void assertLoads(Pythons.Python python, PickleCodec codec, List<Case> cases) throws IOException {
        SoftAssertions softly = new SoftAssertions();
        try (PythonProcess peer = new PythonProcess(python, "describe_values.py", JavaTypesInteropTest.class)) {
            for (Case expected : cases) {
                peer.send(codec.encode(expected.value()));
                softly.assertThat(peer.receiveText()).isEqualTo(expected.python());
            }
        }
        softly.assertAll();
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void python_prints_the_stack_traces_of_java(Pythons.Python python) throws IOException {
        Throwable thrown = new UncheckedIOException("outer", new IOException("inner"));
        try (PythonProcess peer = new PythonProcess(python, "describe_exception.py", JavaTypesInteropTest.class)) {
            peer.send(new RazorvineCodec().encode(new IndexOutOfBoundsException("7")));
            assertThat(peer.receiveText())
                    .contains(
                            "multiprocessing.pool.RemoteTraceback: \n\"\"\"\njava.lang.IndexOutOfBoundsException: 7\n\tat ")
                    .contains("\nThe above exception was the direct cause of the following exception:\n")
                    .endsWith("\nIndexError: 7\n");
            peer.send(new RazorvineCodec().encode(thrown));
            assertThat(peer.receiveText())
                    .contains("\nCaused by: java.io.IOException: inner\n")
                    .endsWith("\nRuntimeError: java.io.UncheckedIOException: outer\n");
            peer.send(new RazorvineCodec().encode(new PyException("queue.Empty", PyTuple.of("x"), null)));
            assertThat(peer.receiveText()).endsWith("_queue.Empty: x\n").doesNotContain("cause");
        }
    }

    @Test
    void values_beyond_pythons_range_are_refused_by_name() {
        assertRefused(LocalDate.of(10_000, 1, 1), "java.time.LocalDate +10000-01-01", "years 1 to 9999");
        assertRefused(LocalDate.of(0, 1, 1), "0000-01-01", "years 1 to 9999");
        assertRefused(Instant.MAX, "java.time.Instant", "years 1 to 9999");
        assertRefused(Instant.MIN, "java.time.Instant", "years 1 to 9999");
        assertRefused(LocalDateTime.MAX, "java.time.LocalDate", "years 1 to 9999");
        assertRefused(Duration.ofSeconds(Long.MAX_VALUE), "java.time.Duration", "999999999 days");
        assertRefused(Duration.ofSeconds(Long.MIN_VALUE), "java.time.Duration", "999999999 days");
        assertRefused(new java.sql.Date(0), "java.sql.Date", "no counterpart");
    }

    private static void assertRefused(Object value, String type, String range) {
        assertThatThrownBy(() -> new RazorvineCodec().encode(List.of(value)))
                .isInstanceOf(PickleException.class)
                .hasMessageContaining(type)
                .hasMessageContaining(range)
                .hasMessageEndingWith("at value[0]");
    }
}
