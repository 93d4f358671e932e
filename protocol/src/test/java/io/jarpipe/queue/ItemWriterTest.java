package io.jarpipe.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.connection.FrameReader;
import io.jarpipe.os.Await;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Fd;
import io.jarpipe.os.NamedSemaphore;
import io.jarpipe.os.Sockets;
import io.jarpipe.os.Transport;
import io.jarpipe.os.UseCount;
import io.jarpipe.sync.SemLock;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What happens to items when the JVM cannot start a thread for the feeder, as where the number of threads is limited.
 */
final class ItemWriterTest {
    private static final String NAME =
            "/jarpipe-writer-" + ProcessHandle.current().pid();
    private static final int SLOTS = 10;

    private volatile boolean isReleased;
    private final UseCount uses = new UseCount(() -> isReleased = true);
    private boolean threadsAreToBeHad;
    private Transport reading;
    private Transport writing;
    private SemLock writeLock;
    private SemLock slots;
    private ItemWriter writer;

    @BeforeEach
    void open() throws IOException {
        List<Fd> pipe = Sockets.pipe();
        reading = Transport.adopt(pipe.get(0), true, false);
        writing = Transport.adopt(pipe.get(1), false, true);
        writeLock = new SemLock(NamedSemaphore.create(NAME + "-lock", 1), 1);
        slots = new SemLock(NamedSemaphore.create(NAME + "-slots", SLOTS), SLOTS);
        ThreadFactory feeders = task -> new Thread(task) {
            @Override
            public void start() {
                if (!threadsAreToBeHad) {
                    throw new OutOfMemoryError("unable to create native thread");
                }
                super.start();
            }
        };
        writer = new ItemWriter(writing, writeLock, new Account(slots, null, uses), uses, feeders);
    }

    @AfterEach
    void close() throws IOException {
        reading.close();
        writing.close();
        writeLock.close();
        slots.close();
        NamedSemaphore.unlink(NAME + "-lock");
        NamedSemaphore.unlink(NAME + "-slots");
    }

    private boolean put(int length) throws Exception {
        assertThat(slots.tryAcquire()).isTrue();
        return writer.put(new byte[length], Long.MAX_VALUE, Deadline.NEVER);
    }

    private int lengthOfNext() throws Exception {
        return new FrameReader(reading, 1 << 20).read(Deadline.NEVER).length;
    }

    @Test
    void an_item_that_was_begun_is_finished_by_who_puts_it() throws Exception {
        FutureTask<Boolean> putting = new FutureTask<>(() -> put(200_000));
        Thread.ofPlatform().daemon().start(putting);
        Await.until("as much as fits was written", () -> putting.isDone() || isFull());
        assertThat(lengthOfNext()).isEqualTo(200_000);
        assertThat(putting.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(writeLock.value()).isOne();
        assertThat(writer.unwritten()).isZero();
        assertGoesOn();
    }

    private boolean isFull() {
        try {
            return reading.bytesInside() > 60_000;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void an_item_that_was_not_begun_is_refused_and_leaves_nothing() throws Exception {
        assertThat(writeLock.tryAcquire()).isTrue(); // as another producer does
        assertThatThrownBy(() -> put(100))
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessage("an item of 100 bytes cannot be written to the queue now, and no thread can be started that"
                        + " does it later: allow the process more threads (unable to create native thread)");
        assertThat(slots.value()).isEqualTo(SLOTS);
        assertThat(writer.unwritten()).isZero();
        writer.join();
        writeLock.release();
        assertGoesOn();
    }

    /** With threads again, nothing is left of the time without. */
    private void assertGoesOn() throws Exception {
        threadsAreToBeHad = true;
        assertThat(put(100_000)).isTrue();
        assertThat(put(100)).isTrue();
        assertThat(lengthOfNext()).isEqualTo(100_000);
        assertThat(lengthOfNext()).isEqualTo(100);
        writer.join();
        uses.close();
        Await.until("no use is left", () -> isReleased);
    }
}
