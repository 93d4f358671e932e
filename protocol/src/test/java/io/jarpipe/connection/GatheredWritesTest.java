package io.jarpipe.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.jarpipe.os.Deadline;
import io.jarpipe.os.Fd;
import io.jarpipe.os.Sockets;
import io.jarpipe.os.Transport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several messages in one write: what is complete, what is begun, and that the stream stays whole. */
final class GatheredWritesTest {
    private Transport readEnd;
    private Transport writeEnd;
    private FrameReader reader;
    private FrameWriter writer;

    @BeforeEach
    void open() throws IOException {
        List<Fd> pipe = Sockets.pipe();
        readEnd = Transport.adopt(pipe.get(0), true, false);
        writeEnd = Transport.adopt(pipe.get(1), false, true);
        reader = new FrameReader(readEnd, 1 << 20);
        writer = new FrameWriter(writeEnd);
    }

    @AfterEach
    void close() {
        readEnd.close();
        writeEnd.close();
    }

    private static byte[] message(int number, int length) {
        byte[] message = new byte[length];
        Arrays.fill(message, (byte) number);
        return message;
    }

    private static List<OutgoingFrame> frames(List<byte[]> messages) {
        return messages.stream().map(OutgoingFrame::new).toList();
    }

    private void assertReads(List<byte[]> messages) throws Exception {
        for (byte[] message : messages) {
            assertThat(reader.read(Deadline.NEVER)).isEqualTo(message);
        }
        assertThat(reader.read(Deadline.NOW)).isNull();
    }

    @Test
    void all_go_together_where_there_is_room() throws Exception {
        List<byte[]> messages =
                IntStream.range(0, 50).mapToObj(i -> message(i, i * 7)).toList();
        List<OutgoingFrame> frames = frames(messages);
        writer.writeNow(frames);
        assertThat(frames).allMatch(OutgoingFrame::isWritten);
        assertReads(messages);
    }

    @Test
    void at_most_one_is_begun_where_there_is_not() throws Exception {
        List<byte[]> written = new ArrayList<>();
        List<OutgoingFrame> left = List.of();
        while (left.isEmpty()) {
            List<byte[]> messages =
                    IntStream.range(0, 5).mapToObj(i -> message(i, 1_777)).toList();
            List<OutgoingFrame> frames = frames(messages);
            writer.writeNow(frames);
            left = frames.stream().filter(frame -> !frame.isWritten()).toList();
            assertThat(left).as("the complete ones come first").isEqualTo(frames.subList(5 - left.size(), 5));
            assertThat(left.stream().skip(1)).noneMatch(OutgoingFrame::isBegun);
            written.addAll(messages.subList(0, 5 - left.size()));
            if (!left.isEmpty() && left.getFirst().isPartial()) {
                written.add(messages.get(5 - left.size()));
            }
        }
        writer.writeNow(left);
        assertThat(left.getFirst().isWritten()).as("no room for the rest").isFalse();
        for (int i = 0; i < 10; i++) {
            assertThat(reader.read(Deadline.NEVER)).isEqualTo(written.removeFirst());
        }
        if (left.getFirst().isPartial()) {
            writer.writeNow(left.subList(0, 1));
            assertThat(left.getFirst().isWritten()).isTrue();
        }
        assertReads(written);
    }

    @Test
    void a_long_one_goes_alone() throws Exception {
        List<byte[]> messages = List.of(message(1, 100_000), message(2, 10));
        List<OutgoingFrame> frames = frames(messages);
        writer.writeNow(frames);
        assertThat(frames.getFirst().isPartial()).isTrue();
        assertThat(frames.getLast().isBegun()).isFalse();
        Thread rest = Thread.ofPlatform().start(() -> {
            try {
                writer.finish(frames.getFirst());
                writer.writeNow(frames.subList(1, 2));
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(reader.read(Deadline.NEVER)).isEqualTo(messages.getFirst());
        rest.join();
        assertReads(messages.subList(1, 2));
    }
}
