package io.jarpipe.pickle;

import static org.assertj.core.api.Assertions.assertThat;

import io.jarpipe.pickle.PickleDump.Form;
import io.jarpipe.pickle.PickleDump.Limits;
import io.jarpipe.testing.PythonProcess;
import io.jarpipe.testing.Pythons;
import java.io.IOException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The full listing is {@code pickletools.dis}'s, line by line, for pickles of every interpreter and protocol. */
@Timeout(120)
class PickleDumpInteropTest {
    static Stream<Pythons.Python> pythons() {
        return Pythons.all().stream();
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void lists_what_pickletools_lists(Pythons.Python python) throws IOException {
        try (PythonProcess peer = new PythonProcess(python, "disassemble.py", PickleDumpInteropTest.class)) {
            int count = 0;
            for (byte[] pickle = peer.receive(); pickle.length > 0; pickle = peer.receive()) {
                StringBuilder listing = new StringBuilder();
                PickleDump.write(pickle, Form.PICKLES, Limits.FULL, listing);
                String ours = listing.toString()
                        .lines()
                        .filter(line -> !line.startsWith("offset ")) // something is left on the stack
                        .collect(Collectors.joining("\n"));
                count++;
                assertThat(ours).as("pickle %d", count).isEqualTo(peer.receiveText());
            }
            assertThat(count).isGreaterThan(150);
        }
    }
}
