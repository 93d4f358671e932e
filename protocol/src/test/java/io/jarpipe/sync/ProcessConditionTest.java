package io.jarpipe.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.os.Await;
import io.jarpipe.testing.NoLeaks;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class ProcessConditionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TestSemaphores semaphores = new TestSemaphores();
    private List<String> names;

    @BeforeEach
    void create() throws IOException {
        names = List.of(semaphores.create(1), semaphores.create(0), semaphores.create(0), semaphores.create(0));
    }

    @AfterEach
    void unlink() throws IOException {
        semaphores.close();
    }

    private ProcessCondition attach() throws IOException {
        return attach(new ProcessLock(TestSemaphores.open(names.get(0), 1)));
    }

    private ProcessCondition attach(OwnedLock lock) throws IOException {
        return new ProcessCondition(lock, counter(1), counter(2), counter(3));
    }

    private SemLock counter(int index) throws IOException {
        return TestSemaphores.open(names.get(index), SemLock.NO_MAXIMUM);
    }

    /** Returns the values of sleeping, woken and wait. */
    private List<Integer> counters() {
        return names.subList(1, 4).stream().map(TestSemaphores::value).toList();
    }

    private static FutureTask<Boolean> waiting(ProcessCondition condition) {
        return new FutureTask<>(() -> {
            condition.acquire();
            try {
                return condition.await(PATIENCE);
            } finally {
                condition.release();
            }
        });
    }

    private void awaitSleepers(int number) {
        Await.until(number + " sleep", () -> counters().get(0) == number);
    }

    @Test
    void wakes_sleepers_of_other_processes() throws Exception {
        try (ProcessCondition one = attach();
                ProcessCondition other = attach()) {
            FutureTask<Boolean> platform = waiting(one);
            FutureTask<Boolean> virtual = waiting(one);
            Thread.ofPlatform().start(platform);
            Thread.ofVirtual().start(virtual);
            awaitSleepers(2);
            other.acquire();
            other.signalAll();
            assertThat(counters()).containsExactly(0, 0, 0);
            other.release();
            assertThat(platform.get()).isTrue();
            assertThat(virtual.get()).isTrue();
        }
    }

    @Test
    void settles_those_that_gave_up_with_the_next_signal() throws Exception {
        try (ProcessCondition condition = attach()) {
            condition.acquire();
            assertThat(condition.await(Duration.ofMillis(1))).isFalse();
            assertThat(counters()).containsExactly(1, 1, 0);
            condition.signal();
            assertThat(counters()).containsExactly(0, 0, 0);
            condition.release();
        }
        assertThat(TestSemaphores.value(names.get(0))).isOne();
    }

    @Test
    void close_ends_a_signal_that_a_dead_sleeper_does_not_answer() throws Exception {
        try (SemLock sleeping = counter(1)) {
            sleeping.release(); // by one that was killed
        }
        ProcessCondition condition = attach();
        FutureTask<Boolean> signalling = new FutureTask<>(() -> {
            condition.acquire();
            assertThatThrownBy(condition::signal).isInstanceOf(ClosedChannelException.class);
            return true;
        });
        Thread.ofPlatform().start(signalling);
        Await.until("it waits for an answer", () -> counters().equals(List.of(0, 0, 1)));
        condition.close();
        assertThat(signalling.get()).isTrue();
        assertThat(counters()).as("as before").containsExactly(1, 0, 0);
    }

    @Test
    void interrupt_ends_the_wait_with_the_lock_held_again() throws Exception {
        try (ProcessCondition condition = attach()) {
            FutureTask<List<Integer>> interrupted = new FutureTask<>(() -> {
                condition.acquire();
                assertThatThrownBy(condition::await).isInstanceOf(InterruptedException.class);
                assertThat(condition.isMine()).isTrue();
                condition.release();
                return counters();
            });
            Thread thread = Thread.ofPlatform().start(interrupted);
            awaitSleepers(1);
            thread.interrupt();
            assertThat(interrupted.get()).containsExactly(1, 1, 0);
        }
    }

    @Test
    void end_of_the_process_leaves_nobody_counted() throws Exception {
        ProcessLock lock = new ProcessLock(TestSemaphores.open(names.get(0), 1));
        lock.retain();
        ProcessCondition condition = attach(lock);
        FutureTask<Boolean> waiting = waiting(condition);
        Thread.ofPlatform().start(waiting);
        awaitSleepers(1);
        try (ProcessLock otherProcess = new ProcessLock(TestSemaphores.open(names.get(0), 1))) {
            otherProcess.acquire(); // and keeps it
            condition.endWaits();
            assertThat(condition.awaitLeft(PATIENCE)).isTrue();
            assertThat(counters()).containsExactly(1, 1, 0);
            otherProcess.release();
        }
        lock.close();
        assertThatThrownBy(waiting::get).hasRootCauseInstanceOf(ClosedChannelException.class);
    }

    @Test
    void is_for_those_who_hold_its_lock() throws Exception {
        try (ProcessCondition condition = attach()) {
            assertThatThrownBy(condition::await)
                    .isInstanceOf(IllegalMonitorStateException.class)
                    .hasMessage("must acquire() condition before using wait()");
            assertThatThrownBy(condition::signal)
                    .isInstanceOf(IllegalMonitorStateException.class)
                    .hasMessage("lock is not owned");
        }
        assertThat(counters()).containsExactly(0, 0, 0);
    }

    @Test
    void tells_a_foreign_unit_of_the_wait_semaphore_and_of_the_woken_count() throws Exception {
        try (ProcessCondition condition = attach();
                SemLock woken = counter(2);
                SemLock wait = counter(3)) {
            condition.acquire();
            wait.release();
            assertThatThrownBy(condition::signal)
                    .isInstanceOf(IllegalMonitorStateException.class)
                    .hasMessage("notify: Should not have been able to acquire _wait_semaphore");
            woken.release();
            assertThatThrownBy(condition::signal)
                    .isInstanceOf(IllegalMonitorStateException.class)
                    .hasMessage("notify: Bug in sleeping_count.acquire- res should not be False");
            condition.release();
        }
    }
}
