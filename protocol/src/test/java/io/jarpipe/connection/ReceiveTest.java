package io.jarpipe.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.MpBufferTooShortException;
import io.jarpipe.PickleException;
import io.jarpipe.ProtocolException;
import io.jarpipe.connection.Peer.Kind;
import io.jarpipe.os.Fd;
import io.jarpipe.os.Sockets;
import io.jarpipe.os.Transport;
import io.jarpipe.pickle.RazorvineCodec;
import io.jarpipe.wire.FrameTooLongException;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Receiving: limits, buffers, ends of the stream. CPython is the peer in the interop tests. */
final class ReceiveTest {
    private static final String HELLO = "00000005 68656c6c6f";

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @EnumSource
    void takes_a_message_of_exactly_the_limit(Kind kind) throws Exception {
        try (Peer peer = Peer.receiving(kind)) {
            peer.write(HELLO + HELLO);
            assertThat(text(peer.connection().recvBytes(5))).isEqualTo("hello");
            assertThat(text(peer.connection().recvBytes(1000))).isEqualTo("hello");
        }
    }

    @Test
    void a_two_way_connection_only_sends_after_a_message_over_the_limit() throws Exception {
        try (Peer peer = Peer.receiving(Kind.SOCKET)) {
            StreamConnection connection = peer.connection();
            peer.write(HELLO + HELLO);
            assertThatThrownBy(() -> connection.recvBytes(4))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessage("bad message length: 5 (expected: <= 4)");
            assertThat(connection.readable()).isFalse();
            assertThat(connection.isClosed()).isFalse();
            assertThatThrownBy(connection::recv).hasMessage("connection is write-only");
            assertThatThrownBy(connection::poll).hasMessage("connection is write-only");
            connection.sendBytes(new byte[] {7});
            assertThat(peer.read(5)).containsExactly(0, 0, 0, 1, 7);
        }
    }

    @Test
    void a_one_way_connection_is_closed_after_a_message_over_the_limit() throws Exception {
        try (Peer peer = Peer.receiving(Kind.PIPE)) {
            peer.write(HELLO);
            assertThatThrownBy(() -> peer.connection().recvBytes(4)).hasMessageStartingWith("bad message length");
            assertThat(peer.connection().isClosed()).isTrue();
            assertThatThrownBy(peer.connection()::recvBytes).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(peer.connection()::fileno).isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void refuses_a_negative_limit() throws Exception {
        try (Peer peer = Peer.receiving(Kind.PIPE)) {
            assertThatThrownBy(() -> peer.connection().recvBytes(-1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("negative maxlength");
        }
    }

    @ParameterizedTest
    @EnumSource
    void receives_into_a_part_of_an_array(Kind kind) throws Exception {
        try (Peer peer = Peer.receiving(kind)) {
            peer.write(HELLO + HELLO + "00000000" + HELLO);
            byte[] buffer = new byte[8];
            assertThat(peer.connection().recvBytesInto(buffer)).isEqualTo(5);
            assertThat(text(buffer)).isEqualTo("hello\0\0\0");
            assertThat(peer.connection().recvBytesInto(buffer, 3)).isEqualTo(5);
            assertThat(text(buffer)).isEqualTo("helhello");
            assertThat(peer.connection().recvBytesInto(buffer, 8)).isZero();
            assertThatThrownBy(() -> peer.connection().recvBytesInto(buffer, 9))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> peer.connection().recvBytesInto(buffer, -1))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThat(text(peer.connection().recvBytes())).isEqualTo("hello");
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_buffer_that_is_too_short_consumes_the_message(Kind kind) throws Exception {
        try (Peer peer = Peer.receiving(kind)) {
            peer.write(HELLO + HELLO + HELLO);
            assertThatThrownBy(() -> peer.connection().recvBytesInto(new byte[6], 2))
                    .isInstanceOfSatisfying(
                            MpBufferTooShortException.class,
                            e -> assertThat(text(e.content())).isEqualTo("hello"));
            try (Arena arena = Arena.ofConfined()) {
                assertThatThrownBy(() -> peer.connection().recvBytesInto(arena.allocate(4)))
                        .isInstanceOf(MpBufferTooShortException.class)
                        .hasMessage("message of 5 bytes (expected: <= 4, the room in the buffer)");
            }
            assertThat(text(peer.connection().recvBytes())).isEqualTo("hello");
        }
    }

    @ParameterizedTest
    @EnumSource
    void receives_into_memory_native_or_not(Kind kind) throws Exception {
        byte[] body = Peer.pattern(200_000);
        try (Peer peer = Peer.receiving(kind);
                Arena arena = Arena.ofConfined()) {
            for (MemorySegment target :
                    new MemorySegment[] {arena.allocate(200_001), MemorySegment.ofArray(new long[26_000])}) {
                Background<Object> writing = Background.start(() -> {
                    peer.write("00030d40");
                    peer.write(body);
                    return null;
                });
                assertThat(peer.connection().recvBytesInto(target)).isEqualTo(200_000);
                writing.result();
                assertThat(target.asSlice(0, 200_000).toArray(ValueLayout.JAVA_BYTE))
                        .isEqualTo(body);
            }
        }
    }

    @Test
    void refuses_memory_it_cannot_write_to_and_consumes_nothing() throws Exception {
        try (Peer peer = Peer.receiving(Kind.PIPE)) {
            peer.write(HELLO);
            MemorySegment readOnly = MemorySegment.ofArray(new byte[10]).asReadOnly();
            assertThatThrownBy(() -> peer.connection().recvBytesInto(readOnly))
                    .isInstanceOf(IllegalArgumentException.class);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment mine = arena.allocate(10);
                assertThatThrownBy(
                                () -> Background.start(() -> peer.connection().recvBytesInto(mine))
                                        .result())
                        .hasCauseInstanceOf(WrongThreadException.class);
            }
            Arena freed = Arena.ofConfined();
            MemorySegment gone = freed.allocate(10);
            freed.close();
            assertThatThrownBy(() -> peer.connection().recvBytesInto(gone)).isInstanceOf(IllegalStateException.class);
            assertThat(text(peer.connection().recvBytes())).isEqualTo("hello");
        }
    }

    @Test
    void memory_that_is_freed_before_its_message_has_come_ends_the_connection() throws Exception {
        try (Peer peer = Peer.receiving(Kind.PIPE)) {
            Arena arena = Arena.ofShared();
            MemorySegment target = arena.allocate(10);
            Background<Long> receiving =
                    Background.blocked(() -> peer.connection().recvBytesInto(target));
            arena.close();
            peer.write("0000000a 01");
            assertThatThrownBy(receiving::result).hasCauseInstanceOf(IllegalStateException.class);
            assertThat(peer.connection().isClosed()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void an_object_that_is_no_pickle_is_consumed(Kind kind) throws Exception {
        try (Peer peer = Peer.receiving(kind)) {
            peer.write("00000000" + HELLO + "00000004 80044e2e");
            assertThatThrownBy(peer.connection()::recv).isInstanceOf(PickleException.class);
            assertThatThrownBy(peer.connection()::recv).isInstanceOf(PickleException.class);
            assertThat(peer.connection().recv()).isNull();
        }
    }

    /** The rows of the table in the documentation of {@link io.jarpipe.MpConnection}. */
    @ParameterizedTest
    @CsvSource({
        "'', true",
        "00, false",
        "000000, false",
        "00000002, true",
        "0000000241, false",
        "ffffffff, true",
        "ffffffff00, false",
        "ffffffff0000000000000002, true",
        "ffffffff000000000000000241, false",
    })
    void an_end_of_the_stream_is_what_it_is_in_python_and_then_clean(String bytes, boolean clean) throws Exception {
        for (Kind kind : Kind.values()) {
            for (int way = 0; way < 4; way++) {
                try (Peer peer = Peer.receiving(kind)) {
                    peer.write(bytes);
                    peer.raw().close();
                    int thisWay = way;
                    assertThatThrownBy(() -> receive(peer.connection(), thisWay))
                            .isInstanceOf(clean ? EOFException.class : ProtocolException.class)
                            .hasMessage(clean ? "the peer closed the connection" : "got end of file during message");
                    assertThat(peer.connection().poll()).isTrue();
                    assertThatThrownBy(peer.connection()::recvBytes).isInstanceOf(EOFException.class);
                }
            }
        }
    }

    private static void receive(StreamConnection connection, int way) throws IOException, InterruptedException {
        switch (way) {
            case 0 -> connection.recv();
            case 1 -> connection.recvBytes(1000);
            case 2 -> connection.recvBytesInto(new byte[1000]);
            default -> connection.recvStream().readAllBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fffffffe", "80000000", "ffffffff8000000000000000", "ffffffffffffffffffffffff"})
    void an_impossible_length_ends_receiving(String header) throws Exception {
        try (Peer peer = Peer.receiving(Kind.SOCKET)) {
            peer.write(header + HELLO);
            assertThatThrownBy(peer.connection()::recvBytes)
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageStartingWith("bad message length");
            assertThatThrownBy(peer.connection()::recvBytes).hasMessage("connection is write-only");
        }
        try (Peer peer = Peer.receiving(Kind.PIPE)) {
            peer.write(header + HELLO);
            assertThatThrownBy(peer.connection()::recvStream).isInstanceOf(ProtocolException.class);
            assertThat(peer.connection().isClosed()).isTrue();
        }
    }

    @Test
    void a_message_over_the_process_limit_is_skipped_or_streamed() throws Exception {
        try (Peer peer = Peer.receiving(Kind.PIPE, 4)) {
            peer.write(HELLO + "00000001 41" + HELLO + HELLO);
            assertThatThrownBy(peer.connection()::recvBytes).isInstanceOf(FrameTooLongException.class);
            assertThat(text(peer.connection().recvBytes())).isEqualTo("A");
            assertThat(text(peer.connection().recvStream().readAllBytes())).isEqualTo("hello");
            assertThat(peer.connection().recvBytesInto(new byte[5])).isEqualTo(5);
        }
    }

    @Test
    void an_announced_length_costs_no_memory() throws Exception {
        Peer[] peers = new Peer[200];
        for (int i = 0; i < peers.length; i++) {
            peers[i] = Peer.receiving(Kind.SOCKET, Integer.MAX_VALUE - 8);
            peers[i].write("7ffffff7 0102");
            StreamConnection connection = peers[i].connection();
            assertThatThrownBy(() -> connection.recvBytes(Duration.ZERO)).isInstanceOf(TimeoutException.class);
        }
        for (Peer peer : peers) {
            peer.close();
        }
    }

    @Test
    void assembles_a_message_that_comes_byte_by_byte() throws Exception {
        try (Peer peer = Peer.receiving(Kind.SOCKET)) {
            Background<byte[]> receiving = Background.blocked(peer.connection()::recvBytes);
            for (byte one : Peer.hex("ffffffff 0000000000000003 010203")) {
                receiving.awaitBlocked();
                peer.write(new byte[] {one});
            }
            assertThat(receiving.result()).containsExactly(1, 2, 3);
        }
    }

    @Test
    void an_interrupt_ends_the_wait_for_a_message_but_not_a_message() throws Exception {
        try (Peer peer = Peer.receiving(Kind.PIPE)) {
            Background<byte[]> waiting = Background.blocked(peer.connection()::recvBytes);
            waiting.thread().interrupt();
            assertThatThrownBy(waiting::result).hasCauseInstanceOf(InterruptedException.class);
            peer.write("00000002 01");
            Background<Object> receiving = Background.blocked(() -> {
                byte[] message = peer.connection().recvBytes();
                return Thread.interrupted() ? message : "the interrupt was lost";
            });
            receiving.thread().interrupt();
            receiving.awaitBlocked();
            peer.write("02");
            assertThat((byte[]) receiving.result()).containsExactly(1, 2);
        }
    }

    @Test
    void says_what_it_cannot_do() throws Exception {
        try (Peer receiver = Peer.receiving(Kind.PIPE);
                Peer sender = Peer.sending(Kind.PIPE)) {
            assertThatThrownBy(() -> receiver.connection().send(1)).hasMessage("connection is read-only");
            assertThatThrownBy(() -> sender.connection().recv()).hasMessage("connection is write-only");
            assertThatThrownBy(() -> sender.connection().poll(Duration.ZERO)).hasMessage("connection is write-only");
            assertThat(receiver.connection().fileno())
                    .isEqualTo(receiver.connection().transport().fd().number());
        }
        List<Fd> pipe = Sockets.pipe();
        Transport transport = Transport.adopt(pipe.getFirst(), true, false);
        assertThatThrownBy(() -> new StreamConnection(transport, false, false, new RazorvineCodec(), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("at least one of");
        assertThat(transport.fd().isClosed()).isTrue();
        pipe.getLast().close();
        assertThatThrownBy(() -> Fd.own(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("invalid handle");
    }
}
