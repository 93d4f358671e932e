package io.jarpipe.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.MpConnection;
import io.jarpipe.ProtocolException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pipes made here, and the wait for many of them. */
final class MpPipeTest {
    @Test
    void a_one_way_pipe_goes_from_the_second_end_to_the_first() throws Exception {
        try (MpPipe pipe = MpPipe.create(false)) {
            assertThat(pipe.first().readable()).isTrue();
            assertThat(pipe.first().writable()).isFalse();
            assertThat(pipe.second().readable()).isFalse();
            assertThat(pipe.second().writable()).isTrue();
            pipe.second().send(List.of("a", 1));
            assertThat(pipe.first().recv()).isEqualTo(List.of("a", 1L));
            pipe.second().close();
            assertThatThrownBy(pipe.first()::recv).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void a_duplex_pipe_goes_both_ways() throws Exception {
        try (MpPipe pipe = MpPipe.create(true)) {
            pipe.first().send("there");
            pipe.second().send("back");
            assertThat(pipe.second().recv()).isEqualTo("there");
            assertThat(pipe.first().recv()).isEqualTo("back");
            assertThatThrownBy(pipe::capacity).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void its_descriptors_are_closed_by_exec_and_by_close() throws Exception {
        int number;
        try (MpPipe pipe = MpPipe.create(true)) {
            number = pipe.first().fileno();
            String info = Files.readString(Path.of("/proc/self/fdinfo/" + number));
            assertThat(info).containsPattern("flags:\\s+02");
        }
        assertThat(Files.exists(Path.of("/proc/self/fdinfo/" + number))).isFalse();
    }

    @Test
    void its_size_can_be_chosen() throws Exception {
        try (MpPipe usual = MpPipe.create(false);
                MpPipe small = MpPipe.create(false, 5000);
                MpPipe large = MpPipe.create(false, 1 << 20)) {
            assertThat(usual.capacity()).isEqualTo(65_536);
            assertThat(small.capacity()).isEqualTo(8192);
            assertThat(large.capacity()).isEqualTo(1 << 20);
            large.second().sendBytes(new byte[1_000_000]); // without a reader
            assertThat(large.first().recvBytes()).hasSize(1_000_000);
        }
        assertThatThrownBy(() -> MpPipe.create(true, 8192)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MpPipe.create(false, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MpPipe.create(false, Integer.MAX_VALUE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("fcntl");
    }

    @Test
    void its_limit_can_be_chosen() throws Exception {
        try (MpPipe pipe = MpPipe.create(false, 0, 10)) {
            pipe.second().sendBytes(new byte[11]);
            pipe.second().sendBytes(new byte[10]);
            assertThatThrownBy(pipe.first()::recvBytes).isInstanceOf(ProtocolException.class);
            assertThat(pipe.first().recvBytes()).hasSize(10);
        }
        assertThatThrownBy(() -> MpPipe.create(false, 0, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Runs a wait on a thread of either kind and returns once it waits, or is done. */
    private static <T> FutureTask<T> waiting(boolean virtual, Callable<T> action) throws InterruptedException {
        FutureTask<T> task = new FutureTask<>(action);
        Thread thread = (virtual ? Thread.ofVirtual() : Thread.ofPlatform().daemon()).start(task);
        WAITING.set(thread);
        if (virtual) {
            io.jarpipe.os.Await.until(
                    "the thread parks",
                    () -> thread.getState() == Thread.State.WAITING
                            || thread.getState() == Thread.State.TIMED_WAITING
                            || task.isDone());
        }
        return task;
    }

    private static final ThreadLocal<Thread> WAITING = new ThreadLocal<>();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void wait_returns_those_that_are_ready_in_the_order_given(boolean virtual) throws Exception {
        List<MpPipe> pipes = new ArrayList<>();
        List<MpConnection> ends = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            pipes.add(MpPipe.create(i % 2 == 0));
            ends.add(pipes.getLast().first());
        }
        assertThat(MpConnections.wait(ends, Duration.ZERO)).isEmpty();
        assertThat(MpConnections.wait(ends, Duration.ofMillis(-5))).isEmpty();
        FutureTask<List<MpConnection>> wait = waiting(virtual, () -> MpConnections.wait(ends, null));
        pipes.get(150).second().send("x");
        assertThat(wait.get(30, TimeUnit.SECONDS)).containsExactly(ends.get(150));
        pipes.get(7).second().close();
        assertThat(MpConnections.wait(ends, null)).containsExactly(ends.get(7), ends.get(150));
        pipes.forEach(MpPipe::close);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void wait_ends_by_time_by_an_interrupt_and_by_a_close(boolean virtual) throws Exception {
        try (MpPipe pipe = MpPipe.create(true)) {
            List<MpConnection> ends = List.of(pipe.first(), pipe.second());
            long start = System.nanoTime();
            assertThat(waiting(virtual, () -> MpConnections.wait(ends, Duration.ofMillis(30)))
                            .get(30, TimeUnit.SECONDS))
                    .isEmpty();
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(30_000_000);
            assertThat(waiting(virtual, () -> MpConnections.wait(List.<MpConnection>of(), Duration.ofMillis(30)))
                            .get(30, TimeUnit.SECONDS))
                    .isEmpty();
            FutureTask<List<MpConnection>> interrupted =
                    waiting(virtual, () -> MpConnections.wait(List.<MpConnection>of(), null));
            WAITING.get().interrupt();
            assertThatThrownBy(() -> interrupted.get(30, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(InterruptedException.class);
            FutureTask<List<MpConnection>> closed = waiting(virtual, () -> MpConnections.wait(ends, null));
            pipe.second().close();
            assertThatThrownBy(() -> closed.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> MpConnections.wait(ends, null)).isInstanceOf(ClosedChannelException.class);
        }
    }
}
