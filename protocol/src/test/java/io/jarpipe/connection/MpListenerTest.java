package io.jarpipe.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.MpAddress;
import io.jarpipe.MpAuthenticationException;
import io.jarpipe.MpConnection;
import io.jarpipe.PosixException;
import io.jarpipe.ProtocolException;
import io.jarpipe.PyTuple;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Listener and client with each other; with CPython at one side they meet in the interop tests. */
@Timeout(60)
final class MpListenerTest {
    private static final byte[] KEY = {1, 2, 0, 3};
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private final LinkedBlockingQueue<IOException> refusals = new LinkedBlockingQueue<>();

    private MpListenerOptions options() {
        return MpListenerOptions.defaults().withRefused((peer, why) -> refusals.add(why));
    }

    private MpAddress address(String kind) {
        return kind.equals("path") ? new MpAddress.UnixPath(folder.resolve("listener")) : MpAddress.of(kind);
    }

    private static <T> FutureTask<T> onThread(Callable<T> action) {
        FutureTask<T> task = new FutureTask<>(action);
        Thread.ofPlatform().daemon().start(task);
        return task;
    }

    private IOException refusal() throws InterruptedException {
        return refusals.poll(LONG.toSeconds(), TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"path", "@jarpipe-listener-test", "127.0.0.1:0", "localhost:0", "[::1]:0"})
    void connects_and_authenticates(String kind) throws Exception {
        try (MpListener listener = MpListener.open(address(kind), KEY);
                MpConnection client = MpClient.connect(listener.address(), KEY);
                MpConnection server = listener.accept()) {
            client.send(PyTuple.of("hello", 1729));
            assertThat(server.recv()).isEqualTo(PyTuple.of("hello", 1729L));
            server.sendBytes(new byte[100_000]);
            assertThat(client.recvBytes()).hasSize(100_000);
            boolean unix = !(listener.address() instanceof MpAddress.Tcp);
            assertThat(listener.lastAccepted()).isEqualTo(unix ? "" : listener.lastAccepted());
            assertThat(listener.lastAccepted().isEmpty()).isEqualTo(unix);
        }
    }

    @Test
    void without_a_key_connections_come_in_order() throws Exception {
        List<MpConnection> clients = new ArrayList<>();
        try (MpListener listener = MpListener.open(MpAddress.arbitrary())) {
            for (int i = 0; i < 20; i++) {
                clients.add(MpClient.connect(listener.address()));
                clients.get(i).send(i);
            }
            for (long i = 0; i < 20; i++) {
                try (MpConnection server = listener.accept()) {
                    assertThat(server.recv()).isEqualTo(i);
                }
            }
        } finally {
            clients.forEach(MpConnection::close);
        }
    }

    @Test
    void different_keys_fail_on_both_sides_and_concern_nobody_else() throws Exception {
        try (MpListener listener = MpListener.open(MpAddress.arbitrary(), KEY, options())) {
            assertThatThrownBy(() -> MpClient.connect(listener.address(), new byte[] {9}))
                    .isInstanceOf(MpAuthenticationException.class)
                    .hasMessageStartingWith("digest sent was rejected");
            assertThat(refusal())
                    .isInstanceOf(MpAuthenticationException.class)
                    .hasMessageStartingWith("digest received was wrong");
            try (MpConnection client = MpClient.connect(listener.address(), KEY);
                    MpConnection server = listener.accept()) {
                client.send("hello");
                assertThat(server.recv()).isEqualTo("hello");
            }
        }
    }

    @Test
    void one_sided_keys_are_explained() throws Exception {
        try (MpListener keyless = MpListener.open(MpAddress.arbitrary())) {
            assertThatThrownBy(() -> MpClient.connect(
                            keyless.address(), KEY, MpClientOptions.defaults().withTimeout(SHORT)))
                    .isInstanceOf(MpAuthenticationException.class)
                    .hasMessageContaining("no challenge within 0.05 s")
                    .hasMessageContaining("no authkey");
        }
        try (MpListener keyed = MpListener.open(MpAddress.arbitrary(), KEY, options());
                MpConnection client = MpClient.connect(keyed.address())) {
            assertThatThrownBy(client::recv)
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("demands authentication");
        }
    }

    @Test
    void a_client_that_stalls_is_closed_in_time_and_delays_nobody() throws Exception {
        MpListenerOptions patient = options().withHandshakeTimeout(SHORT);
        try (MpListener listener = MpListener.open(address("path"), KEY, patient);
                SocketChannel stalled =
                        SocketChannel.open(java.net.UnixDomainSocketAddress.of(folder.resolve("listener")))) {
            try (MpConnection client = MpClient.connect(listener.address(), KEY);
                    MpConnection server = listener.accept()) {
                client.send("hello");
                assertThat(server.recv()).isEqualTo("hello");
            }
            assertThat(refusal()).hasMessageContaining("did not answer the challenge within 0.05 s");
            ByteBuffer received = ByteBuffer.allocate(1000);
            while (stalled.read(received) >= 0) {
                // the challenge, then the end
            }
        }
    }

    @Test
    void too_many_handshakes_make_the_oldest_one_end() throws Exception {
        MpListenerOptions two = options().withHandshakeTimeout(LONG).withLimits(2, 1);
        List<SocketChannel> stalled = new ArrayList<>();
        try (MpListener listener = MpListener.open(address("path"), KEY, two)) {
            for (int i = 0; i < 5; i++) {
                stalled.add(SocketChannel.open(java.net.UnixDomainSocketAddress.of(folder.resolve("listener"))));
            }
            for (int i = 0; i < 3; i++) {
                assertThat(refusal()).hasMessageContaining("gave way to newer clients: 2 others");
            }
            MpClient.connect(listener.address(), KEY).close();
            listener.accept().close();
            while (stalled.getFirst().read(ByteBuffer.allocate(100)) >= 0) {
                // perhaps a challenge, then the end
            }
        } finally {
            for (SocketChannel channel : stalled) {
                channel.close();
            }
        }
    }

    @Test
    void connections_that_nobody_takes_wait_and_are_closed_with_the_listener() throws Exception {
        MpListener listener =
                MpListener.open(MpAddress.arbitrary(), KEY, options().withLimits(8, 1));
        MpConnection first = MpClient.connect(listener.address(), KEY);
        FutureTask<MpConnection> connecting = onThread(() -> MpClient.connect(listener.address(), KEY));
        listener.accept().close();
        assertThatThrownBy(first::recv).isInstanceOf(EOFException.class);
        MpConnection second = connecting.get();
        listener.close();
        assertThatThrownBy(second::recv).isInstanceOf(IOException.class);
        first.close();
        second.close();
        assertThatThrownBy(() -> MpClient.connect(listener.address(), KEY)).isInstanceOf(PosixException.class);
    }

    @Test
    void closing_and_interrupting_end_accept() throws Exception {
        MpListener listener = MpListener.open(MpAddress.arbitrary(), KEY);
        assertThat(listener.accept(SHORT)).isEqualTo(Optional.empty());
        assertThat(listener.accept(Duration.ZERO)).isEmpty();
        CountDownLatch interrupted = new CountDownLatch(1);
        Thread waiting = Thread.ofVirtual().start(() -> {
            try {
                listener.accept();
            } catch (InterruptedException e) {
                interrupted.countDown();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        waiting.interrupt();
        assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
        FutureTask<MpConnection> one = onThread(listener::accept);
        FutureTask<MpConnection> other = onThread(listener::accept);
        listener.close();
        assertThatThrownBy(one::get).hasCauseInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(other::get).hasCauseInstanceOf(ClosedChannelException.class);
        listener.close();
        MpListener.open(listener.address(), KEY).close();
    }

    @Test
    void who_is_not_admitted_is_closed() throws Exception {
        try (MpListener listener =
                MpListener.open(MpAddress.arbitrary(), null, options().withAdmission(peer -> false))) {
            try (MpConnection client = MpClient.connect(listener.address())) {
                assertThatThrownBy(client::recv).isInstanceOf(IOException.class);
            }
            assertThat(refusal()).hasMessage("not admitted");
        }
    }

    @Test
    void tcp_needs_a_key() throws Exception {
        MpAddress anyPort = MpAddress.of("127.0.0.1:0");
        assertThatThrownBy(() -> MpListener.open(anyPort))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("withKeylessTcp");
        assertThatThrownBy(() -> MpListener.open(anyPort, new byte[0])).isInstanceOf(IllegalArgumentException.class);
        try (MpListener listener = MpListener.open(anyPort, null, options().withKeylessTcp());
                MpConnection client = MpClient.connect(listener.address())) {
            client.send(1);
            try (MpConnection server = listener.accept()) {
                assertThat(server.recv()).isEqualTo(1L);
            }
        }
    }

    @Test
    void md5_can_be_refused() throws Exception {
        try (MpListener listener =
                        MpListener.open(MpAddress.arbitrary(), KEY, options().withoutMd5());
                MpConnection client = MpClient.connect(
                        listener.address(), KEY, MpClientOptions.defaults().withoutMd5())) {
            client.send("sha256 on both sides");
            try (MpConnection server = listener.accept()) {
                assertThat(server.recv()).isEqualTo("sha256 on both sides");
            }
        }
    }
}
