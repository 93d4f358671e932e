package io.jarpipe.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.MpBrokenPipeException;
import io.jarpipe.connection.Peer.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sending arrays and memory, and what happens when the stream is full. */
final class SendTest {
    private static final int[] SIZES = {0, 1, 4092, 4096, 16_384, 16_385, 65_532, 65_536, 200_000};

    private static byte[] header(int length) {
        return ByteBuffer.allocate(4).putInt(length).array();
    }

    @ParameterizedTest
    @EnumSource
    void memory_of_every_kind_and_size_arrives(Kind kind) throws Exception {
        try (Peer peer = Peer.sending(kind);
                Arena arena = Arena.ofShared()) {
            for (int size : SIZES) {
                byte[] body = Peer.pattern(size);
                MemorySegment heap = MemorySegment.ofArray(body).asReadOnly();
                for (MemorySegment message : new MemorySegment[] {
                    heap, arena.allocate(size + 1L).asSlice(0, size).copyFrom(heap)
                }) {
                    Background<Object> sending = Background.start(() -> {
                        peer.connection().sendBytes(message);
                        return null;
                    });
                    assertThat(peer.read(4)).isEqualTo(header(size));
                    assertThat(peer.read(size)).isEqualTo(body);
                    sending.result();
                }
            }
        }
    }

    @Test
    void memory_that_cannot_be_read_sends_nothing() throws Exception {
        try (Peer peer = Peer.sending(Kind.SOCKET)) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment mine = arena.allocate(100_000);
                assertThatThrownBy(() -> Background.start(() -> {
                                    peer.connection().sendBytes(mine);
                                    return null;
                                })
                                .result())
                        .hasCauseInstanceOf(WrongThreadException.class);
            }
            Arena freed = Arena.ofConfined();
            MemorySegment gone = freed.allocate(100_000);
            freed.close();
            assertThatThrownBy(() -> peer.connection().sendBytes(gone)).isInstanceOf(IllegalStateException.class);
            peer.connection().sendBytes(new byte[] {1});
            assertThat(peer.read(5)).containsExactly(0, 0, 0, 1, 1);
        }
    }

    @Test
    void memory_that_is_freed_in_the_middle_of_a_message_ends_the_connection() throws Exception {
        try (Peer peer = Peer.sending(Kind.PIPE)) {
            Arena arena = Arena.ofShared();
            MemorySegment message = arena.allocate(1_000_000);
            Background<Object> sending = Background.blocked(() -> {
                peer.connection().sendBytes(message);
                return null;
            });
            arena.close();
            peer.read(8192); // makes room for more
            assertThatThrownBy(sending::result).hasCauseInstanceOf(IllegalStateException.class);
            assertThat(peer.connection().isClosed()).isTrue();
        }
    }

    @Test
    void checks_the_part_of_an_array() throws Exception {
        try (Peer peer = Peer.sending(Kind.PIPE)) {
            byte[] message = new byte[26];
            peer.connection().sendBytes(message, 26, 0);
            for (int[] part : new int[][] {{27, 0}, {22, 5}, {26, 1}, {-1, 1}, {4, -1}}) {
                assertThatThrownBy(() -> peer.connection().sendBytes(message, part[0], part[1]))
                        .isInstanceOf(IndexOutOfBoundsException.class);
            }
            assertThat(peer.read(4)).isEqualTo(header(0));
        }
    }

    @ParameterizedTest
    @EnumSource
    void says_that_nobody_reads_any_more(Kind kind) throws Exception {
        try (Peer peer = Peer.sending(kind)) {
            peer.raw().close();
            assertThatThrownBy(() -> peer.connection().send("x")).isInstanceOf(MpBrokenPipeException.class);
            peer.connection().close();
            assertThatThrownBy(() -> peer.connection().send("x")).isInstanceOf(ClosedChannelException.class);
        }
    }
}
