package io.jarpipe.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jarpipe.auth.Handshake.State;
import io.jarpipe.testing.Goldens;
import io.jarpipe.wire.FrameDecoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class HandshakeGoldenTest {
    static Stream<Goldens.Golden> answers() {
        return Goldens.startingWith("handshake").filter(golden -> !golden.name().equals("handshake_refusal"));
    }

    static Stream<Goldens.Golden> refusals() {
        return Goldens.startingWith("handshake_refusal");
    }

    private static byte[] key(Goldens.Golden golden) {
        return golden.name().endsWith("_empty_key") ? new byte[0] : "secret".getBytes(US_ASCII);
    }

    private static List<byte[]> frames(Goldens.Golden golden) throws IOException {
        FrameDecoder decoder = new FrameDecoder(Handshake.MAX_FRAME_LENGTH);
        ByteBuffer stream = ByteBuffer.wrap(golden.bytes());
        List<byte[]> frames = new ArrayList<>();
        while (stream.hasRemaining()) {
            decoder.feed(stream);
            if (decoder.isComplete()) {
                frames.add(decoder.take());
            }
        }
        return frames;
    }

    @ParameterizedTest
    @MethodSource("answers")
    void answers_as_python_3_12_does_and_accepts_what_any_python_answers(Goldens.Golden golden) throws IOException {
        List<byte[]> frames = frames(golden);
        byte[] content = Messages.challengeContent(frames.get(0)).orElseThrow();
        byte[] theirs = frames.get(1);
        Handshake client = Handshake.client(key(golden));
        client.begin();
        byte[] ours = client.receive(frames.get(0)).reply().orElseThrow();
        boolean old = Integer.parseInt(golden.version().substring(2)) < 12;
        assertThat(theirs).isEqualTo(old ? Digest.MD5.hmac(key(golden), content) : ours);
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void reads_the_challenge_and_the_refusal_of_every_version(Goldens.Golden golden) throws IOException {
        List<byte[]> frames = frames(golden);
        Handshake client = Handshake.client(key(golden));
        client.begin();
        assertThat(client.receive(frames.get(0)).reply()).isPresent();
        assertThat(client.receive(frames.get(1)).state()).isEqualTo(State.FAILED);
        assertThat(frames.get(1)).isEqualTo(Messages.failure());
    }

    /** Computed with CPython 3.13: hmac.new(b'secret', message, digest). */
    @ParameterizedTest
    @CsvSource({
        "MD5, '', 20, 7defa9cc46abc3583325d17ccda75190",
        "SHA256, '{sha256}', 40, fc57fbe650d6124b98215e7b5d197d5807ad69982d275a9735ea2d56f1fa6989",
        "MD5, '{sha256}', 40, 8e48d2bb349b4b72b9382999ed5b62eb",
        "MD5, '{md5}', 40, e8928e8cca3ace2d777017168dc6a0b2",
        "SHA384, '{sha384}', 40, bae78a3376369f7b803a8473318a9b7062495b47434159ac84fc92ddb33c51b277c44c3edd9a5f9cb7d628f21abe2665",
        "SHA3_256, '{sha3_256}', 40, 82e8fa62f363295b6655abecf0e98e510224c559e9745af9741c357aec358f90",
        "SHA3_384, '{sha3_384}', 40, bfbe71d4e622f58ebf6cbe049af4c8fe518645b482915af0940d678c37c0b46dd1a2a448f9ee5141c91bba42b46a7862",
    })
    void computes_pythons_codes(Digest digest, String prefix, int randomLength, String code) {
        byte[] random = new byte[randomLength];
        for (int index = 0; index < randomLength; index++) {
            random[index] = (byte) index;
        }
        byte[] message = Messages.concat(prefix.getBytes(US_ASCII), random);
        assertThat(HexFormat.of().formatHex(digest.hmac("secret".getBytes(US_ASCII), message)))
                .isEqualTo(code);
    }
}
