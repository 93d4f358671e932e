package io.jarpipe.pickle;

import static org.assertj.core.api.Assertions.assertThat;

import io.jarpipe.pickle.PickleDump.Form;
import io.jarpipe.pickle.PickleDump.Limits;
import io.jarpipe.testing.Goldens;
import io.jarpipe.wire.FrameEncoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class PickleDumpTest {
    private static final RazorvineCodec CODEC = new RazorvineCodec();

    private static byte[] bytes(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    private static boolean isSound(byte[] bytes, Form form) throws IOException {
        return PickleDump.write(bytes, form, Limits.READABLE, new StringBuilder());
    }

    @Test
    void lists_offset_code_name_argument_marks_and_memo() {
        assertThat(PickleDump.of(bytes("\u0080\u0004]\u0094(K\u0001\u008c\u0001ah\u0000e.")))
                .isEqualTo("""
                            0: \\x80 PROTO      4
                            2: ]    EMPTY_LIST
                            3: \\x94 MEMOIZE    (as 0)
                            4: (    MARK
                            5: K        BININT1    1
                            7: \\x8c     SHORT_BINUNICODE 'a'
                           10: h        BINGET     0
                           12: e        APPENDS    (MARK at 4)
                           13: .    STOP
                        """);
    }

    @Test
    void lists_several_pickles_in_a_row() throws IOException {
        byte[] two = bytes("N.K\u0007.");
        assertThat(PickleDump.of(two)).contains("pickle at 2\n    2: K    BININT1    7\n");
        assertThat(isSound(two, Form.AUTO)).isTrue();
    }

    @Test
    void lists_frames() throws Exception {
        byte[] stream = joined(
                FrameEncoder.frame(CODEC.encode(Map.of("a", 1))),
                FrameEncoder.frame(bytes("#CHALLENGE#")),
                FrameEncoder.frame(new byte[0]),
                bytes("\u00ff\u00ff\u00ff\u00ff\0\0\0\0\0\0\0\u0005"),
                bytes("\u0080\u0004N.x"));
        String listing = PickleDump.of(stream);
        assertThat(listing)
                .startsWith("frame at 0: ")
                .contains("bytes\n    4: \\x80 PROTO      4\n")
                .contains(": 11 bytes\nb'#CHALLENGE#'\n")
                .contains(": 0 bytes\nb''\n")
                .contains(": 5 bytes\n")
                .endsWith("1 bytes behind the pickle\n");
        assertThat(isSound(stream, Form.AUTO)).isTrue();
        assertThat(isSound(stream, Form.PICKLES)).isFalse();
        assertThat(isSound(CODEC.encode(1), Form.FRAMES)).isFalse();
    }

    @Test
    void says_where_the_input_ends_too_early_and_what_was_expected() throws Exception {
        byte[] pickle = CODEC.encode(List.of("text", 1, 2.5));
        for (int length = 0; length < pickle.length; length++) {
            byte[] cut = Arrays.copyOf(pickle, length);
            assertThat(isSound(cut, Form.PICKLES)).as("%d bytes", length).isFalse();
            assertThat(PickleDump.of(cut).lines().toList().getLast()).matches("offset [0-9]+: expected .+, got .+");
        }
        byte[] frame = FrameEncoder.frame(pickle);
        for (int length = 1; length < frame.length; length++) {
            byte[] cut = Arrays.copyOf(frame, length);
            assertThat(isSound(cut, Form.AUTO)).as("%d bytes", length).isFalse();
        }
        assertThat(PickleDump.of(Arrays.copyOf(frame, frame.length - 1)))
                .contains("offset " + (frame.length - 1) + ": expected " + pickle.length + " bytes of a frame, got "
                        + (pickle.length - 1) + " bytes\n");
        assertThat(PickleDump.of(bytes("\u008c\u0005ab")))
                .isEqualTo("offset 0: expected 5 bytes of text, got 2 bytes left\n");
    }

    @Test
    void says_what_cannot_be_done() {
        assertThat(PickleDump.of(bytes("e."))).endsWith("offset 0: expected a MARK on the stack, got none\n");
        assertThat(PickleDump.of(bytes("(\u0085.")))
                .endsWith("offset 1: expected 1 value on the stack, got 0 above the MARK at 0\n");
        assertThat(PickleDump.of(bytes("h\u0007.")))
                .endsWith("offset 0: expected a number in the memo, got one that was never stored\n");
        assertThat(PickleDump.of(bytes("(\u0094."))).contains("expected a value to remember, got ");
        assertThat(PickleDump.of(bytes("NN.")))
                .endsWith("offset 2: expected one value on the stack at STOP, got 1 more\n");
        assertThat(PickleDump.of(bytes("N\u0000"))).endsWith("offset 1: expected an opcode, got byte 0x0\n");
    }

    @Test
    void shortens_what_is_long_or_deep() throws Exception {
        byte[] pickle = CODEC.encode(List.of("x".repeat(1000), new byte[1000], BigInteger.TWO.pow(9000)));
        StringBuilder listing = new StringBuilder();
        PickleDump.write(pickle, Form.AUTO, new Limits(10, 50, 1000), listing);
        assertThat(listing)
                .contains("'xxxxxxxxxx'... (1000 characters)")
                .contains("... (1000 bytes)")
                .contains("... (2710 digits)");
        listing.setLength(0);
        PickleDump.write(bytes("((((tttt."), Form.PICKLES, new Limits(10, 2, 1000), listing);
        assertThat(listing.toString().lines())
                .contains("... 3 instructions below more than 2 marks")
                .hasSize(7);
        assertThat(PickleDump.of(bytes("N0".repeat(10_000) + "N.")).lines()).hasSize(201);
    }

    @Test
    void writes_little_for_bombs() throws Exception {
        assertThat(PickleDump.of(bytes("(".repeat(1_000_000)))).hasSizeLessThan(20_000);
        assertThat(PickleDump.of(bytes("(t".repeat(100_000)))).hasSizeLessThan(20_000);
        assertThat(PickleDump.of(bytes("\0\0\0\1(".repeat(100_000)))).hasSizeLessThan(20_000);
        assertThat(PickleDump.of(bytes("\u008e" + "\u00ff".repeat(8)))).contains("expected 18446744073709551615 bytes");
        StringBuilder full = new StringBuilder();
        PickleDump.write(bytes("(".repeat(10_000)), Form.PICKLES, Limits.FULL, full);
        assertThat(full).hasSizeLessThan(5_000_000);
    }

    @Test
    void lists_any_bytes() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<byte[]> seeds =
                Goldens.distinctPickles().map(Goldens.Golden::bytes).toList();
        for (int round = 0; round < 3000; round++) {
            byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
            for (int change = random.nextInt(4); change >= 0 && bytes.length > 0; change--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            for (Form form : Form.values()) {
                StringBuilder listing = new StringBuilder();
                boolean sound = PickleDump.write(bytes, form, Limits.READABLE, listing);
                assertThat(listing.toString().contains("\noffset ")
                                || listing.toString().startsWith("offset "))
                        .as("seed %d, round %d", seed, round)
                        .isEqualTo(!sound);
            }
        }
    }

    @Test
    void lists_every_golden() throws IOException {
        for (Goldens.Golden golden : Goldens.distinctPickles().toList()) {
            assertThat(isSound(golden.bytes(), Form.AUTO)).as(golden.toString()).isTrue();
        }
    }
}
