package io.jarpipe.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.os.Transport.Waiting;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The waits of this package on virtual threads, which must never pin their carriers. */
final class VirtualThreadTest {
    private static final int MANY = 500;

    private static <T> Thread start(FutureTask<T> task) {
        Thread thread = Thread.ofVirtual().start(task);
        Await.until("the virtual thread has parked", () -> isParked(thread) || task.isDone());
        return thread;
    }

    private static boolean isParked(Thread thread) {
        return thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING;
    }

    private static <T> FutureTask<T> task(Callable<T> action) {
        return new FutureTask<>(action);
    }

    private record Socket(Transport here, Transport there) implements AutoCloseable {
        static Socket open() throws IOException {
            List<Fd> pair = Sockets.socketPair();
            return new Socket(Transport.adopt(pair.get(0), true, true), Transport.adopt(pair.get(1), true, true));
        }

        @Override
        public void close() {
            here.close();
            there.close();
        }
    }

    @Test
    void many_readers_wait_without_a_platform_thread_each() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        List<FutureTask<String>> reads = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            Socket socket = Socket.open();
            sockets.add(socket);
            FutureTask<String> read = task(() -> Pipes.read(socket.here()));
            reads.add(read);
            start(read);
        }
        for (int i = MANY - 1; i >= 0; i--) {
            Pipes.write(sockets.get(i).there(), "message " + i);
        }
        for (int i = 0; i < MANY; i++) {
            assertThat(reads.get(i).get(30, TimeUnit.SECONDS)).isEqualTo("message " + i);
            sockets.get(i).close();
        }
    }

    @Test
    void a_reader_and_a_writer_wait_for_the_same_socket() throws Exception {
        try (Socket socket = Socket.open();
                IoBuffer buffer = IoBuffer.borrow()) {
            Pipes.fill(socket.here());
            FutureTask<String> read = task(() -> Pipes.read(socket.here()));
            start(read);
            FutureTask<Long> write =
                    task(() -> socket.here().write(buffer.address(), 1024, Deadline.NEVER, Waiting.UNTIL_COMPLETE));
            start(write);
            Pipes.write(socket.there(), "for the reader");
            assertThat(read.get(30, TimeUnit.SECONDS)).isEqualTo("for the reader");
            assertThat(write.isDone()).isFalse();
            while (!write.isDone()) {
                Pipes.read(socket.there());
            }
            assertThat(write.get()).isPositive();
        }
    }

    @Test
    void an_interrupt_or_a_close_ends_the_wait() throws Exception {
        try (Socket socket = Socket.open()) {
            FutureTask<String> interrupted = task(() -> Pipes.read(socket.here()));
            start(interrupted).interrupt();
            assertThatThrownBy(() -> interrupted.get(30, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(InterruptedException.class);
            FutureTask<String> closed = task(() -> Pipes.read(socket.here()));
            start(closed);
            socket.here().fd().close();
            assertThatThrownBy(() -> closed.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void a_deadline_ends_the_wait() throws Exception {
        try (Socket socket = Socket.open();
                IoBuffer buffer = IoBuffer.borrow()) {
            Deadline soon = Deadline.after(Duration.ofMillis(5));
            FutureTask<Long> read = task(() -> socket.here().read(buffer.address(), 1, soon, Waiting.INTERRUPTIBLE));
            start(read);
            assertThat(read.get(30, TimeUnit.SECONDS)).isEqualTo(-1);
        }
    }

    @Test
    void semaphores_are_waited_for_elsewhere() throws Exception {
        String name = "/jarpipe-virtual-" + ProcessHandle.current().pid();
        try (NamedSemaphore semaphore = NamedSemaphore.create(name, 0)) {
            List<FutureTask<Boolean>> waits = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                FutureTask<Boolean> wait = task(() -> semaphore.acquire(Deadline.NEVER, Waiting.INTERRUPTIBLE));
                waits.add(wait);
                threads.add(start(wait));
            }
            threads.getFirst().interrupt();
            assertThatThrownBy(() -> waits.getFirst().get(30, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(InterruptedException.class);
            for (int i = 1; i < 8; i++) {
                semaphore.release();
            }
            for (int i = 1; i < 8; i++) {
                assertThat(waits.get(i).get(30, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(semaphore.value()).isZero();
        } finally {
            NamedSemaphore.unlink(name);
        }
    }
}
