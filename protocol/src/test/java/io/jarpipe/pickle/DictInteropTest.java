package io.jarpipe.pickle;

import static org.assertj.core.api.Assertions.assertThat;

import io.jarpipe.PickleException;
import io.jarpipe.PyObject;
import io.jarpipe.binding.Wanted;
import io.jarpipe.dict.PyDict;
import io.jarpipe.testing.PythonProcess;
import io.jarpipe.testing.Pythons;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Dicts of real interpreters: changed in Java, or read with the expectation of certain keys. */
@Timeout(120)
class DictInteropTest {
    /** Others are not cut at every byte. */
    private static final int FIRST_PROTOCOL_WITH_MEMOIZE = 4;

    private static final int MAX_CUT = 300;

    private final JarpipeCodec codec = new JarpipeCodec();

    static Stream<Pythons.Python> pythons() {
        return Pythons.all().stream();
    }

    private static boolean isEnd(byte[] message) {
        return new String(message, StandardCharsets.ISO_8859_1).equals("end");
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void a_dict_can_be_changed_and_those_with_the_same_keys_stay_as_they_are(Pythons.Python python) throws IOException {
        try (PythonProcess peer = new PythonProcess(python, "dicts.py", DictInteropTest.class, "changed")) {
            int count = 0;
            for (byte[] pickle = peer.receive(); !isEnd(pickle); pickle = peer.receive()) {
                List<?> rows = (List<?>) codec.decode(pickle);
                rows.forEach(row -> change((PyDict) row));
                peer.send(codec.encode(rows));
                count++;
            }
            assertThat(count).isGreaterThan(100);
        }
    }

    private static void change(PyDict dict) {
        dict.put("new", 1L);
        new ArrayList<>(dict.keySet()).stream().limit(2).forEach(key -> dict.put(key, "changed"));
        dict.remove(dict.keySet().iterator().next());
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void expecting_keys_changes_no_value_and_no_error(Pythons.Python python) throws IOException {
        try (PythonProcess peer = new PythonProcess(python, "dicts.py", DictInteropTest.class, "expected")) {
            int count = 0;
            for (byte[] pickle = peer.receive(); !isEnd(pickle); pickle = peer.receive()) {
                List<Wanted> expectations = expectations(codec.decode(pickle));
                assertSameOutcome(pickle, expectations);
                assertSameOutcomeWhenCut(withoutFrame(pickle), expectations);
                count++;
            }
            assertThat(count).isGreaterThan(400);
        }
    }

    private void assertSameOutcomeWhenCut(byte[] pickle, List<Wanted> expectations) {
        boolean isWorthIt = pickle[1] >= FIRST_PROTOCOL_WITH_MEMOIZE && pickle.length < MAX_CUT;
        for (int length = 0; isWorthIt && length < pickle.length; length++) {
            assertSameOutcome(Arrays.copyOf(pickle, length), expectations);
        }
    }

    /**
     * Returns a short pickle without the length of its only frame, which would tell at once that something is missing.
     */
    private static byte[] withoutFrame(byte[] pickle) {
        if (pickle.length < 3 || pickle[2] != (byte) OpcodeBytes.FRAME) {
            return pickle;
        }
        byte[] unframed = Arrays.copyOfRange(pickle, 1 + Long.BYTES, pickle.length);
        System.arraycopy(pickle, 0, unframed, 0, 2);
        return unframed;
    }

    /** Returns the right keys, and others, and the right ones with something wrong. */
    private static List<Wanted> expectations(Object value) {
        Object dict = value instanceof PyObject object ? object.state() : value;
        List<String> keys = new ArrayList<>();
        if (dict instanceof Map<?, ?> map) {
            map.keySet().forEach(key -> keys.add(String.valueOf(key)));
        }
        List<String> reversed = new ArrayList<>(keys);
        Collections.reverse(reversed);
        List<String> longer = new ArrayList<>(keys);
        longer.add("a");
        List<String> rest = keys.subList(keys.size() / 2, keys.size());
        return Stream.of(keys, reversed, longer, rest, List.of("a", "b", "c"), List.of("\ud800", "b"))
                .map(Wanted::items)
                .toList();
    }

    private void assertSameOutcome(byte[] pickle, List<Wanted> expectations) {
        String usual = outcome(pickle, Wanted.ANYTHING);
        for (Wanted wanted : expectations) {
            assertThat(outcome(pickle, wanted)).isEqualTo(usual);
        }
    }

    /** Returns what is written of the decoded value, which shows sharing and order, too; or the error. */
    private String outcome(byte[] pickle, Wanted wanted) {
        try {
            byte[] again = codec.encode(codec.decode(pickle, wanted));
            return new String(again, StandardCharsets.ISO_8859_1);
        } catch (PickleException e) {
            return e.getMessage();
        }
    }
}
