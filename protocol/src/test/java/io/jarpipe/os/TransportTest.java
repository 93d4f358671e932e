package io.jarpipe.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.MpBrokenPipeException;
import io.jarpipe.os.Transport.Waiting;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TransportTest {
    private static final int O_NONBLOCK = 04000;

    /** Both kinds of stream a Connection can be. */
    enum Kind {
        PIPE,
        SOCKET;

        List<Fd> open() throws IOException {
            return this == PIPE ? Sockets.pipe() : Sockets.socketPair();
        }
    }

    /** A reading and a writing end, and duplicates of both as Python would keep them. */
    private record Ends(Transport reader, Transport writer, List<Fd> kept) implements AutoCloseable {
        static Ends open(Kind kind) throws IOException {
            List<Fd> pair = kind.open();
            List<Fd> kept = List.of(pair.get(0).duplicate(), pair.get(1).duplicate());
            return new Ends(Transport.adopt(pair.get(0), true, false), Transport.adopt(pair.get(1), false, true), kept);
        }

        @Override
        public void close() {
            reader.close();
            writer.close();
            kept.forEach(Fd::close);
        }
    }

    /** Runs an action on a thread and returns once that thread waits in native code or has ended. */
    private static <T> FutureTask<T> blocked(Callable<T> action) throws Exception {
        FutureTask<T> task = new FutureTask<>(action);
        CompletableFuture<Integer> tid = new CompletableFuture<>();
        Thread thread = Thread.ofPlatform().daemon().start(() -> {
            tid.complete(Threads.kernelId());
            task.run();
        });
        Await.until("the thread waits in poll(2)", () -> task.isDone() || Await.isInSyscall(tid.join(), "poll"));
        BLOCKED.set(thread);
        return task;
    }

    private static final ThreadLocal<Thread> BLOCKED = new ThreadLocal<>();

    private static Callable<String> reading(Transport reader) {
        return () -> Pipes.read(reader);
    }

    @ParameterizedTest
    @EnumSource
    void carries_bytes_and_ends_when_every_writing_end_is_closed(Kind kind) throws Exception {
        try (Ends ends = Ends.open(kind)) {
            assertThat(Pipes.through(ends.writer(), ends.reader(), "abc")).isEqualTo("abc");
            ends.writer().close();
            ends.kept().get(1).close();
            assertThat(Pipes.read(ends.reader())).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void leaves_the_flags_of_the_shared_description_alone(Kind kind) throws Exception {
        try (Ends ends = Ends.open(kind)) {
            Pipes.through(ends.writer(), ends.reader(), "abc");
            Pipes.fill(ends.writer());
            for (Fd kept : ends.kept()) {
                assertThat(Pipes.flags(kept) & O_NONBLOCK).isZero();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void reports_a_deadline_that_passes(Kind kind) throws Exception {
        try (Ends ends = Ends.open(kind);
                IoBuffer buffer = IoBuffer.borrow()) {
            Deadline soon = Deadline.after(java.time.Duration.ofMillis(5));
            assertThat(ends.reader().read(buffer.address(), 1, soon, Waiting.INTERRUPTIBLE))
                    .isEqualTo(-1);
            Pipes.fill(ends.writer());
            assertThat(ends.writer().write(buffer.address(), 1024, Deadline.NOW, Waiting.INTERRUPTIBLE))
                    .isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void tells_a_writer_that_every_reader_is_gone(Kind kind) throws Exception {
        try (Ends ends = Ends.open(kind)) {
            ends.reader().close();
            ends.kept().get(0).close();
            assertThatThrownBy(() -> Pipes.write(ends.writer(), "x")).isInstanceOf(MpBrokenPipeException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void an_interrupt_ends_a_read(Kind kind) throws Exception {
        try (Ends ends = Ends.open(kind)) {
            FutureTask<String> read = blocked(reading(ends.reader()));
            BLOCKED.get().interrupt();
            assertThatThrownBy(() -> read.get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(InterruptedException.class);
            assertThat(Pipes.through(ends.writer(), ends.reader(), "after")).isEqualTo("after");
        }
    }

    @ParameterizedTest
    @EnumSource
    void an_interrupt_does_not_end_a_message_in_progress(Kind kind) throws Exception {
        try (Ends ends = Ends.open(kind);
                IoBuffer buffer = IoBuffer.borrow()) {
            FutureTask<Long> read = blocked(() -> {
                long length = ends.reader().read(buffer.address(), 5, Deadline.NEVER, Waiting.UNTIL_COMPLETE);
                return Thread.interrupted() ? length : -length;
            });
            BLOCKED.get().interrupt();
            Pipes.write(ends.writer(), "12345");
            assertThat(read.get(30, TimeUnit.SECONDS)).isEqualTo(5);
        }
    }

    @ParameterizedTest
    @EnumSource
    void closing_ends_a_read(Kind kind) throws Exception {
        try (Ends ends = Ends.open(kind)) {
            FutureTask<String> read = blocked(reading(ends.reader()));
            ends.reader().close();
            assertThatThrownBy(() -> read.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(ClosedChannelException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void closing_ends_a_write_to_a_full_stream(Kind kind) throws Exception {
        try (Ends ends = Ends.open(kind)) {
            Pipes.fill(ends.writer());
            FutureTask<Object> write = blocked(() -> {
                try (IoBuffer buffer = IoBuffer.borrow()) {
                    return ends.writer().write(buffer.address(), 1024, Deadline.NEVER, Waiting.UNTIL_COMPLETE);
                }
            });
            ends.writer().close();
            assertThatThrownBy(() -> write.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void a_read_that_waits_gets_what_comes() throws Exception {
        try (Ends ends = Ends.open(Kind.PIPE)) {
            FutureTask<String> read = blocked(reading(ends.reader()));
            Pipes.write(ends.writer(), "late");
            assertThat(read.get(30, TimeUnit.SECONDS)).isEqualTo("late");
        }
    }

    @Test
    void refuses_a_pipe_end_for_both_directions_and_closes_it() throws Exception {
        List<Fd> pipe = Sockets.pipe();
        assertThatThrownBy(() -> Transport.adopt(pipe.get(0), true, true)).hasMessageContaining("both");
        assertThat(pipe.get(0).isClosed()).isTrue();
        pipe.get(1).close();
    }
}
