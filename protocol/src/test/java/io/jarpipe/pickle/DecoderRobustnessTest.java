package io.jarpipe.pickle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.PickleException;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile and odd pickles, written with Latin-1 characters as bytes. */
@ParameterizedClass
@EnumSource(PickleCodecs.class)
@Timeout(30)
class DecoderRobustnessTest {
    private final PickleCodec codec;

    DecoderRobustnessTest(PickleCodecs kind) {
        codec = kind.create();
    }

    private Object decode(String pickle) throws IOException {
        return codec.decode(pickle.getBytes(ISO_8859_1));
    }

    private void assertMalformed(String pickle, String message) {
        assertThatThrownBy(() -> decode(pickle))
                .isInstanceOf(PickleException.class)
                .hasMessageContaining(message);
    }

    @Test
    void names_the_place_of_a_problem() {
        assertThatThrownBy(() -> decode("\u0080\4N0a.")).isInstanceOfSatisfying(PickleException.class, e -> {
            assertThat(e.offset()).hasValue(4);
            assertThat(e.opcode()).isEqualTo("APPEND");
            assertThat(e.expected()).isEqualTo("a value on the stack");
            assertThat(e.got()).isEqualTo("an empty stack");
        });
        assertMalformed("\u00ff", "bad pickle at byte 0: got 0xff (expected: a pickle opcode)");
        assertMalformed("", "0 bytes left");
    }

    @Test
    void never_lets_a_mark_out() {
        assertMalformed("(.", "a mark");
        assertMalformed("(2.", "a mark");
        assertMalformed("(q\0h\0.", "a mark");
        assertMalformed("N(a.", "a mark");
        assertMalformed("](N0a.", "a mark");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "B\u00ff\u00ff\u00ff\u00ff",
                "B\u00ff\u00ff\u00ff\u007f",
                "X\u00ff\u00ff\u00ff\u00ff",
                "\u008b\u00ff\u00ff\u00ff\u007f",
                "\u008b\u00ff\u00ff\u00ff\u00ff",
                "T\u00ff\u00ff\u00ff\u00ff",
                "\u008e\u00ff\u00ff\u00ff\u00ff\0\0\0\0",
                "\u008e\u0010\0\0\0\0\0\0\u0080",
                "\u008d\u0010\0\0\0\0\0\0\u0080",
                "\u0096\u00ff\u00ff\u00ff\u007f\0\0\0\0",
                "\u0095\u0010\0\0\0\0\0\0\0",
                "\u0095\u0010\0\0\0\0\0\0\u0080"
            })
    void refuses_announced_lengths_that_are_not_there(String start) {
        assertMalformed(start + ".", "bytes left");
    }

    @ParameterizedTest
    @ValueSource(strings = {"]", "}", "\u008f", "]\u0085", "}\u0085\u0085", "N]\u0086", "\u0096\0\0\0\0\0\0\0\0"})
    void refuses_keys_that_python_cannot_hash(String key) {
        assertMalformed("}" + key + "Ns.", "expected: a hashable key");
        assertMalformed("\u008f(" + key + "\u0090.", "expected: a hashable key");
        assertMalformed("(" + key + "\u0091.", "expected: a hashable key");
        assertMalformed("(" + key + "Nd.", "expected: a hashable key");
    }

    @Test
    void refuses_a_key_that_is_small_as_bytes_and_huge_as_a_value() {
        String twice = "2\u0086".repeat(60);
        assertMalformed("}N" + twice + "Ns.", "tuples that repeat themselves");
        assertMalformed("\u008f(N" + twice + "N" + twice + "\u0090.", "tuples that repeat themselves");
    }

    @Test
    void accepts_the_same_structure_as_a_value() throws IOException {
        assertThat(decode("N" + "2\u0086".repeat(60) + ".")).isInstanceOf(PyTuple.class);
        assertThat(codec.encode(decode("N" + "2\u0086".repeat(60) + "."))).hasSizeLessThan(400);
    }

    @Test
    void refuses_keys_nested_too_deep_and_accepts_values_as_deep() throws IOException {
        String nested = "N" + "\u0085".repeat(1_000_000);
        assertMalformed("}" + nested + "Ns.", "deep");
        assertMalformed("}" + ")" + "\u0085".repeat(501) + "Ns.", "deep");
        assertThat(decode(nested + ".")).isInstanceOf(PyTuple.class);
    }

    @Test
    void grows_lists_in_linear_time_however_they_are_batched() throws IOException {
        assertThat(decode("]" + "(Ne".repeat(1_000_000) + "."))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .hasSize(1_000_000);
        assertThat(decode("](" + "N".repeat(1_000_000) + "e."))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .hasSize(1_000_000);
    }

    @Test
    void limits_decimal_integers_as_python_does() throws IOException {
        assertThat(decode("L" + "9".repeat(4300) + "L\n.")).isNotNull();
        assertMalformed("L" + "9".repeat(1_000_000) + "L\n.", "at most 4300 digits");
        assertMalformed("I0x10\n.", "a decimal integer");
        assertMalformed("F1.5d\n.", "floating point");
        assertMalformed("F0x1p3\n.", "floating point");
    }

    @Test
    void reads_text_forms() throws IOException {
        assertThat(decode("I01\n.")).isEqualTo(true);
        assertThat(decode("I00\n.")).isEqualTo(false);
        assertThat(decode("I1\n.")).isEqualTo(1L);
        assertThat(decode("Fnan\n.")).isEqualTo(Double.NaN);
        assertThat(decode("F1e400\n.")).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(decode("S'a\\n'\n.")).isEqualTo("a\n");
        assertThat(decode("V\\u00e9\\\\u0041\\U0001f600\n."))
                .isEqualTo("\u00e9\\\\u0041" + Character.toString(0x1f600));
        assertMalformed("V\\u00\n.", "hexadecimal digits");
        assertMalformed("V\\U00110000\n.", "hexadecimal number");
        assertMalformed("U\1\u00e9.", "ASCII");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\u0080", "\u00c0\u0080", "\u00e0\u0080\u0080", "\u00f4\u0090\u0080\u0080", "\u00c3", "\u00ff"})
    void refuses_text_that_is_not_utf_8(String text) {
        assertMalformed("\u008c" + (char) text.length() + text + ".", "UTF-8");
    }

    @Test
    void lets_the_last_duplicate_of_a_key_win() throws IOException {
        assertThat(decode("}(K\1NK\1\u0088u.")).isEqualTo(Map.of(1L, true));
    }

    @Test
    void refuses_objects_as_keys_that_java_would_merge() {
        String object = "cm\nC\n)\u0081";
        assertMalformed("\u008f(" + object + object + "\u0090.", "Java can tell apart");
        assertMalformed("}(" + object + "N" + object + "Nu.", "Java can tell apart");
    }

    @Test
    void inserts_objects_as_keys_when_they_are_complete() throws IOException {
        PyObject first =
                (PyObject) decode("cm\nC\n)\u0081q\0}(X\1\0\0\0scm\nC\n)\u0081q\1}X\1\0\0\0t\u008f(h\0h\1\u0090sbub.");
        PyObject second = (PyObject) first.stateMap().get("s");
        assertThat((Iterable<?>) second.stateMap().get("t")).hasSize(2);
        assertThat(((Set<?>) second.stateMap().get("t")).contains(first)).isTrue();
        assertThat(((Set<?>) second.stateMap().get("t")).contains(second)).isTrue();
    }

    @Test
    void reads_the_oldest_ways_to_make_objects() throws IOException {
        assertThat(decode("(cm\nC\nI1\no.")).isEqualTo(PyObject.reduce(new PyGlobal("m", "C"), PyTuple.of(1L)));
        assertThat(decode("(im\nC\n.")).isEqualTo(PyObject.newObject(new PyGlobal("m", "C"), PyTuple.of()));
        assertThat(decode("(I1\nim\nC\n.")).isEqualTo(PyObject.reduce(new PyGlobal("m", "C"), PyTuple.of(1L)));
    }

    @Test
    void translates_python_2_names_below_protocol_3_only() throws IOException {
        assertThat(decode("c__builtin__\nxrange\n.")).isEqualTo(new PyGlobal("builtins", "range"));
        assertThat(decode("cexceptions\nKeyError\n.")).isEqualTo(new PyGlobal("builtins", "KeyError"));
        assertThat(decode("ccopy_reg\n_reconstructor\n.")).isEqualTo(new PyGlobal("copyreg", "_reconstructor"));
        assertThat(decode("\u0080\3ccommands\nrun\n.")).isEqualTo(new PyGlobal("commands", "run"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NNb.",
                "]Nb.",
                "K\1)R.",
                "cm\nC\nNR.",
                "cm\nC\nN\u0081.",
                "cm\nC\n)N\u0092.",
                "cm\nC\n)}K\1Ns\u0092.",
                "NN\u0093.",
                "NNa.",
                "]K\1Ns.",
                "}N\u0090.",
                "}(Nu.",
                "]N\u0090.",
                "cm\nC\n)\u0081NbNb.",
                "(o.",
                "(No.",
                "h\0.",
                "g5\n.",
                "gx\n.",
                "\u0080\6N.",
                "Px\n.",
                "NQ.",
                "\u0082\1.",
                "\u0097.",
                "N\u0098.",
                "1.",
                "0.",
                "e.",
                "t.",
                "S'\n.",
                "Sx\n.",
                "c\n"
            })
    void refuses_nonsense(String pickle) {
        assertThatThrownBy(() -> decode(pickle)).isInstanceOf(PickleException.class);
    }

    @Test
    void keeps_calls_that_do_not_look_exactly_like_a_plain_value() throws IOException {
        assertThat(decode("cbuiltins\nset\n(cm\nC\ntR.")).isInstanceOf(PyObject.class);
        assertThat(decode("c_codecs\nencode\n(V\\u0100\nVlatin1\ntR.")).isInstanceOf(PyObject.class);
        assertThat(decode("cbuiltins\nbytes\n(K\5tR.")).isInstanceOf(PyObject.class);
        assertThat(decode("cbuiltins\nlist\n(](K\1etR.")).isEqualTo(List.of(1L));
    }

    @Test
    void keeps_a_state_that_a_function_applies() throws IOException {
        String pickle = "\u0080\4cm\nC\n)Rq\0cm\nset\nh\0K\5\u0086R0.";
        PyObject object = (PyObject) decode(pickle);
        assertThat(object.stateSetter()).isEqualTo(new PyGlobal("m", "set"));
        assertThat(object.state()).isEqualTo(5L);
        assertThat(codec.decode(codec.encode(object))).isEqualTo(object);
    }

    @Test
    void keeps_no_state_between_messages() throws IOException {
        assertMalformed("Nq\0(", "0 bytes left");
        assertMalformed("h\0.", "");
    }
}
