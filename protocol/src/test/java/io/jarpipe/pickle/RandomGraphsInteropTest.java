package io.jarpipe.pickle;

import static org.assertj.core.api.Assertions.assertThat;

import io.jarpipe.testing.PythonProcess;
import io.jarpipe.testing.Pythons;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every interpreter sends random graphs of values, in random protocols, and gets them back from Java: the same types,
 * values, order, sharing and cycles. Java answers in protocols 2 to 5 in turn.
 */
@Timeout(300)
class RandomGraphsInteropTest {
    private static final int MANY = 30_000;
    private static final int FEW = 3_000;

    static Stream<Arguments> pythons() {
        List<Pythons.Python> all = Pythons.all();
        return all.stream().map(python -> Arguments.of(python, python.equals(all.getLast()) ? MANY : FEW));
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void values_come_back_unchanged(Pythons.Python python, int count) throws IOException {
        List<JarpipeCodec> codecs = new ArrayList<>();
        for (int protocol = JarpipeCodec.LOWEST_PROTOCOL; protocol <= JarpipeCodec.HIGHEST_PROTOCOL; protocol++) {
            codecs.add(new JarpipeCodec().withProtocol(protocol));
        }
        String[] arguments = {Integer.toString(20_260_000 + python.minor()), Integer.toString(count)};
        try (PythonProcess peer =
                new PythonProcess(python, "random_graphs.py", RandomGraphsInteropTest.class, arguments)) {
            byte[] message = peer.receive();
            int number = 0;
            while (message[0] != 'r') {
                List<byte[]> answers = new ArrayList<>();
                for (Object pickle : (List<?>) codecs.getFirst().decode(message)) {
                    answers.add(echo(codecs.get(number++ % codecs.size()), (byte[]) pickle));
                }
                peer.send(codecs.getLast().encode(answers));
                message = peer.receive();
            }
            assertThat(new String(message, StandardCharsets.UTF_8))
                    .isEqualTo("report: " + count + " values, 0 changed");
        }
    }

    private static byte[] echo(PickleCodec codec, byte[] pickle) {
        try {
            return codec.encode(codec.decode(pickle));
        } catch (IOException e) {
            return e.toString().getBytes(StandardCharsets.UTF_8);
        }
    }
}
