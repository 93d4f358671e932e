package io.jarpipe.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.MpMessageStream;
import io.jarpipe.ProtocolException;
import io.jarpipe.connection.Peer.Kind;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.ClosedChannelException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Messages as streams, both ways. */
final class MessageStreamTest {
    @ParameterizedTest
    @EnumSource
    void a_message_is_read_in_pieces_and_the_next_one_follows(Kind kind) throws Exception {
        try (Peer peer = Peer.receiving(kind);
                Arena arena = Arena.ofConfined()) {
            peer.write("00000005 0102030405 00000000 00000001 09");
            MpMessageStream stream = peer.connection().recvStream();
            assertThat(stream.read()).isOne();
            MemorySegment two = arena.allocate(2);
            assertThat(stream.read(two)).isEqualTo(2);
            assertThat(two.toArray(ValueLayout.JAVA_BYTE)).containsExactly(2, 3);
            assertThat(stream.remaining()).isEqualTo(2);
            assertThat(stream.read(new byte[0])).isZero();
            assertThat(stream.readAllBytes()).containsExactly(4, 5);
            assertThat(stream.read()).isEqualTo(-1);
            MpMessageStream empty = peer.connection().recvStream();
            assertThat(empty.length()).isZero();
            assertThat(empty.read()).isEqualTo(-1);
            assertThat(peer.connection().recvBytes()).containsExactly(9);
            stream.close();
            empty.close();
            assertThatThrownBy(stream::read).hasMessage("stream is closed");
        }
    }

    @ParameterizedTest
    @EnumSource
    void closing_drops_the_rest(Kind kind) throws Exception {
        try (Peer peer = Peer.receiving(kind)) {
            Background<Object> writing = Background.start(() -> {
                peer.write("00030d40");
                peer.write(new byte[200_000]);
                peer.write("00000001 09");
                return null;
            });
            try (MpMessageStream stream = peer.connection().recvStream()) {
                assertThat(stream.readNBytes(10)).hasSize(10);
            }
            assertThat(peer.connection().recvBytes()).containsExactly(9);
            writing.result();
        }
    }

    @Test
    void nothing_else_is_received_while_a_stream_is_open() throws Exception {
        try (Peer peer = Peer.receiving(Kind.SOCKET)) {
            peer.write("00000002 0102");
            MpMessageStream stream = peer.connection().recvStream();
            assertThatThrownBy(peer.connection()::recv)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("read it to its end or close it");
            stream.close();
        }
    }

    @Test
    void an_interrupt_ends_a_read_and_loses_nothing() throws Exception {
        try (Peer peer = Peer.receiving(Kind.PIPE)) {
            peer.write("00000002");
            MpMessageStream stream = peer.connection().recvStream();
            Background<Boolean> reading = Background.blocked(() -> {
                assertThatThrownBy(stream::read).isInstanceOf(InterruptedIOException.class);
                return Thread.interrupted();
            });
            reading.thread().interrupt();
            assertThat(reading.result()).isTrue();
            peer.write("0708");
            assertThat(stream.readAllBytes()).containsExactly(7, 8);
        }
    }

    @Test
    void a_message_that_is_cut_short_stays_so() throws Exception {
        try (Peer peer = Peer.receiving(Kind.PIPE)) {
            peer.write("00000003 01");
            peer.raw().close();
            MpMessageStream stream = peer.connection().recvStream();
            assertThat(stream.read()).isOne();
            assertThatThrownBy(stream::read)
                    .isInstanceOf(ProtocolException.class)
                    .hasMessage("got end of file during message");
            assertThatThrownBy(stream::read).hasMessage("the message was cut short");
            stream.close();
            assertThatThrownBy(peer.connection()::recvBytes).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void closing_the_connection_ends_a_read_and_a_close() throws Exception {
        try (Peer peer = Peer.receiving(Kind.SOCKET)) {
            peer.write("00000003 01");
            MpMessageStream stream = peer.connection().recvStream();
            stream.read();
            Background<Integer> reading = Background.blocked(stream::read);
            peer.connection().close();
            assertThatThrownBy(reading::result).hasCauseInstanceOf(ClosedChannelException.class);
            stream.close();
        }
        try (Peer peer = Peer.receiving(Kind.SOCKET)) {
            peer.write("00000003 01");
            MpMessageStream stream = peer.connection().recvStream();
            Background<Object> closing = Background.blocked(() -> {
                stream.close();
                return null;
            });
            peer.connection().close();
            closing.result();
        }
    }

    @ParameterizedTest
    @EnumSource
    void sends_what_a_stream_holds(Kind kind) throws Exception {
        try (Peer peer = Peer.sending(kind)) {
            for (int length : new int[] {0, 1, 65_535, 65_536, 65_537, 300_000}) {
                byte[] body = Peer.pattern(length);
                InputStream source = new ByteArrayInputStream(Arrays.copyOf(body, length + 1));
                Background<Object> sending = Background.start(() -> {
                    peer.connection().sendStream(source, length);
                    return null;
                });
                assertThat(peer.read(4))
                        .isEqualTo(
                                java.nio.ByteBuffer.allocate(4).putInt(length).array());
                assertThat(peer.read(length)).isEqualTo(body);
                sending.result();
                assertThat(source.read()).as("the byte behind the message").isZero();
            }
            assertThatThrownBy(() -> peer.connection().sendStream(InputStream.nullInputStream(), -1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void a_source_that_ends_early_sends_nothing() throws Exception {
        try (Peer peer = Peer.sending(Kind.SOCKET)) {
            assertThatThrownBy(() -> peer.connection().sendStream(new ByteArrayInputStream(new byte[9]), 10))
                    .isInstanceOf(EOFException.class)
                    .hasMessage("the source ended after 9 bytes (expected: 10)");
            peer.connection().sendBytes(new byte[] {1});
            assertThat(peer.read(5)).containsExactly(0, 0, 0, 1, 1);
        }
    }

    @Test
    void a_source_that_ends_too_late_closes_the_connection() throws Exception {
        try (Peer peer = Peer.sending(Kind.SOCKET)) {
            Background<Object> sending = Background.start(() -> {
                peer.connection().sendStream(new ByteArrayInputStream(new byte[70_000]), 80_000);
                return null;
            });
            peer.read(4 + 65_536);
            assertThatThrownBy(sending::result).hasRootCauseInstanceOf(EOFException.class);
            assertThat(peer.connection().isClosed()).isTrue();
            assertThatThrownBy(() -> peer.read(1)).isInstanceOf(IOException.class);
        }
    }
}
