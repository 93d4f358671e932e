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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which dicts real interpreters write as attributes alone; all others are what {@code PickleCodec} promises. */
@Timeout(60)
class AttributeDictInteropTest {
    private final JarpipeCodec codec = new JarpipeCodec();

    static Stream<Pythons.Python> pythons() {
        return Pythons.all().stream();
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void only_attributes_of_an_object_are_read_as_such(Pythons.Python python) throws IOException {
        try (PythonProcess peer = new PythonProcess(python, "attribute_dicts.py", AttributeDictInteropTest.class)) {
            PyObject owner = (PyObject) codec.decode(peer.receive());
            assertThat(owner.state())
                    .isInstanceOf(AttributeDict.class)
                    .isEqualTo(Map.of("a", 1L, "b", Map.of("c", 2L)));
            assertThat(owner.stateMap().get("b")).isInstanceOf(LinkedHashMap.class);

            List<?> shared = (List<?>) codec.decode(peer.receive());
            assertThat(shared.get(1)).isInstanceOf(LinkedHashMap.class).isSameAs(((PyObject) shared.get(0)).state());

            List<?> neighbours = (List<?>) codec.decode(peer.receive());
            assertThat(neighbours.get(1)).isInstanceOf(LinkedHashMap.class).isEqualTo(Map.of("a", 1L));

            byte[] dict = peer.receive();
            assertThat(codec.decode(dict)).isInstanceOf(LinkedHashMap.class);
            assertThat(new JarpipeCodec().decode(dict, Wanted.RECORD))
                    .isInstanceOf(AttributeDict.class)
                    .isEqualTo(codec.decode(dict));
        }
    }
}
