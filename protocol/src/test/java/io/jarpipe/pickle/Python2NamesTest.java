package io.jarpipe.pickle;

import static org.assertj.core.api.Assertions.assertThat;

import io.jarpipe.PyGlobal;
import io.jarpipe.testing.PythonProcess;
import io.jarpipe.testing.Pythons;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class Python2NamesTest {
    static Stream<Pythons.Python> pythons() {
        return Pythons.all().stream();
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void translates_as_every_python_does(Pythons.Python python) throws IOException {
        SoftAssertions softly = new SoftAssertions();
        try (PythonProcess peer = new PythonProcess(python, "old_names.py", Python2NamesTest.class)) {
            List<String> rows = peer.receiveText().lines().toList();
            assertThat(rows).hasSizeGreaterThan(100);
            for (String row : rows) {
                List<String> names = List.of(row.split(" ", -1));
                softly.assertThat(Python2Names.translate(new PyGlobal(names.get(0), names.get(1))))
                        .isEqualTo(new PyGlobal(names.get(2), names.get(3)));
            }
        }
        softly.assertAll();
    }

    @Test
    void leaves_other_names_alone() {
        PyGlobal own = new PyGlobal("app.model", "Point");
        assertThat(Python2Names.translate(own)).isEqualTo(own);
    }
}
