package io.jarpipe.pickle;

import static org.assertj.core.api.Assertions.assertThat;

import io.jarpipe.PyObject;
import io.jarpipe.binding.AttributeDict;
import io.jarpipe.binding.Wanted;
import io.jarpipe.testing.PythonProcess;
import io.jarpipe.testing.Pythons;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which dicts real interpreters write as attributes alone; all others are what {@code PickleCodec} promises. */
@Timeout(60)
class AttributeDictInteropTest {
    static Stream<Pythons.Python> pythons() {
        return Pythons.all().stream();
    }

    /** Decodes with a new codec: one that has guessed wrong is careful for a while. */
    private static @Nullable Object decode(byte[] pickle, Wanted wanted) throws IOException {
        return new JarpipeCodec().decode(pickle, wanted);
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void only_attributes_of_an_object_are_read_as_such(Pythons.Python python) throws IOException {
        try (PythonProcess peer = new PythonProcess(python, "attribute_dicts.py", AttributeDictInteropTest.class)) {
            PyObject owner = (PyObject) decode(peer.receive(), Wanted.ANYTHING);
            assertThat(owner.state())
                    .isInstanceOf(AttributeDict.class)
                    .isEqualTo(Map.of("a", 1L, "b", Map.of("c", 2L)));
            assertThat(owner.stateMap().get("b")).isInstanceOf(LinkedHashMap.class);

            List<?> shared = (List<?>) decode(peer.receive(), Wanted.ANYTHING);
            assertThat(shared.get(1)).isInstanceOf(LinkedHashMap.class).isSameAs(((PyObject) shared.get(0)).state());

            List<?> neighbours = (List<?>) decode(peer.receive(), Wanted.ANYTHING);
            assertThat(neighbours.get(1)).isInstanceOf(LinkedHashMap.class).isEqualTo(Map.of("a", 1L));

            byte[] dict = peer.receive();
            assertThat(decode(dict, Wanted.ANYTHING)).isInstanceOf(LinkedHashMap.class);
            assertThat(decode(dict, Wanted.RECORD))
                    .isInstanceOf(AttributeDict.class)
                    .isEqualTo(decode(dict, Wanted.ANYTHING));
        }
    }
}
