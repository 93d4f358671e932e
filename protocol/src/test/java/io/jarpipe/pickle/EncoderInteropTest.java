package io.jarpipe.pickle;

import static org.assertj.core.api.Assertions.assertThat;

import io.jarpipe.PyByteArray;
import io.jarpipe.PyBytes;
import io.jarpipe.PyComplex;
import io.jarpipe.PyException;
import io.jarpipe.PyFrozenSet;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.testing.PythonProcess;
import io.jarpipe.testing.Pythons;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Real interpreters load what Java encodes and say what they got. */
@Timeout(60)
class EncoderInteropTest {
    private record Case(Object value, String python) {}

    private static final List<Case> CASES = new ArrayList<>();

    private static void expect(Object value, String python) {
        CASES.add(new Case(value, python));
    }

    static {
        expect(null, "NoneType None");
        expect(true, "bool True");
        for (long number : new long[] {0, 255, 256, 65535, 65536, -1, 1L << 31, -(1L << 31), -(1L << 31) - 1}) {
            expect(number, "int " + number);
        }
        expect(Long.MIN_VALUE, "int -9223372036854775808");
        expect(BigInteger.ONE.shiftLeft(64), "int 18446744073709551616");
        expect(BigInteger.ONE.shiftLeft(64).negate(), "int -18446744073709551616");
        expect(BigInteger.ONE.shiftLeft(3000), "int 1" + "#hex" + "0".repeat(750));
        expect((byte) -5, "int -5");
        expect(1.5, "float 1.5");
        expect(-0.0, "float -0.0");
        expect(Double.NaN, "float nan");
        expect(0.5f, "float 0.5");
        expect("a\u00e9\ud83d\ude00", "str 'a\\xe9\\U0001f600'");
        expect("\ud800x\udc00", "str '\\ud800x\\udc00'");
        expect('c', "str 'c'");
        expect("x".repeat(300), "str '" + "x".repeat(300) + "'");
        expect(Thread.State.NEW, "str 'NEW'");
        expect(new byte[] {0, (byte) 0xff}, "bytes b'\\x00\\xff'");
        expect(new byte[300], "bytes b'" + "\\x00".repeat(300) + "'");
        expect(PyBytes.of((byte) 'k'), "bytes b'k'");
        expect(new PyByteArray(new byte[] {'k'}), "bytearray bytearray(b'k')");
        expect(new PyComplex(1, -2), "complex (1-2j)");
        expect(List.of(1, List.of()), "list [1, []]");
        expect(
                IntStream.range(0, 2001).boxed().toList(),
                "list " + IntStream.range(0, 2001).boxed().toList());
        expect(new int[] {1, 2}, "array array('i', [1, 2])");
        expect(new double[] {1, 2.5}, "array array('d', [1.0, 2.5])");
        expect(new boolean[] {true}, "list [True]");
        expect(PyTuple.of(), "tuple ()");
        expect(PyTuple.of(1), "tuple (1,)");
        expect(PyTuple.of(1, 2, 3), "tuple (1, 2, 3)");
        expect(PyTuple.of(1, 2, 3, null), "tuple (1, 2, 3, None)");
        expect(new String[] {"a", "b"}, "tuple ('a', 'b')");
        Map<Object, Object> map = new LinkedHashMap<>();
        map.put("z", 1);
        map.put(List.of(1, 2), "t");
        map.put(new byte[] {'b'}, null);
        expect(map, "dict {'z': 1, (1, 2): 't', b'b': None}");
        expect(Collections.singleton(5), "set {5}");
        expect(PyFrozenSet.copyOf(List.of(5)), "frozenset frozenset({5})");
        expect(new Case("a", "b"), "dict {'value': 'a', 'python': 'b'}");
        expect(new PyGlobal("collections", "OrderedDict"), "type <class 'collections.OrderedDict'>");
        expect(new PyGlobal("concurrent.futures", "Future.cancel.__qualname__"), "str 'Future.cancel'");
        expect(PyObject.reduce(new PyGlobal("fractions", "Fraction"), PyTuple.of("1/3")), "Fraction Fraction(1, 3)");
        expect(
                PyObject.newObject(new PyGlobal("types", "SimpleNamespace"), PyTuple.of())
                        .build(Map.of("a", 1)),
                "SimpleNamespace namespace(a=1)");
        expect(
                PyObject.newObject(new PyGlobal("collections", "Counter"), PyTuple.of())
                        .setItem("a", 2),
                "Counter Counter({'a': 2})");
        expect(
                PyObject.newObject(new PyGlobal("collections", "deque"), PyTuple.of())
                        .append(1),
                "deque deque([1])");
        expect(new IllegalArgumentException("bad"), "ValueError ValueError('bad')");
        expect(new TimeoutException("late"), "TimeoutError TimeoutError('late')");
        expect(new FileNotFoundException("x"), "FileNotFoundError FileNotFoundError('x')");
        expect(new StackOverflowError(), "RecursionError RecursionError()");
        expect(new PyException("queue.Full", PyTuple.of(), null), "Full Full()");
        List<Object> cycle = new ArrayList<>();
        cycle.add(cycle);
        expect(cycle, "list [[...]]");
        List<Object> part = new ArrayList<>();
        PyTuple whole = PyTuple.of(part, 1, 2, 3);
        part.add(whole);
        expect(whole, "tuple ([(...)], 1, 2, 3)");
        Map<String, Object> attributes = new LinkedHashMap<>();
        PyObject loop = PyObject.newObject(new PyGlobal("types", "SimpleNamespace"), PyTuple.of());
        attributes.put("me", loop.build(attributes));
        expect(loop, "SimpleNamespace namespace(me=namespace(...))");
    }

    static Stream<Arguments> pythonsAndCodecs() {
        return Pythons.all().stream()
                .flatMap(python -> Arrays.stream(PickleCodecs.values()).map(kind -> Arguments.of(python, kind)));
    }

    @ParameterizedTest
    @MethodSource("pythonsAndCodecs")
    void python_loads_what_java_encodes(Pythons.Python python, PickleCodecs kind) throws IOException {
        PickleCodec codec = kind.create();
        SoftAssertions softly = new SoftAssertions();
        try (PythonProcess peer = new PythonProcess(python, "describe_values.py", EncoderInteropTest.class)) {
            for (Case expected : CASES) {
                peer.send(codec.encode(expected.value()));
                softly.assertThat(peer.receiveText()).isEqualTo(expected.python());
            }
        }
        softly.assertAll();
        assertThat(CASES).isNotEmpty();
    }
}
