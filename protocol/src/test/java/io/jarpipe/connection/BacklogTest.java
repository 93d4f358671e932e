package io.jarpipe.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.os.Deadline;
import io.jarpipe.os.Fd;
import io.jarpipe.os.NativeMemory;
import io.jarpipe.os.Sockets;
import io.jarpipe.os.Transport;
import io.jarpipe.wire.FrameEncoder;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that wait in native memory: their order, which of them is begun, and that the memory is given back. */
final class BacklogTest {
    private static final int MOST = 16 * 1024;
    private static final int[] SIZES = {0, 1, 118, 1_000, 4_092, 16_384, 16_385, 100_000, 262_140, 300_000, 3_000_000};

    private final List<Long> written = new ArrayList<>();
    private final Backlog backlog = new Backlog(written::add);
    private long before;

    @BeforeEach
    void remember() {
        before = NativeMemory.inUse();
    }

    @AfterEach
    void assertNothingIsLeft() {
        backlog.drop();
        assertThat(NativeMemory.inUse()).isEqualTo(before);
    }

    private static byte[] message(int number, int length) {
        byte[] message = new byte[length];
        Arrays.fill(message, (byte) number);
        return message;
    }

    private void add(int number, int length) {
        backlog.add(new OutgoingFrame(message(number, length)));
    }

    private byte[] next() {
        return backlog.next(MOST).toArray(ValueLayout.JAVA_BYTE);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void what_is_written_in_portions_of_any_size_is_what_was_added(long seed) {
        Random random = new Random(seed);
        ByteArrayOutputStream added = new ByteArrayOutputStream();
        ByteArrayOutputStream taken = new ByteArrayOutputStream();
        List<Long> lengths = new ArrayList<>();
        for (int step = 0; step < 400 || backlog.size() > 0; step++) {
            if (step < 400 && random.nextBoolean()) {
                byte[] message = new byte[SIZES[random.nextInt(SIZES.length)]];
                random.nextBytes(message);
                backlog.add(new OutgoingFrame(message));
                added.writeBytes(FrameEncoder.frame(message));
                lengths.add((long) message.length);
            } else if (backlog.size() > 0) {
                byte[] next = next();
                int count = random.nextBoolean() ? next.length : random.nextInt(next.length + 1);
                taken.write(next, 0, count);
                backlog.advance(count);
                assertThat(backlog.isBegun()).as("seed %d, step %d", seed, step).isEqualTo(isInside(taken, lengths));
            }
            assertThat(backlog.size()).isEqualTo(lengths.size() - written.size());
        }
        assertThat(taken.toByteArray()).as("seed %d", seed).isEqualTo(added.toByteArray());
        assertThat(written).isEqualTo(lengths);
        assertThat(NativeMemory.inUse()).as("memory of an empty one").isEqualTo(before);
    }

    private boolean isInside(ByteArrayOutputStream taken, List<Long> lengths) {
        LongStream whole =
                lengths.stream().limit(written.size()).mapToLong(length -> FrameEncoder.headerSize(length) + length);
        return taken.size() > whole.sum();
    }

    @Test
    void small_ones_are_gathered_and_a_long_one_goes_alone() {
        add(1, 8_000);
        add(2, 8_000);
        add(3, 8_000);
        add(4, 100_000);
        assertThat(next()).hasSize(2 * 8_004);
        backlog.advance(2 * 8_004);
        assertThat(next()).hasSize(8_004);
        backlog.advance(8_004);
        assertThat(next()).hasSize(100_004);
        backlog.advance(50_000);
        add(5, 10);
        assertThat(next()).as("what is left of a long one").hasSize(50_004);
    }

    @Test
    void a_frame_that_was_begun_goes_on_where_it_was() {
        OutgoingFrame frame = new OutgoingFrame(message(7, 1_000));
        frame.advance(2); // in the middle of its header
        backlog.add(frame);
        add(8, 3);
        assertThat(backlog.isBegun()).isTrue();
        assertThat(backlog.begunBody()).isEqualTo(1_000);
        byte[] whole = FrameEncoder.frame(message(7, 1_000));
        assertThat(next())
                .startsWith(Arrays.copyOfRange(whole, 2, whole.length))
                .hasSize(1_002 + 7);
    }

    @Test
    void all_are_dropped_but_the_one_that_was_begun() {
        add(1, 100);
        add(2, 5);
        add(3, 300_000);
        backlog.advance(50);
        assertThat(backlog.dropWhole()).isEqualTo(2);
        assertThat(backlog.size()).isOne();
        assertThat(next()).hasSize(54);
        backlog.advance(54);
        assertThat(written).containsExactly(100L);
        add(4, 1);
        add(5, 400_000);
        assertThat(backlog.dropWhole()).as("none was begun").isEqualTo(2);
        assertThat(backlog.size()).isZero();
        assertThat(NativeMemory.inUse()).isEqualTo(before);
    }

    @Test
    @SuppressWarnings("restricted") // its memory is not there, and nobody looks
    void one_that_finds_no_memory_leaves_the_others_as_they_were() {
        add(1, 100);
        long inUse = NativeMemory.inUse();
        MemorySegment endless =
                MemorySegment.NULL.reinterpret(Runtime.getRuntime().maxMemory());
        assertThatThrownBy(() -> backlog.add(new OutgoingFrame(endless)))
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessageStartingWith("no native memory for ")
                .hasMessageContaining(
                        inUse + " are in use (limit: " + Runtime.getRuntime().maxMemory() + ", as for the heap, -Xmx)");
        assertThat(NativeMemory.inUse()).isEqualTo(inUse);
        assertThat(next()).isEqualTo(FrameEncoder.frame(message(1, 100)));
    }

    @Test
    void a_reader_of_the_pipe_gets_them_whole() throws Exception {
        List<Fd> pipe = Sockets.pipe();
        try (Transport readEnd = Transport.adopt(pipe.get(0), true, false);
                Transport writeEnd = Transport.adopt(pipe.get(1), false, true)) {
            FrameWriter writer = new FrameWriter(writeEnd);
            for (int i = 0; i < SIZES.length; i++) {
                add(i, SIZES[i]);
            }
            Background<Object> writing = Background.start(() -> {
                while (backlog.size() > 0) {
                    writer.awaitRoom(Deadline.NEVER);
                    backlog.advance(writer.writeNow(backlog.next(MOST)));
                }
                return null;
            });
            FrameReader reader = new FrameReader(readEnd, Integer.MAX_VALUE - 8);
            for (int i = 0; i < SIZES.length; i++) {
                assertThat(reader.read(Deadline.NEVER)).isEqualTo(message(i, SIZES[i]));
            }
            writing.result();
        }
    }
}
