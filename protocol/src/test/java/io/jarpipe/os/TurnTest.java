package io.jarpipe.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class TurnTest {
    private final Turn turn = new Turn();
    private final List<Fd> open = new ArrayList<>();
    private Fd fd;

    @BeforeEach
    void open() throws Exception {
        open.addAll(Sockets.socketPair());
        fd = open.getFirst();
    }

    @AfterEach
    void close() {
        open.forEach(Fd::close);
    }

    private record Waiter(Thread thread, FutureTask<Boolean> result) {
        boolean took() throws Exception {
            return result.get(30, TimeUnit.SECONDS);
        }
    }

    private Waiter startWaiting(Fd forWhat) {
        FutureTask<Boolean> result = new FutureTask<>(() -> turn.take(forWhat, Deadline.NEVER));
        Thread thread = Thread.ofPlatform().daemon().start(result);
        Await.until("the thread waits", () -> thread.getState() == Thread.State.WAITING);
        return new Waiter(thread, result);
    }

    private boolean takeNow() throws InterruptedException {
        return turn.take(fd, Deadline.NOW);
    }

    @Test
    void is_one_threads_at_a_time() throws Exception {
        assertThat(takeNow()).isTrue();
        assertThat(takeNow()).isFalse();
        assertThat(turn.take(fd, Deadline.after(Duration.ofMillis(5)))).isFalse();
        turn.leave();
        assertThat(takeNow()).isTrue();
    }

    @Test
    void goes_from_one_who_waits_to_the_next() throws Exception {
        takeNow();
        List<Waiter> waiters = List.of(startWaiting(fd), startWaiting(fd), startWaiting(fd));
        for (int left = waiters.size(); left > 0; left--) {
            turn.leave();
            int expected = left - 1;
            Await.until(
                    "one has it",
                    () -> waiters.stream()
                                    .filter(waiter -> !waiter.result().isDone())
                                    .count()
                            == expected);
        }
        for (Waiter waiter : waiters) {
            assertThat(waiter.took()).isTrue();
        }
        assertThat(takeNow()).isFalse();
    }

    @Test
    void a_wait_ends_when_there_is_something_else_to_look_at() throws Exception {
        takeNow();
        Waiter ended = startWaiting(fd);
        Waiter other = startWaiting(open.getLast());
        fd.endWaits();
        assertThat(ended.took()).isFalse();
        assertThat(turn.take(fd, Deadline.NEVER)).isFalse();
        assertThat(other.result().isDone()).isFalse();
        open.getLast().keepAwake(true);
        assertThat(other.took()).isFalse();
    }

    @Test
    void who_stops_waiting_does_not_stop_the_others() throws Exception {
        takeNow();
        Waiter interrupted = startWaiting(fd);
        Waiter patient = startWaiting(fd);
        interrupted.thread().interrupt();
        assertThatThrownBy(interrupted::took).hasCauseInstanceOf(InterruptedException.class);
        turn.leave();
        assertThat(patient.took()).isTrue();
    }

    @Test
    void belongs_to_the_semaphore_as_long_as_that_is_open() throws Exception {
        String name = "/jarpipe-test-turn-" + ProcessHandle.current().pid();
        NamedSemaphore one = NamedSemaphore.create(name, 1);
        try (NamedSemaphore same = NamedSemaphore.open(name)) {
            assertThat(same.turn()).isSameAs(one.turn());
            one.close();
            try (NamedSemaphore again = NamedSemaphore.open(name)) {
                assertThat(again.turn()).isSameAs(same.turn()).isSameAs(one.turn());
            }
            assertThat(same.turn().take(fd, Deadline.NOW)).isTrue();
        } finally {
            one.close();
            NamedSemaphore.unlink(name);
        }
        try (NamedSemaphore other = NamedSemaphore.create(name, 1)) {
            assertThat(other.turn().take(fd, Deadline.NOW)).isTrue();
        } finally {
            NamedSemaphore.unlink(name);
        }
    }
}
