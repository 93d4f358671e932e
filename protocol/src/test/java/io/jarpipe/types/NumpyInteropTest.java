package io.jarpipe.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.jarpipe.NdArray;
import io.jarpipe.PickleException;
import io.jarpipe.PyObject;
import io.jarpipe.pickle.RazorvineCodec;
import io.jarpipe.testing.PythonProcess;
import io.jarpipe.testing.Pythons;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * numpy sends arrays through Java, in every protocol. The interpreters are those that have numpy, and those named in
 * JARPIPE_NUMPY_PYTHONS (executables, separated by colons).
 */
@Timeout(120)
class NumpyInteropTest {
    private static final String REPORT = "report: ";
    private static final String VARIABLE = "JARPIPE_NUMPY_PYTHONS";

    private final RazorvineCodec codec = new RazorvineCodec();

    private static List<Pythons.Python> pythons() throws IOException, InterruptedException {
        String named = System.getenv(VARIABLE);
        Stream<Pythons.Python> others = named == null
                ? Stream.of()
                : Arrays.stream(named.split(":", -1)).map(path -> new Pythons.Python(0, 0, Path.of(path)));
        List<Pythons.Python> candidates =
                Stream.concat(Pythons.all().stream(), others).toList();
        ArrayList<Pythons.Python> found = new ArrayList<>();
        for (Pythons.Python python : candidates) {
            Process probe = new ProcessBuilder(python.executable().toString(), "-c", "import numpy")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (probe.waitFor() == 0) {
                found.add(python);
            }
        }
        return found;
    }

    @Test
    void arrays_are_seen_and_return_unchanged() throws IOException, InterruptedException {
        List<Pythons.Python> pythons = pythons();
        assumeFalse(pythons.isEmpty(), "NOT TESTED: no interpreter has numpy; name some in " + VARIABLE);
        for (Pythons.Python python : pythons) {
            try (PythonProcess peer = new PythonProcess(python, "numpy_values.py", NumpyInteropTest.class)) {
                assertThat(converse(peer)).matches("report: numpy [0-9.]+: [0-9]{4,} values, 0 changed");
            }
        }
    }

    private String converse(PythonProcess peer) throws IOException {
        while (true) {
            byte[] message = peer.receive();
            String text = new String(message, StandardCharsets.ISO_8859_1);
            if (text.startsWith(REPORT)) {
                return text;
            }
            peer.send(answer(Arrays.copyOfRange(message, text.indexOf('\n') + 1, message.length)));
        }
    }

    private byte[] answer(byte[] pickle) throws PickleException {
        Object value = codec.decode(pickle);
        NdArray array = null;
        String seen = "opaque";
        try {
            array = value instanceof PyObject object ? NdArray.of(object) : null;
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("no numpy array of plain numbers");
        }
        NdArray made = null;
        if (array != null) {
            boolean wide = array.dtype().endsWith("8") && !array.dtype().endsWith("f8");
            double[] elements =
                    wide ? Arrays.stream(array.toLongArray()).asDoubleStream().toArray() : array.toDoubleArray();
            String hex = Arrays.stream(elements).mapToObj(NumpyInteropTest::hex).collect(Collectors.joining(" "));
            seen = array.dtype() + " " + Arrays.toString(array.shape()) + " " + hex;
            made = array.shape().length == 0 ? null : NdArray.of(elements, array.shape());
        }
        byte[] back = codec.encode(value);
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        answer.writeBytes((seen + "\n").getBytes(StandardCharsets.ISO_8859_1));
        answer.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(back.length).array());
        answer.writeBytes(back);
        answer.writeBytes(codec.encode(made));
        return answer.toByteArray();
    }

    /** Writes a number as Python's {@code float.hex} does. */
    private static String hex(double number) {
        if (Double.isInfinite(number)) {
            return number > 0 ? "inf" : "-inf";
        }
        String[] parts = Double.toHexString(number).split("\\.|p", 3);
        boolean zero = number == 0;
        String digits = zero ? parts[1] : (parts[1] + "0".repeat(13)).substring(0, 13);
        return parts[0] + "." + digits + "p" + (parts[2].startsWith("-") ? "" : "+") + parts[2];
    }

    @Test
    void java_arrays_keep_type_and_shape() throws PickleException {
        assertAgain(NdArray.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3), "<f8", 2, 3);
        assertAgain(NdArray.of(new float[] {1, 2}), "<f4", 2);
        assertAgain(NdArray.of(new long[] {Long.MIN_VALUE}, 1, 1), "<i8", 1, 1);
        assertAgain(NdArray.of(new int[0], 0, 5), "<i4", 0, 5);
        assertAgain(NdArray.ofBytes(new byte[] {-1}), "|u1", 1);
        assertThatThrownBy(() -> NdArray.of(new int[4], 3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> NdArray.of(new int[4], -2, -2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> NdArray.of(new int[0], 65536, 65536)).isInstanceOf(IllegalArgumentException.class);
        assertThat(NdArray.ofBytes(new byte[] {-1}).toIntArray()).containsExactly(255);
        assertThatThrownBy(() -> NdArray.of(new long[] {1}).toDoubleArray()).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> NdArray.of(new long[] {1L << 40}).toIntArray())
                .isInstanceOf(ArithmeticException.class);
    }

    private void assertAgain(NdArray array, String dtype, int... shape) throws PickleException {
        NdArray again = NdArray.of((PyObject) codec.decode(codec.encode(array)));
        assertThat(again).isEqualTo(array).hasSameHashCodeAs(array);
        assertThat(again.dtype()).isEqualTo(dtype);
        assertThat(again.shape()).containsExactly(shape);
    }
}
