package io.jarpipe.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.testing.Goldens;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class FrameEncoderTest {
    static List<Goldens.Golden> goldens() {
        return Goldens.startingWith("frames").toList();
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void writes_the_bytes_that_python_writes(Goldens.Golden golden) {
        byte[] exes = new byte[16384];
        Arrays.fill(exes, (byte) 'x');
        byte[] ypsilons = new byte[16385];
        Arrays.fill(ypsilons, (byte) 'y');
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (byte[] body :
                List.of(new byte[0], new byte[] {'a'}, HexFormat.of().parseHex("80044e2e"), exes, ypsilons)) {
            for (ByteBuffer portion : FrameEncoder.portions(body)) {
                while (portion.hasRemaining()) {
                    stream.write(portion.get());
                }
            }
        }
        assertThat(stream.toByteArray()).isEqualTo(golden.bytes());
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "16384, 1", "16385, 2"})
    void joins_header_and_body_up_to_16_kib_as_python_does(int length, int portions) {
        List<ByteBuffer> written = FrameEncoder.portions(new byte[length]);
        assertThat(written).hasSize(portions);
        assertThat(written.stream().mapToInt(ByteBuffer::remaining).sum()).isEqualTo(4 + length);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 00000000",
        "258, 00000102",
        "2147483647, 7fffffff",
        "2147483648, ffffffff0000000080000000",
        "9223372036854775807, ffffffff7fffffffffffffff",
    })
    void chooses_the_long_header_beyond_31_bits(long length, String header) {
        assertThat(HexFormat.of().formatHex(FrameEncoder.header(length))).isEqualTo(header);
    }

    @Test
    void refuses_negative_lengths() {
        assertThatThrownBy(() -> FrameEncoder.header(-1)).isInstanceOf(IllegalArgumentException.class);
    }
}
