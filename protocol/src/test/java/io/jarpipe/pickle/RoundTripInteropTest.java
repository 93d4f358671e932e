package io.jarpipe.pickle;

import static org.assertj.core.api.Assertions.assertThat;

import io.jarpipe.binding.Wanted;
import io.jarpipe.testing.PythonProcess;
import io.jarpipe.testing.Pythons;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Real interpreters send values through Java and compare what comes back by type, value, sharing and cycles. */
@ParameterizedClass
@EnumSource(PickleCodecs.class)
@Timeout(120)
class RoundTripInteropTest {
    private static final List<Wanted> PURPOSES =
            List.of(Wanted.ANYTHING, Wanted.BUFFER, Wanted.items(List.of("a", "b")));
    private static final String REPORT = "report: ";

    private final PickleCodec codec;

    RoundTripInteropTest(PickleCodecs kind) {
        codec = kind.create();
    }

    static Stream<Pythons.Python> pythons() {
        return Pythons.all().stream();
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void values_come_back_unchanged(Pythons.Python python) throws IOException {
        try (PythonProcess peer = new PythonProcess(python, "round_trip.py", RoundTripInteropTest.class)) {
            String report = "";
            int sent = 0;
            while (report.isEmpty()) {
                byte[] message = peer.receive();
                String text = new String(message, StandardCharsets.UTF_8);
                if (text.startsWith(REPORT)) {
                    report = text;
                } else {
                    peer.send(echo(message, PURPOSES.get(sent++ % PURPOSES.size())));
                }
            }
            assertThat(report).matches("report: [0-9]{3,} values, 0 changed");
        } catch (EOFException e) {
            throw new AssertionError(python + " ended without a report", e);
        }
    }

    private byte[] echo(byte[] pickle, Wanted wanted) {
        try {
            return codec.encode(codec.decode(pickle, wanted));
        } catch (IOException e) {
            return e.toString().getBytes(StandardCharsets.UTF_8);
        }
    }
}
