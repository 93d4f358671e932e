package io.jarpipe.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.jarpipe.os.Deadline;
import io.jarpipe.os.Fd;
import io.jarpipe.os.NamedSemaphore;
import io.jarpipe.os.Sockets;
import io.jarpipe.os.Transport;
import io.jarpipe.os.UseCount;
import io.jarpipe.sync.SemLock;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens to an item that comes in parts when the JVM cannot start a thread for the rest. */
final class ItemReaderTest {
    private static final String NAME =
            "/jarpipe-reader-" + ProcessHandle.current().pid();
    private static final byte[] FRAME = {0, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8};
    private static final int BEGUN = 6;

    private final AtomicInteger slotsGivenBack = new AtomicInteger();
    private final CountDownLatch asked = new CountDownLatch(1);
    private volatile boolean isReleased;
    private final UseCount uses = new UseCount(() -> isReleased = true);
    private Transport reading;
    private Transport writing;
    private SemLock readLock;
    private ItemReader reader;

    @BeforeEach
    void open() throws IOException {
        List<Fd> pipe = Sockets.pipe();
        reading = Transport.adopt(pipe.get(0), true, false);
        writing = Transport.adopt(pipe.get(1), false, true);
        readLock = new SemLock(NamedSemaphore.create(NAME, 1), 1);
        reader =
                new ItemReader(reading, 100, readLock, slotsGivenBack::incrementAndGet, uses, task -> new Thread(task) {
                    @Override
                    public void start() {
                        asked.countDown();
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                });
    }

    @AfterEach
    void close() throws IOException {
        reading.close();
        writing.close();
        readLock.close();
        NamedSemaphore.unlink(NAME);
    }

    private void write(byte... bytes) throws Exception {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            assertThat(writing.write(memory, Deadline.NEVER, Transport.Waiting.INTERRUPTIBLE))
                    .isEqualTo(bytes.length);
        }
    }

    @Test
    void who_has_begun_it_takes_the_rest_late() throws Exception {
        write(Arrays.copyOf(FRAME, BEGUN));
        FutureTask<byte[]> taking =
                new FutureTask<>(() -> reader.take(Deadline.after(Duration.ofMillis(1)), Batch.upTo(1)));
        Thread.ofPlatform().daemon().start(taking);
        assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(readLock.value()).isZero();
        write(Arrays.copyOfRange(FRAME, BEGUN, FRAME.length));
        byte[] first = taking.get(30, TimeUnit.SECONDS);
        byte[] item = first == null ? reader.take(Deadline.NOW, Batch.upTo(1)) : first;
        assertThat(item).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(slotsGivenBack).hasValue(1);
        assertThat(readLock.value()).isOne();
        uses.close();
        assertThat(isReleased).isTrue();
    }
}
