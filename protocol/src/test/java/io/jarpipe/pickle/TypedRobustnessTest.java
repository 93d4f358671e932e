package io.jarpipe.pickle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.PickleException;
import io.jarpipe.PyDateTime;
import io.jarpipe.PyDecimal;
import io.jarpipe.PyException;
import io.jarpipe.PyObject;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile and odd recipes of known types, written with Latin-1 characters as bytes. */
@Timeout(30)
class TypedRobustnessTest {
    private static final String UUID = "\u0080\2cuuid\nUUID\n)\u0081";

    private final RazorvineCodec codec = new RazorvineCodec();

    private Object decode(String pickle) throws PickleException {
        return codec.decode(pickle.getBytes(ISO_8859_1));
    }

    private static String bytes(String content) {
        return "C" + (char) content.length() + content;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cdatetime\ndate\n)R.",
                "cdatetime\ndate\nC\4\7\u00e8\1\1\u0085\u0081.",
                "cdatetime\ndate\n(C\4\7\u00e8\1\1NtR.",
                "cdatetime\ndate\nC\4\7\u00e8\u0081\1\u0085R.",
                "cdatetime\ndate\nC\4\7\u00e8\2\u001e\u0085R.",
                "cdatetime\ndate\nC\4\0\0\1\1\u0085R.",
                "cdatetime\ndate\nC\4\u00ff\u00ff\1\1\u0085R.",
                "cdatetime\ndate\nC\3\7\u00e8\1\u0085R.",
                "cdatetime\ndate\nU\4aaaa\u0085R.",
                "cdatetime\ntime\nC\6\u0018\0\0\0\0\0\u0085R.",
                "cdatetime\ntime\nC\6\0\u00ff\0\0\0\0\u0085R.",
                "cdatetime\ntime\nC\6\0\0\0\u00ff\u00ff\u00ff\u0085R.",
                "cdatetime\ntime\nC\6\0\0\0\0\0\0K\5\u0086R.",
                "cdatetime\ntime\nC\6\0\0\0\0\0\0N\u0086R.",
                "cdatetime\ndatetime\nC\12\7\u00e8\1\1\0\0\0\0\0\0]\u0086R.",
                "cdatetime\ntimedelta\n(K\1K\2tR.",
                "cdatetime\ntimedelta\n(K\1J\u00ff\u00ff\u00ff\u00ffK\2tR.",
                "cdatetime\ntimedelta\n(J\0\u00ca\u009a;K\0K\0tR.",
                "cdatetime\ntimedelta\n(K\1K\2\u0088tR.",
                "cdatetime\ntimedelta\n(K\1K\2G\0\0\0\0\0\0\0\0tR.",
                "cdecimal\nDecimal\n)R.",
                "cdecimal\nDecimal\nK\1\u0085R.",
                "cdecimal\nDecimal\n\u008c\2 1\u0085R.",
                "cdecimal\nDecimal\n\u008c\3abc\u0085R.",
                "cdecimal\nDecimal\n\u008c\0\u0085R.",
                "cdecimal\nDecimal\n\u008c\4infN\u0085R.",
                "carray\narray\n)R.",
                "carray\narray\n\u008c\1z\u0085R.",
                "carray\narray\n(\u008c\1iC\3abctR.",
                "carray\narray\n(\u008c\1i](Nel\u0085R.",
                "carray\narray\n(\u008c\1i]NatR.",
                "carray\narray\n(\u008c\1B]M\0\1atR.",
                "carray\narray\n(\u008c\1B]J\u00ff\u00ff\u00ff\u00ffatR.",
                "carray\narray\n(\u008c\1d]K\1atR.",
                "carray\narray\n(\u008c\1wC\4\u00ff\u00ff\u00ff\u00fftR.",
                "carray\narray\n(\u008c\1u]\u008c\2abatR.",
                "carray\n_array_reconstructor\n(carray\narray\n\u008c\1iK\u00ffC\0tR.",
                "carray\n_array_reconstructor\n(carray\narray\n\u008c\1dK\14C\0tR.",
                "carray\n_array_reconstructor\n(carray\narray\n\u008c\1iK\10C\3abctR.",
                "carray\n_array_reconstructor\n(cm\nC\n\u008c\1iK\10C\0tR.",
                "cmultiprocessing.pool\nrebuild_exc\n(K\1\u008c\1ttR.",
                "cbuiltins\nValueError\n)\u0081."
            })
    void keeps_what_python_does_not_write_as_a_recipe(String pickle) throws PickleException {
        String current = "\u0080\4" + pickle;
        try {
            Object value = decode(current);
            assertThat(value).isInstanceOf(PyObject.class);
            assertThat(codec.decode(codec.encode(value))).isEqualTo(value);
        } catch (PickleException malformed) {
            assertThat(malformed.offset()).isPresent();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "K\5b.",
                "}\u008c\3intK\1s\u008c\1xK\1sb.",
                "}\u008c\3intI-1\nsb.",
                "}\u008c\3intNsb.",
                "}\u008c\3int\u0088sb.",
                "}\u008c\3int\u008a\22" + "\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1" + "sb.",
                "(}\u008c\3intK\1stb.",
                "."
            })
    void keeps_odd_uuids_as_recipes(String rest) throws PickleException {
        assertThat(decode(UUID + rest)).isInstanceOf(PyObject.class);
    }

    @Test
    void gives_every_reference_to_an_object_what_it_became() throws PickleException {
        List<?> list = (List<?>) decode("](" + UUID.substring(2) + "q\0}\u008c\3intK\1sbh\0h\0e.");
        assertThat(list).hasSize(3).allMatch(value -> value instanceof UUID);
        assertThat(list.get(0)).isSameAs(list.get(1)).isSameAs(list.get(2));
        list = (List<?>) decode("](cbuiltins\nValueError\n)Rq\0}\u008c\2meh\0sbh\0e.");
        PyException exception = (PyException) list.get(0);
        assertThat(exception).isSameAs(list.get(1));
        assertThat(exception.recipe().stateMap().get("me")).isSameAs(exception);
    }

    @Test
    void refuses_states_where_there_can_be_none() {
        for (String value :
                List.of("cdatetime\ndate\nC\4\7\u00e8\1\1\u0085R", "cdecimal\nDecimal\n\u008c\0011\u0085R")) {
            assertThatThrownBy(() -> decode("\u0080\4" + value + "}b."))
                    .isInstanceOf(PickleException.class)
                    .hasMessageContaining("expected: an object");
        }
        assertThatThrownBy(() -> decode("cbuiltins\nValueError\n)R}b}b."))
                .isInstanceOf(PickleException.class)
                .hasMessageContaining("one state");
    }

    @Test
    void does_not_merge_keys_that_python_tells_apart() throws PickleException {
        String nan = "cdecimal\nDecimal\n\u008c\3NaN\u0085R";
        assertThatThrownBy(() -> decode("}(" + nan + "K\1" + nan + "K\2u."))
                .isInstanceOf(PickleException.class)
                .hasMessageContaining("Java can tell apart");
        assertThat(decode("}(" + nan + "K\1u.")).isEqualTo(Map.of(PyDecimal.of("NaN"), 1L));
        String error = "cbuiltins\nValueError\n)R";
        assertThat((Map<?, ?>) decode("}(" + error + "K\1" + error + "K\2u.")).hasSize(2);
        assertThatThrownBy(() -> decode("}carray\narray\n\u008c\1i\u0085RNs."))
                .isInstanceOf(PickleException.class)
                .hasMessageContaining("expected: a hashable key");
    }

    @Test
    void survives_a_time_zone_that_contains_its_time() throws PickleException {
        String loop =
                "\u0080\4cm\nZone\n)Rq\0}\u008c\1tcdatetime\ndatetime\nC\12\7\u00e8\1\1\0\0\0\0\0\0h\0\u0086Rq\1sbh\1.";
        PyDateTime first = (PyDateTime) decode(loop.replace("sbh\1", "sb0h\1"));
        PyDateTime second = (PyDateTime) decode(loop.replace("sbh\1", "sb0h\1"));
        assertThat(first).isEqualTo(second).hasSameHashCodeAs(second);
        assertThat(first.toString()).contains("m.Zone");
        assertThat(codec.decode(codec.encode(first))).isEqualTo(first);
    }

    @Test
    void reads_long_numbers_in_linear_time() throws PickleException {
        String digits = "9".repeat(2_000_000);
        Object value = decode("cdecimal\nDecimal\n(V" + digits + "\ntR.");
        assertThat(value).isInstanceOf(PyDecimal.class).hasToString(digits);
        assertThat(decode("cdecimal\nDecimal\n(V1E+2000000000\ntR.")).hasToString("1E+2000000000");
        assertThat(decode("cdecimal\nDecimal\n(V1E+99999999999999999999\ntR.")).isInstanceOf(PyObject.class);
    }

    @Test
    void names_exceptions_without_printing_what_they_hold() throws PickleException {
        String doubled = "]q\0" + "0](h\0h\0eq\0".repeat(60);
        PyException exception = (PyException) decode("cbuiltins\nValueError\n" + doubled + "\u0085R.");
        assertThat(exception).hasMessage("ValueError: ArrayList");
    }

    @Test
    void reads_a_date() throws PickleException {
        assertThat(decode("cdatetime\ndate\n" + bytes("\7\u00e8\2\35") + "\u0085R."))
                .isEqualTo(LocalDate.of(2024, 2, 29));
    }
}
