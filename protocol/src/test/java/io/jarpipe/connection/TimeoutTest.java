package io.jarpipe.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.MpMessageStream;
import io.jarpipe.connection.Peer.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A timeout bounds the whole message, and what has come of it is not lost. */
final class TimeoutTest {
    private static final Duration SHORT = Duration.ofMillis(2);

    @ParameterizedTest
    @ValueSource(strings = {"00000003 010203", "ffffffff 0000000000000003 010203", "00000000"})
    void the_next_receive_goes_on_wherever_the_last_one_gave_up(String message) throws Exception {
        byte[] bytes = Peer.hex(message);
        byte[] body = Arrays.copyOfRange(bytes, Math.max(0, bytes.length - 3), bytes.length);
        byte[] expected = message.equals("00000000") ? new byte[0] : body;
        for (int offset = 0; offset < bytes.length; offset++) {
            try (Peer peer = Peer.receiving(Kind.PIPE)) {
                StreamConnection connection = peer.connection();
                List<Callable<byte[]>> ways = List.of(
                        connection::recvBytes,
                        () -> connection.recvBytes(1000),
                        () -> {
                            byte[] buffer = new byte[3];
                            return Arrays.copyOf(buffer, connection.recvBytesInto(buffer));
                        },
                        () -> connection.recvStream().readAllBytes(),
                        () -> connection.recvBytes(Duration.ofSeconds(30)));
                for (Callable<byte[]> way : ways) {
                    peer.write(Arrays.copyOf(bytes, offset));
                    assertThatThrownBy(() -> connection.recvBytes(SHORT)).isInstanceOf(TimeoutException.class);
                    assertThatThrownBy(() -> connection.recv(Duration.ZERO)).isInstanceOf(TimeoutException.class);
                    peer.write(Arrays.copyOfRange(bytes, offset, bytes.length));
                    byte[] received = way.call();
                    assertThat(received)
                            .as("after " + offset + " bytes")
                            .startsWith(expected)
                            .hasSizeGreaterThanOrEqualTo(expected.length);
                    assertThat(connection.poll()).isFalse();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_long_message_survives_many_timeouts(Kind kind) throws Exception {
        byte[] body = Peer.pattern(300_000);
        try (Peer peer = Peer.receiving(kind)) {
            peer.write("000493e0");
            int timeouts = 0;
            for (int done = 0; done < body.length; done += 10_000) {
                assertThatThrownBy(() -> peer.connection().recvBytes(Duration.ZERO))
                        .isInstanceOf(TimeoutException.class);
                timeouts++;
                peer.write(Arrays.copyOfRange(body, done, done + 10_000));
            }
            assertThat(peer.connection().recvBytes(Duration.ofSeconds(30))).isEqualTo(body);
            assertThat(timeouts).isEqualTo(30);
        }
    }

    @Test
    void a_peer_that_stalls_within_a_message_is_not_waited_for() throws Exception {
        try (Peer peer = Peer.receiving(Kind.SOCKET)) {
            peer.write("000000ff 80");
            assertThat(peer.connection().poll()).isTrue();
            Background<Object> receiving =
                    Background.start(() -> peer.connection().recv(Duration.ofMillis(50)));
            assertThatThrownBy(receiving::result).hasCauseInstanceOf(TimeoutException.class);
        }
    }

    @Test
    void a_timeout_also_bounds_the_wait_for_another_receiver() throws Exception {
        try (Peer peer = Peer.receiving(Kind.SOCKET)) {
            Background<byte[]> other = Background.blocked(peer.connection()::recvBytes);
            assertThatThrownBy(() -> peer.connection().recvBytes(SHORT)).isInstanceOf(TimeoutException.class);
            peer.write("00000001 07");
            assertThat(other.result()).containsExactly(7);
        }
    }

    @Test
    void a_stream_begins_with_what_an_earlier_receive_has_kept() throws Exception {
        try (Peer peer = Peer.receiving(Kind.PIPE)) {
            peer.write("00000006 010203");
            assertThatThrownBy(() -> peer.connection().recvBytes(Duration.ZERO)).isInstanceOf(TimeoutException.class);
            List<Integer> seen = new ArrayList<>();
            try (MpMessageStream stream = peer.connection().recvStream()) {
                assertThat(stream.length()).isEqualTo(6);
                byte[] two = new byte[2];
                assertThat(stream.read(two)).isEqualTo(2);
                assertThat(stream.read(two)).isEqualTo(1);
                peer.write("040506");
                for (int one = stream.read(); one >= 0; one = stream.read()) {
                    seen.add(one);
                }
            }
            assertThat(seen).containsExactly(4, 5, 6);
        }
    }
}
