package io.jarpipe.pickle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.PickleException;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the own codec refuses, and that it forgets what it has refused. Pickles are Latin-1 characters as bytes. */
@Timeout(60)
class JarpipeLimitsTest {
    private final JarpipeCodec codec = new JarpipeCodec();

    private static byte[] bytes(String pickle) {
        return pickle.getBytes(ISO_8859_1);
    }

    private static void assertRefused(PickleCodec codec, String pickle, String message) {
        assertThatThrownBy(() -> codec.decode(bytes(pickle)))
                .isInstanceOf(PickleException.class)
                .hasMessageContaining(message);
    }

    private static PickleLimits limits() {
        return PickleLimits.defaults();
    }

    @Test
    void limits_the_heap_that_a_value_takes() throws IOException {
        PickleCodec small = codec.withLimits(limits().withHeapBytes(100_000));
        assertThat(small.decode(bytes("](" + "}".repeat(500) + "e."))).isInstanceOf(List.class);
        for (String costly : List.of("}", "\u008f", "]", "(\u0091", "NN\u0086", "cm\nC\n)\u0081", "\u008c\1a")) {
            assertRefused(small, "](" + costly.repeat(10_000) + "e.", "at most 100000 bytes of heap");
        }
        assertRefused(small, "(" + "K\1".repeat(100_000) + "t.", "at most 100000 bytes of heap");
        assertRefused(small, "]" + "K\1a".repeat(100_000) + ".", "at most 100000 bytes of heap");
        assertRefused(small, "}" + "M\1\1Ns".repeat(100_000) + ".", "at most 100000 bytes of heap");
        assertRefused(small, "(".repeat(100_000) + ".", "at most 100000 bytes of heap");
        assertRefused(small, "N" + "\u0094".repeat(100_000) + ".", "at most 100000 bytes of heap");
    }

    @Test
    void limits_the_items_of_a_container() throws IOException {
        PickleCodec small = codec.withLimits(limits().withContainerItems(3));
        assertThat(small.decode(bytes("](NNNe."))).isInstanceOf(List.class);
        for (String large : List.of("](NNNNe.", "](NNe(NNe.", "(NNNNt.", "(NNNNl.", "\u008f(K\1K\2K\3K\4\u0090.")) {
            assertRefused(small, large, "at most 3 items");
        }
        assertRefused(small, "}(K\1NK\2NK\3NK\4Nu.", "at most 3 items");
        assertRefused(small, "]NaNaNaNa.", "at most 3 items");
        assertRefused(small, "(K\1K\2K\3K\4\u0091.", "at most 3 items");
    }

    @Test
    void limits_the_memo_by_a_number_and_by_the_bytes_read() throws IOException {
        PickleCodec small = codec.withLimits(limits().withMemoEntries(3));
        assertThat(small.decode(bytes("N\u0094\u0094\u0094."))).isNull();
        assertRefused(small, "](N\u0094N\u0094N\u0094N\u0094e.", "at most 3 memo entries");
        assertRefused(codec, "Nr\u00ff\u00ff\u00ff\u00ff.", "a memo number below");
        assertRefused(codec, "Np2147483647\n.", "a memo number below");
        assertRefused(codec, "Np99999999999\n.", "a memo number");
        assertRefused(codec, "Np-1\n.", "a memo number");
    }

    @Test
    void limits_the_nesting_of_keys_and_decimal_digits() throws IOException {
        PickleCodec small = codec.withLimits(limits().withKeyDepth(3).withDecimalDigits(5));
        assertThat(small.decode(bytes("}N\u0085\u0085Ns."))).isInstanceOf(Map.class);
        assertRefused(small, "}N\u0085\u0085\u0085\u0085\u0085Ns.", "nested at most 3 deep");
        assertThat(small.decode(bytes("I-12345\n."))).isEqualTo(-12345L);
        assertRefused(small, "I123456789\n.", "at most 5 digits");
        assertRefused(codec, "L" + "9".repeat(1_000_000) + "L\n.", "at most 4300 digits");
    }

    @Test
    void limits_the_nesting_of_what_it_encodes() throws IOException {
        PickleCodec small = codec.withLimits(limits().withEncodeDepth(3));
        assertThat(small.encode(List.of(List.of(List.of(1))))).isNotEmpty();
        assertThatThrownBy(() -> small.encode(Map.of("a", List.of(List.of(List.of(1))))))
                .isInstanceOf(PickleException.class)
                .hasMessage("cannot pickle: nested more than 3 deep at value[a][0][0]");
    }

    @Test
    void refuses_limits_that_allow_nothing() {
        assertThatThrownBy(() -> limits().withContainerItems(0)).hasMessage("containerItems: 0 (expected: > 0)");
    }

    /** The classic bombs: small as bytes, huge as a value, or endless to hash. */
    @Test
    void survives_bombs() throws IOException {
        String doubling = "N" + "2\u0086".repeat(60);
        assertThat(codec.decode(bytes(doubling + "."))).isInstanceOf(PyTuple.class);
        assertRefused(codec, "}" + doubling + "Ns.", "tuples that repeat themselves");
        String laughs = "]\u0094(X\2\0\0\0hae" + "](" + "h\0".repeat(10) + "e\u0094";
        assertThat(codec.decode(bytes(laughs + "."))).isInstanceOf(List.class);
        assertRefused(codec, "\u008e\0\0\0\0\0\0\0@.", "bytes left");
        assertThat(codec.decode(bytes("]".repeat(1_000_000) + "a".repeat(999_999) + ".")))
                .isInstanceOf(List.class);
        StringBuilder frozen = new StringBuilder("(\u0091");
        for (int depth = 0; depth < 60; depth++) {
            frozen.insert(0, "(").append("2)\u0086\u0091");
        }
        assertThatThrownBy(() -> codec.decode(bytes(frozen + "."))).isInstanceOf(PickleException.class);
    }

    /** Tuples (a, b) with 31 a + b constant have one hash; with several of them it is easy to have many. */
    @Test
    void refuses_many_keys_with_one_hash() throws IOException {
        StringBuilder colliding = new StringBuilder();
        StringBuilder different = new StringBuilder();
        for (int number = 0; number < 1 << 12; number++) {
            colliding.append('(');
            for (int bit = 0; bit < 12; bit++) {
                colliding.append((number >> bit & 1) == 0 ? "K\0K\37" : "K\1K\0");
            }
            colliding.append('t');
            different
                    .append("M")
                    .append((char) (number & 0xff))
                    .append((char) (number >> 8))
                    .append("\u0085");
        }
        assertRefused(codec, "\u008f(" + colliding + "\u0090.", "with the same");
        assertRefused(codec, "(" + colliding + "\u0091.", "with the same");
        assertRefused(codec, "}(" + colliding.toString().replace("t", "tN") + "u.", "with the same");
        assertThat((Iterable<?>) codec.decode(bytes("\u008f(" + different + "\u0090.")))
                .hasSize(1 << 12);
    }

    @Test
    void filters_names() throws IOException {
        PickleCodec careful = codec.withFilter((module, name) -> module.equals("app") && !name.startsWith("Bad"));
        assertThat(careful.decode(bytes("capp\nGood\n."))).isEqualTo(new PyGlobal("app", "Good"));
        assertThatThrownBy(() -> careful.decode(bytes("\u0080\4capp\nBad\n.")))
                .isInstanceOfSatisfying(PickleException.class, e -> {
                    assertThat(e.offset()).hasValue(2);
                    assertThat(e.opcode()).isEqualTo("GLOBAL");
                    assertThat(e.got()).isEqualTo("app.Bad");
                });
        assertRefused(careful, "\u008c\2os\u008c\6system\u0093.", "a name that the filter allows");
        assertRefused(careful, "(ios\nsystem\n.", "a name that the filter allows");
        assertRefused(careful, "c__builtin__\neval\n.", "builtins.eval");
    }

    @Test
    void names_the_library_of_foreign_pickles() throws IOException {
        assertThat(codec.decode(bytes("cdill._dill\n_create_function\n)R."))).isInstanceOf(PyObject.class);
        assertThat(codec.decode(bytes("ccloudpickle.cloudpickle\n_make_function\n)R.")))
                .isInstanceOf(PyObject.class);
        assertRefused(codec, "cdill._dill\n_create_function\nNR.", "in a pickle that uses dill");
        assertRefused(codec, "ccloudpickle\nloads\nNR.", "in a pickle that uses cloudpickle");
        assertRefused(codec, "ctorch._utils\n_rebuild_tensor_v2\n(VtokenQ", "in a pickle that uses torch");
        assertRefused(codec, "PK\3\4torch", "a zip file, as torch.save writes them");
        assertRefused(codec, "cm\nC\nNR.", "a tuple as arguments");
    }

    @Test
    void forgets_a_pickle_that_failed() throws IOException {
        for (int time = 0; time < 100; time++) {
            assertRefused(codec, "X\6\0\0\0secretq\0((((", "bytes left");
            assertRefused(codec, "h\0.", "in the memo");
            assertRefused(codec, "0.", "an empty stack");
        }
        List<Object> loop = new ArrayList<>(List.of(new Object()));
        assertThatThrownBy(() -> codec.encode(loop)).isInstanceOf(PickleException.class);
        assertThat(codec.decode(codec.encode(List.of("a", "a")))).isEqualTo(List.of("a", "a"));
    }

    @Test
    void refuses_other_protocols() {
        assertThatThrownBy(() -> codec.withProtocol(1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> codec.withProtocol(6)).isInstanceOf(IllegalArgumentException.class);
    }
}
