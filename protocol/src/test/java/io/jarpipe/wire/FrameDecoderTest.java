package io.jarpipe.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.ProtocolException;
import io.jarpipe.testing.Goldens;
import io.jarpipe.wire.FrameDecoder.State;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameDecoderTest {
    private static final int LIMIT = 1 << 20;

    private static ByteBuffer hex(String bytes) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(bytes.replace(" ", "")));
    }

    /** Feeds a stream in pieces as a reader does that asks for no more than is wanted. */
    private static List<byte[]> frames(FrameDecoder decoder, ByteBuffer stream, int pieceLength) throws IOException {
        List<byte[]> frames = new ArrayList<>();
        while (stream.hasRemaining()) {
            int count = Math.min(stream.remaining(), Math.min(pieceLength, decoder.wanted()));
            ByteBuffer piece = stream.slice(stream.position(), count);
            stream.position(stream.position() + count);
            decoder.feed(piece);
            assertThat(piece.hasRemaining()).isFalse();
            if (decoder.isComplete()) {
                frames.add(decoder.take());
            }
        }
        return frames;
    }

    static Stream<Goldens.Golden> goldens() {
        return Goldens.startingWith("frames");
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void decodes_what_python_writes_in_pieces_of_any_size(Goldens.Golden golden) throws IOException {
        for (int pieceLength : new int[] {1, 3, 1000, Integer.MAX_VALUE}) {
            FrameDecoder decoder = new FrameDecoder(LIMIT);
            List<byte[]> frames = frames(decoder, ByteBuffer.wrap(golden.bytes()), pieceLength);
            assertThat(frames).hasSize(5);
            assertThat(frames.get(0)).isEmpty();
            assertThat(frames.get(1)).isEqualTo("a".getBytes(StandardCharsets.US_ASCII));
            assertThat(frames.get(2)).isEqualTo(hex("80044e2e").array());
            assertThat(frames.get(3)).hasSize(16384).containsOnly('x');
            assertThat(frames.get(4)).hasSize(16385).containsOnly('y');
            assertThat(decoder.isIdle()).isTrue();
        }
    }

    @Test
    void never_consumes_a_byte_beyond_the_frame() throws IOException {
        FrameDecoder decoder = new FrameDecoder(LIMIT);
        ByteBuffer stream = hex("00000002 4142 00000001 43");
        decoder.feed(stream);
        decoder.feed(stream);
        assertThat(decoder.isComplete()).isTrue();
        decoder.feed(stream);
        assertThat(stream.remaining()).isEqualTo(5);
        assertThat(decoder.take()).containsExactly('A', 'B');
    }

    @Test
    void accepts_the_long_form_for_any_length() throws IOException {
        assertThat(frames(new FrameDecoder(LIMIT), hex("ffffffff 0000000000000001 41 ffffffff 0000000000000000"), 1))
                .containsExactly(new byte[] {'A'}, new byte[0]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fffffffe", "80000000"})
    void rejects_negative_lengths(String header) {
        FrameDecoder decoder = new FrameDecoder(LIMIT);
        assertThatThrownBy(() -> decoder.feed(hex(header)))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("expected: >= 0");
        assertThat(decoder.state()).isEqualTo(State.FAILED);
        assertThat(decoder.wanted()).isZero();
        assertThatThrownBy(() -> decoder.feed(hex("00"))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void rejects_length_over_limit_and_accepts_the_limit() throws IOException {
        assertThat(frames(new FrameDecoder(2), hex("00000002 4142"), 99)).hasSize(1);
        FrameDecoder decoder = new FrameDecoder(2);
        assertThatThrownBy(() -> decoder.feed(hex("00000003")))
                .isInstanceOf(FrameTooLongException.class)
                .hasMessage("bad message length: 3 (expected: <= 2)");
        assertThat(decoder.state()).isEqualTo(State.FAILED);
    }

    @Test
    void rejects_a_length_of_more_than_63_bits() {
        assertThatThrownBy(() -> frames(new FrameDecoder(2), hex("ffffffff 8000000000000000"), 12))
                .isInstanceOf(FrameTooLongException.class)
                .hasMessage("bad message length: 9223372036854775808 (expected: <= 2)");
    }

    @Test
    void allocates_by_the_bytes_received_not_by_the_length_announced() throws IOException {
        List<FrameDecoder> decoders = new ArrayList<>();
        for (int count = 0; count < 2000; count++) {
            FrameDecoder decoder = new FrameDecoder(FrameDescriptor.MAX_ARRAY_LENGTH);
            decoder.feed(hex("7ffffff7"));
            assertThat(decoder.wanted()).isEqualTo(FrameDecoder.MAX_WANTED);
            decoders.add(decoder);
        }
        assertThat(decoders).hasSize(2000);
    }

    @Test
    void assembles_a_body_far_longer_than_one_portion() throws IOException {
        byte[] body = new byte[1_000_000];
        for (int index = 0; index < body.length; index++) {
            body[index] = (byte) (index * 31);
        }
        List<byte[]> frames = frames(new FrameDecoder(LIMIT), ByteBuffer.wrap(FrameEncoder.frame(body)), 70_001);
        assertThat(frames).containsExactly(body);
    }

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
        "0000000141, true",
    })
    void tells_a_clean_end_from_one_inside_a_message_as_python_does(String received, boolean clean) throws IOException {
        FrameDecoder decoder = new FrameDecoder(4);
        frames(decoder, hex(received), 99);
        IOException end = decoder.endOfStream();
        if (clean) {
            assertThat(end).isInstanceOf(EOFException.class);
        } else {
            assertThat(end).isInstanceOf(ProtocolException.class).hasMessage("got end of file during message");
        }
    }

    @Test
    void is_idle_only_between_frames() throws IOException {
        FrameDecoder decoder = new FrameDecoder(LIMIT);
        assertThat(decoder.isIdle()).isTrue();
        decoder.feed(hex("00"));
        assertThat(decoder.isIdle()).isFalse();
        decoder.feed(hex("000001"));
        decoder.feed(hex("41"));
        assertThat(decoder.isIdle()).isFalse();
        decoder.take();
        assertThat(decoder.isIdle()).isTrue();
    }

    @Test
    void refuses_to_hand_out_half_a_frame() throws IOException {
        FrameDecoder decoder = new FrameDecoder(LIMIT);
        decoder.feed(hex("00000002"));
        assertThatThrownBy(decoder::take).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new FrameDecoder(-1)).isInstanceOf(IllegalArgumentException.class);
    }
}
