package io.jarpipe.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.MpQueue;
import io.jarpipe.MpTypeException;
import io.jarpipe.PyArray;
import io.jarpipe.PyByteArray;
import io.jarpipe.PyDecimal;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.dict.PyDict;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class ConvertersTest {
    @SuppressWarnings("unused") // read by reflection
    private static void declared(
            List<String> strings,
            Map<String, Integer> counts,
            Set<Long> ids,
            Optional<Double> maybe,
            List<? extends Number> wild,
            MpQueue<String> queue) {}

    private static Type declared(int index) {
        Method method = Arrays.stream(ConvertersTest.class.getDeclaredMethods())
                .filter(candidate -> candidate.getName().equals("declared") && candidate.getParameterCount() > 1)
                .findFirst()
                .orElseThrow();
        return method.getGenericParameterTypes()[index];
    }

    private static Object convert(Type type, Object value) throws MpTypeException {
        return Converters.of(type).convert(value, "x");
    }

    private static void assertRefused(Type type, Object value, String message) {
        assertThatThrownBy(() -> convert(type, value))
                .isInstanceOf(MpTypeException.class)
                .hasMessageContaining(message);
    }

    @Test
    void takes_numbers_that_fit_exactly() throws Exception {
        assertThat(convert(int.class, 7L)).isEqualTo(7);
        assertThat(convert(Long.class, 7L)).isEqualTo(7L);
        assertThat(convert(short.class, -32768L)).isEqualTo((short) -32768);
        assertThat(convert(byte.class, 127L)).isEqualTo((byte) 127);
        assertThat(convert(double.class, 3L)).isEqualTo(3.0);
        assertThat(convert(double.class, 0.1)).isEqualTo(0.1);
        assertThat(convert(float.class, 0.5)).isEqualTo(0.5f);
        assertThat(convert(BigInteger.class, 7L)).isEqualTo(BigInteger.valueOf(7));
        assertThat(convert(char.class, "ü")).isEqualTo('ü');
    }

    @Test
    void refuses_numbers_that_do_not() {
        assertRefused(int.class, 1L << 31, "x: Python int cannot be a Java int: 2147483648 does not fit exactly");
        assertRefused(byte.class, 128L, "128 does not fit exactly");
        assertRefused(long.class, BigInteger.ONE.shiftLeft(64), "does not fit exactly");
        assertRefused(double.class, (1L << 53) + 1, "does not fit exactly");
        assertRefused(float.class, 0.1, "does not fit exactly");
        assertRefused(int.class, 1.0, "Python float cannot be a Java int");
        assertRefused(int.class, true, "Python bool cannot be a Java int");
        assertRefused(boolean.class, 1L, "Python int cannot be a Java boolean");
        assertRefused(String.class, 1L, "Python int cannot be a Java java.lang.String");
    }

    @Test
    void makes_read_only_buffers_of_bytes() throws Exception {
        ByteBuffer view = ByteBuffer.wrap(new byte[] {1, 2}).asReadOnlyBuffer();
        assertThat(convert(ByteBuffer.class, view)).isSameAs(view);
        for (Object bytes : List.of(new byte[] {1, 2}, new PyByteArray(new byte[] {1, 2}))) {
            ByteBuffer buffer = (ByteBuffer) convert(ByteBuffer.class, bytes);
            assertThat(buffer).isEqualTo(view);
            assertThat(buffer.isReadOnly()).isTrue();
        }
        assertRefused(ByteBuffer.class, "ab", "Python str cannot be a Java java.nio.ByteBuffer");
    }

    @Test
    void lets_none_be_every_reference_and_no_primitive() throws Exception {
        assertThat(convert(Integer.class, null)).isNull();
        assertThat(convert(declared(0), null)).isNull();
        assertThat(convert(declared(3), null)).isEqualTo(Optional.empty());
        assertRefused(int.class, null, "Python NoneType cannot be a Java int");
    }

    @Test
    void converts_what_containers_contain_and_says_where_it_cannot() throws Exception {
        assertThat(convert(declared(0), List.of("a", "b"))).isEqualTo(List.of("a", "b"));
        assertThat(convert(declared(0), PyTuple.of("a"))).isEqualTo(List.of("a"));
        assertThat(convert(declared(1), new LinkedHashMap<>(Map.of("k", 1L)))).isEqualTo(Map.of("k", 1));
        assertThat(convert(declared(2), Set.of(1L))).isEqualTo(Set.of(1L));
        assertThat(convert(declared(3), 1.5)).isEqualTo(Optional.of(1.5));
        assertThat(convert(declared(4), List.of(1L, 2.5))).isEqualTo(List.of(1L, 2.5));
        assertRefused(declared(0), List.of("a", 1L), "x[1]: Python int cannot be a Java java.lang.String");
        assertRefused(declared(1), Map.of("k", "v"), "x[k]: Python str cannot be a Java java.lang.Integer");
        PyDict dict = new PyDict();
        dict.put("k", 1L);
        assertThat(convert(LinkedHashMap.class, dict)).isEqualTo(dict).isInstanceOf(LinkedHashMap.class);
        assertThat(convert(SequencedMap.class, dict)).isEqualTo(dict);
        assertThat(convert(HashMap.class, dict)).isEqualTo(dict);
        assertThat(convert(Map.class, dict)).isSameAs(dict);
        assertRefused(TreeMap.class, dict, "x: Python dict cannot be a Java java.util.TreeMap");
        assertRefused(declared(2), List.of(1L), "x: Python list cannot be a Java java.util.Set<java.lang.Long>");
    }

    @Test
    void makes_arrays_of_lists_and_tuples() throws Exception {
        assertThat((int[]) convert(int[].class, List.of(1L, 2L))).containsExactly(1, 2);
        assertThat((String[]) convert(String[].class, PyTuple.of("a", null))).containsExactly("a", null);
        assertThat((double[][]) convert(double[][].class, List.of(List.of(1.0), List.of())))
                .isDeepEqualTo(new double[][] {{1.0}, {}});
        assertThat((byte[]) convert(byte[].class, new byte[] {1})).containsExactly(1);
        assertRefused(int[].class, List.of(1L, "2"), "x[1]: Python str cannot be a Java int");
        assertRefused(byte[].class, List.of(1L), "Python list cannot be a Java byte[]");
    }

    @Test
    void takes_times_and_decimals_that_fit_exactly() throws Exception {
        OffsetDateTime time = OffsetDateTime.of(2024, 2, 29, 1, 2, 3, 0, ZoneOffset.ofHours(1));
        assertThat(convert(OffsetDateTime.class, time)).isEqualTo(time);
        assertThat(convert(Instant.class, time)).isEqualTo(time.toInstant());
        assertThat(convert(ZonedDateTime.class, time)).isEqualTo(time.toZonedDateTime());
        assertThat(convert(Duration.class, Duration.ZERO)).isEqualTo(Duration.ZERO);
        assertThat(convert(BigDecimal.class, 7L)).isEqualTo(new BigDecimal(7));
        assertThat(convert(BigDecimal.class, new BigDecimal("1.50"))).isEqualTo(new BigDecimal("1.50"));
        PyObject path = PyObject.reduce(new PyGlobal("pathlib", "PosixPath"), PyTuple.of("/a", "b"));
        assertThat(convert(Path.class, path)).isEqualTo(Path.of("/a/b"));
        assertRefused(Instant.class, LocalDateTime.MIN, "Python datetime.datetime cannot be a Java java.time.Instant");
        assertRefused(BigDecimal.class, PyDecimal.of("NaN"), "Python decimal.Decimal cannot be");
        assertRefused(LocalDate.class, LocalDateTime.MIN, "Python datetime.datetime cannot be");
        assertRefused(int.class, new BigDecimal("1"), "Python decimal.Decimal cannot be a Java int");
    }

    @Test
    void makes_arrays_of_python_arrays() throws Exception {
        assertThat((int[]) convert(int[].class, PyArray.of(1L, 2L))).containsExactly(1, 2);
        assertThat((float[]) convert(float[].class, PyArray.of(0.5f))).containsExactly(0.5f);
        assertThat((double[]) convert(double[].class, PyArray.of(1, 2))).containsExactly(1, 2);
        assertRefused(int[].class, PyArray.of(1L << 40), "x[0]: Python int cannot be a Java int");
        assertRefused(String[].class, PyArray.of(1), "x[0]: Python int cannot be");
    }

    @Test
    void refuses_anything_but_a_queue_as_a_queue() {
        assertRefused(declared(5), "jobs", "x: Python str cannot be a Java io.jarpipe.MpQueue<java.lang.String>");
    }
}
