package io.jarpipe.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.testing.NoLeaks;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class OwnedLockTest {
    private final TestSemaphores semaphores = new TestSemaphores();

    @AfterEach
    void unlink() throws IOException {
        semaphores.close();
    }

    @Test
    void rlock_belongs_to_one_thread_of_one_process() throws Exception {
        String name = semaphores.create(1);
        try (ProcessRLock lock = new ProcessRLock(TestSemaphores.open(name, 1));
                ProcessRLock otherProcess = new ProcessRLock(TestSemaphores.open(name, 1))) {
            lock.acquire();
            assertThat(lock.acquire(Duration.ZERO)).isTrue();
            assertThat(lock.tryLock()).isTrue();
            assertThat(otherProcess.acquire(Duration.ZERO)).isFalse();
            assertNotOwned(otherProcess);
            CompletableFuture.runAsync(() -> assertNotOwned(lock)).join();
            for (int i = 0; i < 3; i++) {
                assertThat(TestSemaphores.value(name)).isZero();
                lock.release();
            }
            assertThat(TestSemaphores.value(name)).isOne();
            assertNotOwned(lock);
        }
    }

    private static void assertNotOwned(ProcessRLock lock) {
        assertThat(lock.isHeldByCurrentThread()).isFalse();
        assertThatThrownBy(lock::release)
                .isInstanceOf(IllegalMonitorStateException.class)
                .hasMessage("attempt to release recursive lock not owned by thread");
        assertThatThrownBy(lock::unlock).isInstanceOf(IllegalMonitorStateException.class);
    }

    @Test
    void bounded_semaphore_keeps_its_bound() throws Exception {
        String name = semaphores.create(2);
        try (ProcessBoundedSemaphore semaphore = new ProcessBoundedSemaphore(TestSemaphores.open(name, 2))) {
            assertThatThrownBy(semaphore::release)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("semaphore or lock released too many times");
            semaphore.acquire();
            semaphore.release();
            assertThat(semaphore.value()).isEqualTo(2);
            assertThat(semaphore.bound()).isEqualTo(2);
        }
    }

    @Test
    void knows_what_it_holds_and_gives_that_back() throws Exception {
        String name = semaphores.create(3);
        ProcessSemaphore semaphore = new ProcessSemaphore(TestSemaphores.open(name, SemLock.NO_MAXIMUM));
        assertThat(semaphore.hold()).isEmpty();
        semaphore.acquire();
        semaphore.acquire();
        assertThat(semaphore.hold()).hasValueSatisfying(hold -> {
            assertThat(hold.kind()).isEqualTo("Semaphore");
            assertThat(hold.name()).isEqualTo(name);
            assertThat(hold.count()).isEqualTo(2);
            assertThat(hold.age()).isGreaterThanOrEqualTo(Duration.ZERO);
            assertThat(hold.thread()).isEqualTo(Thread.currentThread().getName());
        });
        assertThat(semaphore.releaseHeld()).isTrue();
        assertThat(TestSemaphores.value(name)).isEqualTo(3);
        assertThat(semaphore.releaseHeld()).isFalse();
        assertThatThrownBy(semaphore::acquire).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void gives_nothing_back_that_another_process_has_released() throws Exception {
        String name = semaphores.create(1);
        ProcessLock lock = new ProcessLock(TestSemaphores.open(name, 1));
        lock.acquire();
        try (ProcessLock otherProcess = new ProcessLock(TestSemaphores.open(name, 1))) {
            otherProcess.release();
        }
        assertThat(lock.releaseHeld()).isFalse();
        assertThat(TestSemaphores.value(name)).isOne();
    }
}
