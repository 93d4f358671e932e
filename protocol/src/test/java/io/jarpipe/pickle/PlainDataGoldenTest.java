package io.jarpipe.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.PickleException;
import io.jarpipe.PyByteArray;
import io.jarpipe.PyBytes;
import io.jarpipe.PyComplex;
import io.jarpipe.PyFrozenSet;
import io.jarpipe.PyTuple;
import io.jarpipe.dict.PyDict;
import io.jarpipe.testing.Goldens;
import io.jarpipe.testing.Goldens.Golden;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@EnumSource(PickleCodecs.class)
class PlainDataGoldenTest {
    private static final Map<String, Object> EXPECTED = new HashMap<>();

    static {
        EXPECTED.put("none", null);
        EXPECTED.put("true", true);
        EXPECTED.put("false", false);
        EXPECTED.put("int_0", 0L);
        EXPECTED.put("int_255", 255L);
        EXPECTED.put("int_256", 256L);
        EXPECTED.put("int_65535", 65535L);
        EXPECTED.put("int_65536", 65536L);
        EXPECTED.put("int_minus_1", -1L);
        EXPECTED.put("int_2_31", 1L << 31);
        EXPECTED.put("int_minus_2_31", -(1L << 31));
        EXPECTED.put("int_max_64", Long.MAX_VALUE);
        EXPECTED.put("int_min_64", Long.MIN_VALUE);
        EXPECTED.put("int_2_63", BigInteger.ONE.shiftLeft(63));
        EXPECTED.put("int_below_min_64", BigInteger.valueOf(Long.MIN_VALUE).subtract(BigInteger.ONE));
        EXPECTED.put("int_huge", BigInteger.ONE.shiftLeft(2100));
        EXPECTED.put("int_huge_negative", BigInteger.ONE.shiftLeft(2100).negate());
        EXPECTED.put("float", 1.5);
        EXPECTED.put("float_tiny", Double.MIN_VALUE);
        EXPECTED.put("float_huge", Double.MAX_VALUE);
        EXPECTED.put("float_minus_0", -0.0);
        EXPECTED.put("float_inf", Double.POSITIVE_INFINITY);
        EXPECTED.put("float_minus_inf", Double.NEGATIVE_INFINITY);
        EXPECTED.put("float_nan", Double.NaN);
        EXPECTED.put("complex", new PyComplex(1.5, -2));
        EXPECTED.put("str_empty", "");
        EXPECTED.put("str_ascii", "text");
        EXPECTED.put("str_latin", "\u00e9\u00ff");
        EXPECTED.put("str_escapes", "a\n\r\\" + "u0041\0\32");
        EXPECTED.put("str_astral", Character.toString(0x1f600));
        EXPECTED.put("str_surrogate", "\ud800x");
        EXPECTED.put("str_replacement", "\ufffd");
        EXPECTED.put("str_300", "x".repeat(300));
        EXPECTED.put("bytes_empty", new byte[0]);
        EXPECTED.put("bytes", new byte[] {0, (byte) 0x80, (byte) 0xff});
        EXPECTED.put("bytes_300", "x".repeat(300).getBytes(StandardCharsets.US_ASCII));
        EXPECTED.put("bytearray_empty", new PyByteArray(new byte[0]));
        EXPECTED.put("bytearray", new PyByteArray(new byte[] {0, (byte) 0xff}));
        EXPECTED.put("list_empty", list());
        EXPECTED.put("list_1", list(1L));
        EXPECTED.put("list", list(1L, "a", null, list(2L)));
        EXPECTED.put("list_2500", list(LongStream.range(0, 2500).boxed().toArray()));
        EXPECTED.put("tuple_empty", PyTuple.of());
        EXPECTED.put("tuple_1", PyTuple.of(1L));
        EXPECTED.put("tuple_2", PyTuple.of(1L, null));
        EXPECTED.put("tuple_3", PyTuple.of(1L, 2L, new byte[] {'x'}));
        EXPECTED.put("tuple_4", PyTuple.of(1L, 2L, 3L, PyTuple.of(4L)));
        EXPECTED.put("dict_empty", dict());
        EXPECTED.put("dict_1", dict("a", 1L));
        EXPECTED.put(
                "dict",
                dict(
                        "z",
                        1L,
                        "a",
                        list((Object) null),
                        3L,
                        dict("k", 2.5),
                        PyTuple.of(1L, new byte[] {'x'}),
                        "tuple",
                        PyBytes.of((byte) 'k'),
                        "bytes"));
        EXPECTED.put(
                "dict_1500",
                dict(LongStream.range(0, 1500)
                        .boxed()
                        .flatMap(number -> Stream.of(number, number.toString()))
                        .toArray()));
        EXPECTED.put("set_empty", new LinkedHashSet<>());
        EXPECTED.put("set", new LinkedHashSet<>(List.of(1L, PyTuple.of(2L), "a", PyBytes.of((byte) 'b'))));
        EXPECTED.put("frozenset_empty", PyFrozenSet.copyOf(List.of()));
        EXPECTED.put("frozenset", PyFrozenSet.copyOf(List.of(1L)));
        EXPECTED.put("nested_keys", dict(PyFrozenSet.copyOf(List.of(1L)), dict(2L, dict(PyTuple.of(), list()))));
        EXPECTED.put("shared_list", list(list(1L), list(1L), list(1L)));
        EXPECTED.put("task", PyTuple.of(3L, 0L, "work", PyTuple.of("a", 1.5), dict("key", list(1L, 2L))));
    }

    private final PickleCodec codec;

    PlainDataGoldenTest(PickleCodecs kind) {
        codec = kind.create();
    }

    private static List<Object> list(Object... elements) {
        return new ArrayList<>(Arrays.asList(elements));
    }

    private static Map<Object, Object> dict(Object... pairs) {
        Map<Object, Object> dict = new PyDict();
        for (int index = 0; index < pairs.length; index += 2) {
            dict.put(pairs[index], pairs[index + 1]);
        }
        return dict;
    }

    static Stream<Golden> plain() {
        return Goldens.distinctPickles().filter(golden -> EXPECTED.containsKey(golden.baseName()));
    }

    static Stream<Golden> pickles() {
        return Goldens.distinctPickles();
    }

    private static Golden golden(String name) {
        return Goldens.startingWith(name).findFirst().orElseThrow();
    }

    @Test
    void every_plain_case_has_an_expectation() {
        assertThat(Goldens.distinctPickles().filter(golden -> golden.name().contains(".p")))
                .allMatch(golden -> EXPECTED.containsKey(golden.baseName())
                        || golden.baseName().startsWith("recursive_"));
    }

    @ParameterizedTest
    @MethodSource("plain")
    void decodes_value_and_type_in_every_protocol(Golden golden) throws IOException {
        Object expected = EXPECTED.get(golden.baseName());
        Object decoded = codec.decode(golden.bytes());
        assertThat(decoded).as(() -> PickleDump.of(golden.bytes())).isEqualTo(expected);
        if (expected != null) {
            assertThat(decoded).hasSameClassAs(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("plain")
    void keeps_value_and_type_when_encoded_and_decoded_again(Golden golden) throws IOException {
        Object expected = EXPECTED.get(golden.baseName());
        byte[] encoded = codec.encode(codec.decode(golden.bytes()));
        assertThat(codec.decode(encoded)).as(() -> PickleDump.of(encoded)).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("pickles")
    void ignores_what_follows_the_pickle(Golden golden) throws IOException {
        byte[] pickle = golden.bytes();
        byte[] longer = Arrays.copyOf(pickle, pickle.length + 3);
        longer[pickle.length] = (byte) 0xff;
        assertThat(codec.encode(codec.decode(longer))).isEqualTo(codec.encode(codec.decode(pickle)));
    }

    @ParameterizedTest
    @MethodSource("pickles")
    void refuses_a_pickle_cut_short_at_any_place(Golden golden) {
        byte[] pickle = golden.bytes();
        int step = pickle.length > 3000 ? 97 : 1;
        for (int length = 0; length < pickle.length; length += step) {
            byte[] cut = Arrays.copyOf(pickle, length);
            assertThatThrownBy(() -> codec.decode(cut)).isInstanceOf(PickleException.class);
        }
    }

    @Test
    void keeps_the_order_of_a_dict() throws IOException {
        assertThat(((Map<?, ?>) codec.decode(golden("dict.p4").bytes())).keySet())
                .asInstanceOf(InstanceOfAssertFactories.ITERABLE)
                .first()
                .isEqualTo("z");
    }

    @Test
    void keeps_sharing_and_only_sharing() throws IOException {
        List<?> decoded = (List<?>)
                codec.decode(codec.encode(codec.decode(golden("shared_list.p4").bytes())));
        assertThat(decoded.get(0)).isSameAs(decoded.get(1)).isNotSameAs(decoded.get(2));
    }

    @Test
    void keeps_cycles() throws IOException {
        List<?> list = (List<?>) codec.decode(
                codec.encode(codec.decode(golden("recursive_list.p4").bytes())));
        assertThat(list.get(0)).isSameAs(list);
        Map<?, ?> dict = (Map<?, ?>) codec.decode(
                codec.encode(codec.decode(golden("recursive_dict.p4").bytes())));
        assertThat(dict.get("me")).isSameAs(dict);
        PyTuple tuple = (PyTuple) codec.decode(
                codec.encode(codec.decode(golden("recursive_tuple.p4").bytes())));
        assertThat(((List<?>) tuple.get(0)).get(0)).isSameAs(tuple);
    }
}
