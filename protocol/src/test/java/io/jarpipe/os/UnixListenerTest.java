package io.jarpipe.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("try") // closes early what is closed at the end in any case
final class UnixListenerTest {
    private static final int O_NONBLOCK = 04000;

    @TempDir
    private Path folder;

    private String path() {
        return folder.resolve("s").toString();
    }

    private static Thread start(boolean virtual, Runnable action) {
        return virtual
                ? Thread.ofVirtual().start(action)
                : Thread.ofPlatform().daemon().start(action);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void accepts_blocking_sockets_until_it_is_closed(boolean virtual) throws Exception {
        try (UnixListener listener = UnixListener.open(path(), 5)) {
            FutureTask<Fd> accepting = new FutureTask<>(listener::accept);
            start(virtual, accepting);
            try (Fd client = Sockets.connect(path());
                    Fd accepted = accepting.get();
                    Transport there = Transport.adopt(accepted, true, true);
                    Transport here = Transport.adopt(client, true, true)) {
                assertThat(Pipes.flags(accepted) & O_NONBLOCK).isZero();
                assertThat(Pipes.through(here, there, "hello")).isEqualTo("hello");
            }
            FutureTask<Fd> closing = new FutureTask<>(listener::accept);
            start(virtual, closing);
            listener.close();
            assertThatThrownBy(closing::get).hasCauseInstanceOf(ClosedChannelException.class);
        }
        assertThatThrownBy(() -> UnixListener.open(path(), 5)).hasMessageContaining("EADDRINUSE");
        assertThatThrownBy(() -> Sockets.connect(path())).hasMessageContaining("ECONNREFUSED");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_full_queue_delays_a_client_up_to_its_deadline(boolean virtual) throws Exception {
        try (UnixListener listener = UnixListener.open(path(), 0)) {
            List<Fd> waiting = new ArrayList<>(List.of(Sockets.connect(path())));
            FutureTask<Void> late = new FutureTask<>(() -> {
                try (Fd socket = Sockets.unixStream()) {
                    Sockets.connect(socket, path(), Deadline.after(Duration.ofMillis(120)));
                }
                return null;
            });
            start(virtual, late);
            assertThatThrownBy(late::get).hasCauseInstanceOf(IOException.class).hasMessageContaining("EAGAIN");

            FutureTask<Fd> patient = new FutureTask<>(() -> Sockets.connect(path()));
            start(virtual, patient);
            waiting.add(listener.accept());
            waiting.add(patient.get());
            waiting.forEach(Fd::close);
        }
    }

    @Test
    void closing_a_socket_ends_its_wait_for_a_place_in_the_queue() throws Exception {
        try (UnixListener listener = UnixListener.open(path(), 0);
                Fd first = Sockets.connect(path());
                Fd socket = Sockets.unixStream()) {
            FutureTask<Void> connecting = new FutureTask<>(() -> {
                Sockets.connect(socket, path(), Deadline.NEVER);
                return null;
            });
            start(false, connecting);
            socket.close();
            assertThatThrownBy(connecting::get).hasCauseInstanceOf(ClosedChannelException.class);
            assertThat(first.isClosed()).isFalse();
            assertThat(listener).isNotNull();
        }
    }

    @Test
    void duplicates_for_others_block_and_share_nothing_that_is_ours() throws Exception {
        List<Fd> pipe = Sockets.pipe();
        List<Fd> pair = Sockets.socketPair();
        try (Transport reader = Transport.adopt(pipe.get(0), true, false);
                Transport writer = Transport.adopt(pipe.get(1), false, true);
                Transport socket = Transport.adopt(pair.get(0), true, true);
                Fd otherEnd = pair.get(1)) {
            for (Transport ours : List.of(reader, writer, socket)) {
                try (Fd others = ours.duplicateForOthers()) {
                    assertThat(Pipes.flags(others) & O_NONBLOCK).isZero();
                }
            }
            assertThat(Pipes.flags(reader.fd()) & O_NONBLOCK).isNotZero();
            try (Transport second = Transport.adopt(writer.duplicateForOthers(), false, true)) {
                assertThat(Pipes.through(second, reader, "one pipe")).isEqualTo("one pipe");
            }
            socket.shutdownOutput();
            assertThat(Pipes.read(Transport.adopt(otherEnd.duplicate(), true, true)))
                    .isNull();
        }
        assertThatThrownBy(() ->
                        Transport.adopt(Sockets.pipe().get(0), true, false).shutdownOutput())
                .hasMessageContaining("ENOTSOCK");
    }
}
