package io.jarpipe.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.PosixException;
import io.jarpipe.os.Transport.Waiting;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class NamedSemaphoreTest {
    private static final Deadline SOON = Deadline.after(Duration.ofSeconds(30));

    private final String name = "/jarpipe-test-" + ProcessHandle.current().pid();
    private NamedSemaphore semaphore;

    @BeforeEach
    void create() throws IOException {
        semaphore = NamedSemaphore.create(name, 1);
    }

    @AfterEach
    void unlink() throws IOException {
        semaphore.close();
        NamedSemaphore.unlink(name);
    }

    @Test
    void counts_across_attachments() throws Exception {
        try (NamedSemaphore other = NamedSemaphore.open(name)) {
            assertThat(other.tryAcquire()).isTrue();
            assertThat(semaphore.tryAcquire()).isFalse();
            assertThat(semaphore.value()).isZero();
            semaphore.release();
            assertThat(other.acquire(SOON, Waiting.INTERRUPTIBLE)).isTrue();
            other.release();
        }
        assertThat(semaphore.value()).isOne();
    }

    @Test
    void gives_up_when_the_deadline_passes() throws Exception {
        semaphore.tryAcquire();
        assertThat(semaphore.acquire(Deadline.NOW, Waiting.INTERRUPTIBLE)).isFalse();
        assertThat(semaphore.acquire(Deadline.after(Duration.ofMillis(5)), Waiting.INTERRUPTIBLE))
                .isFalse();
    }

    @Test
    void names_a_semaphore_that_is_gone_or_taken() {
        assertThatThrownBy(() -> NamedSemaphore.open(name + "-none"))
                .isInstanceOfSatisfying(PosixException.class, e -> {
                    assertThat(e.errnoName()).isEqualTo("ENOENT");
                    assertThat(e.subject()).isEqualTo(name + "-none");
                });
        assertThatThrownBy(() -> NamedSemaphore.create(name, 1))
                .isInstanceOfSatisfying(
                        PosixException.class, e -> assertThat(e.errnoName()).isEqualTo("EEXIST"));
    }

    @Test
    void an_interrupt_ends_a_wait() throws Exception {
        semaphore.tryAcquire();
        Waiting waiting = Waiting.INTERRUPTIBLE;
        FutureTask<Boolean> wait = new FutureTask<>(() -> semaphore.acquire(Deadline.NEVER, waiting));
        Thread thread = startAndAwaitFutex(wait);
        thread.interrupt();
        assertThatThrownBy(() -> wait.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
    }

    @Test
    void closing_ends_a_wait_and_unmaps_the_semaphore() throws Exception {
        semaphore.tryAcquire();
        NamedSemaphore other = NamedSemaphore.open(name);
        FutureTask<Boolean> wait = new FutureTask<>(() -> other.acquire(Deadline.NEVER, Waiting.UNTIL_COMPLETE));
        startAndAwaitFutex(wait);
        other.close();
        assertThatThrownBy(() -> wait.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(ClosedChannelException.class);
        semaphore.close();
        assertThat(Files.readString(Path.of("/proc/self/maps"))).doesNotContain(name.substring(1));
    }

    private static Thread startAndAwaitFutex(FutureTask<?> wait) {
        CompletableFuture<Integer> tid = new CompletableFuture<>();
        Thread thread = Thread.ofPlatform().daemon().start(() -> {
            tid.complete(Threads.kernelId());
            wait.run();
        });
        int kernelId = tid.join();
        Await.until("the thread waits in sem_clockwait", () -> Await.isInSyscall(kernelId, "futex"));
        return thread;
    }
}
