package io.jarpipe.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.jarpipe.PickleException;
import io.jarpipe.PyArray;
import io.jarpipe.PyByteArray;
import io.jarpipe.PyBytes;
import io.jarpipe.PyComplex;
import io.jarpipe.PyDateTime;
import io.jarpipe.PyDecimal;
import io.jarpipe.PyException;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTime;
import io.jarpipe.binding.Wanted;
import io.jarpipe.testing.Goldens;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Any bytes give a value or a PickleException, within bounded time; a value can be encoded, or says why not. */
@ParameterizedClass
@EnumSource(PickleCodecs.class)
class DecoderFuzzTest {
    private static final int ROUNDS = 120_000;
    /**
     * How long to go on, with another seed each time, and with a limit on what one input may cost; 0 in a normal build:
     * {@code mvn test -pl protocol -Dtest=DecoderFuzzTest -Djarpipe.fuzz.seconds=600 -Djarpipe.test.options=-Xmx256m}.
     */
    private static final long SECONDS = Long.getLong("jarpipe.fuzz.seconds", 0);

    private static final Duration MOST_CPU_TIME = Duration.ofSeconds(1);
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int MAX_SEED_PICKLE_LENGTH = 2000;
    private static final List<Wanted> PURPOSES =
            List.of(Wanted.ANYTHING, Wanted.BUFFER, Wanted.items(List.of("a", "b")));
    private static final List<Opcode> OPCODES = List.of(Opcode.values());

    private final PickleCodec codec;

    DecoderFuzzTest(PickleCodecs kind) {
        codec = kind.create();
    }

    private static byte[] mutate(Random random, List<byte[]> seeds) {
        byte[] pickle = seeds.get(random.nextInt(seeds.size())).clone();
        for (int change = 1 + random.nextInt(4); change > 0; change--) {
            int place = random.nextInt(pickle.length);
            switch (random.nextInt(5)) {
                case 0 -> pickle[place] ^= (byte) (1 << random.nextInt(8));
                case 1 -> pickle[place] = (byte) random.nextInt();
                case 2 ->
                    pickle[place] =
                            (byte) OPCODES.get(random.nextInt(OPCODES.size())).code();
                case 3 -> pickle = Arrays.copyOf(pickle, place + 1);
                default -> pickle = splice(random, pickle, place, seeds.get(random.nextInt(seeds.size())));
            }
        }
        return pickle;
    }

    private static byte[] splice(Random random, byte[] pickle, int place, byte[] other) {
        int from = random.nextInt(other.length);
        byte[] joined = Arrays.copyOf(pickle, place + other.length - from);
        System.arraycopy(other, from, joined, place, other.length - from);
        return joined;
    }

    @Test
    @Timeout(3600)
    void gives_a_value_or_a_pickle_exception() {
        List<byte[]> seeds = Goldens.distinctPickles()
                .map(Goldens.Golden::bytes)
                .filter(bytes -> bytes.length <= MAX_SEED_PICKLE_LENGTH)
                .toList();
        long seed = SECONDS > 0 ? System.nanoTime() : 20250101;
        Random random = new Random(seed);
        long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
        int values = 0;
        int round = 0;
        long slowest = 0;
        for (; round < ROUNDS || System.nanoTime() - end < 0; round++) {
            byte[] pickle = mutate(random, seeds);
            long begin = THREADS.getCurrentThreadCpuTime();
            try {
                Object value = codec.decode(pickle, PURPOSES.get(round % PURPOSES.size()));
                assertKnown(value);
                values++;
                codec.encode(value);
            } catch (PickleException expected) {
                assertThat(expected.getMessage()).isNotEmpty();
            } catch (Throwable unexpected) {
                fail("seed " + seed + ", round " + round + ": " + HexFormat.of().formatHex(pickle), unexpected);
            }
            slowest = Math.max(slowest, THREADS.getCurrentThreadCpuTime() - begin);
        }
        assertThat(values).isBetween(round / 100, round - 1);
        if (SECONDS > 0) {
            System.out.printf(
                    "%s: %,d inputs, %,d of them values, the slowest %.1f ms of CPU time, heap at most %d MiB%n",
                    codec.getClass().getSimpleName(),
                    round,
                    values,
                    slowest / 1e6,
                    Runtime.getRuntime().maxMemory() >> 20);
            assertThat(Duration.ofNanos(slowest)).isLessThan(MOST_CPU_TIME);
        }
    }

    /** Walks a value without recursion; every part must be of a documented type. */
    private static void assertKnown(Object root) {
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Object> rest = new ArrayDeque<>();
        push(rest, root);
        while (!rest.isEmpty()) {
            Object value = rest.pop();
            if (!seen.add(value)) {
                continue;
            }
            switch (value) {
                case Collection<?> elements -> elements.forEach(element -> push(rest, element));
                case Map<?, ?> map ->
                    map.forEach((key, element) -> {
                        push(rest, key);
                        push(rest, element);
                    });
                case PyObject object -> {
                    push(rest, object.callable());
                    push(rest, object.args());
                    push(rest, object.kwargs());
                    push(rest, object.state());
                    push(rest, object.stateSetter());
                    push(rest, object.listItems());
                    push(rest, object.setItems());
                    push(rest, object.dictItems());
                }
                case ByteBuffer buffer -> assertThat(buffer.isReadOnly()).isTrue();
                default ->
                    assertThat(value)
                            .isInstanceOfAny(
                                    String.class,
                                    Long.class,
                                    BigInteger.class,
                                    Double.class,
                                    Boolean.class,
                                    byte[].class,
                                    PyBytes.class,
                                    PyByteArray.class,
                                    PyComplex.class,
                                    PyGlobal.class,
                                    PyArray.class,
                                    PyDateTime.class,
                                    PyDecimal.class,
                                    PyException.class,
                                    PyTime.class,
                                    BigDecimal.class,
                                    Duration.class,
                                    LocalDate.class,
                                    LocalDateTime.class,
                                    LocalTime.class,
                                    OffsetDateTime.class,
                                    OffsetTime.class,
                                    UUID.class,
                                    ZonedDateTime.class);
            }
        }
    }

    private static void push(Deque<Object> rest, Object value) {
        if (value != null) {
            rest.push(value);
        }
    }
}
