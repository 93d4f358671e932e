package io.jarpipe.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.jarpipe.MpAddress;
import io.jarpipe.MpPeer;
import io.jarpipe.PosixException;
import io.jarpipe.os.ListeningSocket.Accepted;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class ListeningSocketTest {
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");
    private static final int BACKLOG = 16;
    private static final int O_NONBLOCK = 0x800;
    private static final int O_CLOEXEC = 0x80000;

    @TempDir
    private Path folder;

    /** The kinds of threads that wait. */
    enum Threads implements Function<Runnable, Thread> {
        PLATFORM {
            @Override
            public Thread apply(Runnable action) {
                return Thread.ofPlatform().daemon().start(action);
            }
        },
        VIRTUAL {
            @Override
            public Thread apply(Runnable action) {
                return Thread.ofVirtual().start(action);
            }
        };

        /** Starts a task whose thread the test can interrupt once it waits. */
        <T> Running<T> run(Callable<T> action) {
            FutureTask<T> task = new FutureTask<>(action);
            return new Running<>(apply(task), task);
        }
    }

    private record Running<T>(Thread thread, FutureTask<T> task) {
        T result() throws Exception {
            return task.get(30, TimeUnit.SECONDS);
        }
    }

    private static Stream<String> addresses() {
        return Stream.of("path", "@abstract", "127.0.0.1:0", "localhost:0", "[::1]:0");
    }

    private MpAddress address(String kind) {
        return switch (kind) {
            case "path" -> new MpAddress.UnixPath(folder.resolve("listener"));
            case "@abstract" -> MpAddress.arbitrary();
            default -> MpAddress.of(kind);
        };
    }

    private static ListeningSocket open(MpAddress address) throws IOException {
        return ListeningSocket.open(address, OWNER, BACKLOG);
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void both_ends_are_blocking_and_close_on_exec(String kind) throws Exception {
        try (ListeningSocket listening = open(address(kind));
                Fd client = Sockets.connect(listening.address(), Pipes.SOON)) {
            Accepted accepted = listening.accept(Pipes.SOON);
            try (Fd server = accepted.socket()) {
                for (Fd end : List.of(client, server)) {
                    assertThat(Pipes.flags(end) & (O_NONBLOCK | O_CLOEXEC)).isEqualTo(O_CLOEXEC);
                }
                Transport there = Transport.adopt(client.duplicate(), true, true);
                Transport here = Transport.adopt(server.duplicate(), true, true);
                try (here;
                        there) {
                    assertThat(Pipes.through(there, here, "hello")).isEqualTo("hello");
                    assertThat(Pipes.through(here, there, "and back")).isEqualTo("and back");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void tells_who_connected(String kind) throws Exception {
        try (ListeningSocket listening = open(address(kind));
                Fd client = Sockets.connect(listening.address(), Pipes.SOON)) {
            Accepted accepted = listening.accept(Pipes.SOON);
            accepted.socket().close();
            MpPeer peer = accepted.peer();
            if (listening.address() instanceof MpAddress.Tcp) {
                assertThat(peer.credentials()).isEmpty();
                assertThat(peer.name())
                        .matches("\\('127\\.0\\.0\\.1', \\d+\\)|\\('0:0:0:0:0:0:0:1', \\d+, 0, 0\\)")
                        .isEqualTo(peer.toString());
            } else {
                int pid = (int) ProcessHandle.current().pid();
                int uid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
                int gid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:gid");
                assertThat(peer.name()).isEmpty();
                assertThat(peer.credentials()).contains(new MpPeer.Credentials(pid, uid, gid));
                assertThat(peer).hasToString("process " + pid + " of user " + uid);
            }
            assertThat(client.isClosed()).isFalse();
        }
    }

    @Test
    void a_free_port_is_chosen_and_can_be_bound_again_at_once() throws Exception {
        MpAddress address;
        try (ListeningSocket first = open(MpAddress.of("127.0.0.1:0"))) {
            address = first.address();
            Fd client = Sockets.connect(address, Pipes.SOON);
            // closed here first, so that this side's socket lingers in TIME_WAIT
            first.accept(Pipes.SOON).socket().close();
            client.close();
        }
        assertThat(((MpAddress.Tcp) address).port()).isPositive();
        open(address).close();
    }

    @Test
    void connecting_where_nobody_listens_is_refused() {
        for (MpAddress address : List.of(address("path"), address("@abstract"), MpAddress.of("127.0.0.1:1"))) {
            assertThatThrownBy(() -> Sockets.connect(address, Pipes.SOON))
                    .asInstanceOf(type(PosixException.class))
                    .satisfies(e -> {
                        assertThat(e.errnoName()).isIn("ECONNREFUSED", "ENOENT");
                        assertThat(e).hasMessageContaining(address.toString());
                    });
        }
    }

    @ParameterizedTest
    @EnumSource
    void accepting_ends_by_deadline_interrupt_and_close(Threads threads) throws Exception {
        ListeningSocket listening = open(address("@abstract"));
        assertThat(listening.accept(Deadline.NOW)).isNull();
        assertThat(threads.run(() -> listening.accept(Deadline.after(Duration.ofMillis(5))))
                        .result())
                .isNull();
        Running<Accepted> interrupted = threads.run(() -> listening.accept(Deadline.NEVER));
        interrupted.thread().interrupt();
        assertThatThrownBy(interrupted::result).hasCauseInstanceOf(InterruptedException.class);
        Running<Accepted> closed = threads.run(() -> listening.accept(Deadline.NEVER));
        listening.close();
        assertThatThrownBy(closed::result).hasCauseInstanceOf(ClosedChannelException.class);
    }

    @ParameterizedTest
    @EnumSource
    void connecting_waits_for_room_in_the_backlog(Threads threads) throws Exception {
        MpAddress address = address("@abstract");
        List<Fd> clients = new ArrayList<>();
        try (ListeningSocket listening = ListeningSocket.open(address, OWNER, 1)) {
            assertThatThrownBy(() -> {
                        while (true) {
                            clients.add(Sockets.connect(address, Deadline.after(Duration.ofMillis(20))));
                        }
                    })
                    .asInstanceOf(type(PosixException.class))
                    .extracting(PosixException::errnoName)
                    .isEqualTo("ETIMEDOUT");
            assertThat(clients).hasSize(2);

            Running<Fd> interrupted = threads.run(() -> Sockets.connect(address, Deadline.NEVER));
            interrupted.thread().interrupt();
            assertThatThrownBy(interrupted::result).hasCauseInstanceOf(InterruptedException.class);

            Running<Fd> waiting = threads.run(() -> Sockets.connect(address, Deadline.NEVER));
            listening.accept(Pipes.SOON).socket().close();
            try (Fd connected = waiting.result()) {
                assertThat(Pipes.flags(connected) & O_NONBLOCK).isZero();
            }
            assertThatThrownBy(() -> SocketFile.requireFree(address))
                    .as("a full backlog belongs to a live listener")
                    .hasMessageContaining("EADDRINUSE");
        } finally {
            clients.forEach(Fd::close);
        }
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void a_live_listener_keeps_its_address(String kind) throws Exception {
        try (ListeningSocket listening = open(address(kind))) {
            assertThatThrownBy(() -> open(listening.address()))
                    .asInstanceOf(type(PosixException.class))
                    .extracting(PosixException::errnoName)
                    .isEqualTo("EADDRINUSE");
            Sockets.connect(listening.address(), Pipes.SOON).close();
            // the attempt itself has connected to a Unix socket, too
            listening.accept(Pipes.SOON).socket().close();
        }
    }

    @Test
    void a_stale_file_is_replaced_and_ours_is_removed() throws Exception {
        Path path = folder.resolve("listener");
        MpAddress address = new MpAddress.UnixPath(path);
        ListeningSocket stale = open(address);
        Files.move(path, folder.resolve("kept")); // so that closing does not remove it
        stale.close();
        Files.move(folder.resolve("kept"), path);
        try (ListeningSocket listening = open(address)) {
            assertThat(Files.getPosixFilePermissions(path)).isEqualTo(OWNER);
            assertThat(folder.toFile().list()).containsExactly("listener");
            Sockets.connect(address, Pipes.SOON).close();
            assertThat(listening.address()).isEqualTo(address);
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void the_file_of_a_successor_is_left_alone() throws Exception {
        Path path = folder.resolve("listener");
        ListeningSocket first = open(new MpAddress.UnixPath(path));
        Files.delete(path);
        try (ListeningSocket successor = open(new MpAddress.UnixPath(path))) {
            first.close();
            Sockets.connect(successor.address(), Pipes.SOON).close();
        }
        open(new MpAddress.UnixPath(path)).close();
    }

    @Test
    void other_files_are_never_replaced() throws Exception {
        Path path = Files.writeString(folder.resolve("notes"), "precious");
        assertThatThrownBy(() -> open(new MpAddress.UnixPath(path))).hasMessageContaining("no socket");
        assertThat(path).hasContent("precious");
        assertThatThrownBy(() -> open(new MpAddress.UnixPath(folder.resolve("x".repeat(200)))))
                .hasMessageContaining("at most 107");
    }
}
