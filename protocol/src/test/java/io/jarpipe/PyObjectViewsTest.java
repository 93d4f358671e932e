package io.jarpipe;

import static org.assertj.core.api.Assertions.assertThat;

import io.jarpipe.pickle.RazorvineCodec;
import io.jarpipe.testing.PythonProcess;
import io.jarpipe.testing.Pythons;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Objects that Java keeps as recipes show their content, in whichever protocol they were pickled. */
@Timeout(60)
class PyObjectViewsTest {
    private static final int PROTOCOLS = 6;

    private final RazorvineCodec codec = new RazorvineCodec();

    static Stream<Pythons.Python> pythons() {
        return Pythons.all().stream();
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void shows_the_content_of_containers_and_paths(Pythons.Python python) throws IOException {
        try (PythonProcess peer = new PythonProcess(python, "views.py", PyObjectViewsTest.class)) {
            for (int protocol = 0; protocol < PROTOCOLS; protocol++) {
                Map<?, ?> objects = (Map<?, ?>) codec.decode(peer.receive());
                for (String name : List.of("OrderedDict", "defaultdict", "Counter", "MyDict")) {
                    assertThat(view(objects, name).asMap()).as(name).isEqualTo(Map.of("a", 1L, "b", 2L));
                }
                for (String name : List.of("deque", "Pair", "MyList", "MyTuple", "MySet")) {
                    assertThat(view(objects, name).asList()).as(name).containsExactlyInAnyOrder(1L, 2L);
                }
                assertThat(view(objects, "Path").asPath()).contains(Path.of("/a/b c/d"));
                assertThat(view(objects, "relative").asPath()).contains(Path.of("a"));
                assertThat(view(objects, "empty").asPath()).contains(Path.of(""));
                assertThat(view(objects, "empty deque").asList()).isEmpty();
                PyObject plain = view(objects, "Plain");
                assertThat(plain.asMap()).isEmpty();
                assertThat(plain.asList()).isEmpty();
                assertThat(plain.asPath()).isEmpty();
                assertThat(view(objects, "MyError").asException()).hasMessage("__main__.MyError: (x, 2)");
            }
        }
    }

    private static PyObject view(Map<?, ?> objects, String name) {
        return (PyObject) objects.get(name);
    }
}
