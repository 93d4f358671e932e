package io.jarpipe.binding;

import static org.assertj.core.api.Assertions.assertThat;

import io.jarpipe.PickleException;
import io.jarpipe.ProtocolException;
import io.jarpipe.binding.Classes.Box;
import io.jarpipe.binding.Classes.Shape;
import io.jarpipe.pickle.PickleCodec;
import io.jarpipe.pickle.PickleDump;
import io.jarpipe.pickle.RazorvineCodec;
import io.jarpipe.testing.PythonProcess;
import io.jarpipe.testing.Pythons;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Instances of every kind of class become records and constants, in every protocol of every interpreter, and go back;
 * the interpreter compares them with the originals.
 */
@Timeout(120)
class BindingInteropTest {
    private static final String REPORT = "report: ";

    private record Declared(List<Shape> shapes, Box<Classes.Point> boxed) {}

    private final PickleCodec codec = new RazorvineCodec();
    private final Map<String, Integer> received = new HashMap<>();

    static Stream<Pythons.Python> pythons() {
        return Pythons.all().stream();
    }

    private static Type type(String name) throws ClassNotFoundException {
        List<RecordComponent> declared = Arrays.asList(Declared.class.getRecordComponents());
        return switch (name) {
            case "Shapes" -> declared.get(0).getGenericType();
            case "Boxed" -> declared.get(1).getGenericType();
            default -> Class.forName(Classes.class.getName() + "$" + name);
        };
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void objects_come_back_equal(Pythons.Python python) throws Exception {
        try (PythonProcess peer = new PythonProcess(python, "binding_peer.py", BindingInteropTest.class, folder())) {
            String name = peer.receiveText();
            while (!name.startsWith(REPORT)) {
                peer.send(echo(name, peer.receive()));
                name = peer.receiveText();
            }
            assertThat(name).matches("report: [0-9]{3} objects, 0 changed\n");
            assertThat(received)
                    .hasSizeGreaterThanOrEqualTo(25)
                    .containsEntry("Point", 6)
                    .containsEntry("Slots", 4);
        } catch (EOFException e) {
            throw new AssertionError(python + " ended without a report", e);
        }
    }

    private static String folder() throws URISyntaxException {
        return Path.of(BindingInteropTest.class
                        .getResource("binding_classes.py")
                        .toURI())
                .getParent()
                .toString();
    }

    private byte[] echo(String name, byte[] pickle) throws IOException, ClassNotFoundException {
        received.merge(name, 1, Integer::sum);
        Type type = type(name);
        try {
            Object decoded = codec.decode(pickle);
            Object converted = Converters.of(type).convert(decoded, name);
            assertThat(converted).isInstanceOf(JavaType.erasure(type));
            byte[] encoded = codec.encode(converted);
            Object again = Converters.of(type).convert(codec.decode(encoded), name);
            assertThat(again)
                    .as(() -> PickleDump.of(encoded))
                    .usingRecursiveComparison()
                    .isEqualTo(converted);
            return encoded;
        } catch (PickleException e) {
            return e.toString().getBytes(StandardCharsets.UTF_8);
        } catch (ProtocolException e) {
            return e.toString().getBytes(StandardCharsets.UTF_8);
        }
    }
}
