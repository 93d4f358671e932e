package io.jarpipe.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.MpAuthenticationException;
import io.jarpipe.auth.Handshake.Md5;
import io.jarpipe.auth.Handshake.Role;
import io.jarpipe.auth.Handshake.Step;
import io.jarpipe.testing.PythonProcess;
import io.jarpipe.testing.Pythons;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Mirrors test_deliver_challenge_auth_failure and test_answer_challenge_auth_failure of CPython, with real peers. */
@Timeout(60)
class HandshakeInteropTest {
    private static final byte[] KEY = {1, 2, 3, 0, 5};
    private static final byte[] OTHER_KEY = {1, 2, 3, 4, 5};
    private static final byte[] EMPTY_KEY = {};

    static Stream<Arguments> pythonsAndRoles() {
        return Pythons.all().stream()
                .flatMap(python -> Stream.of(Role.values()).map(role -> Arguments.of(python, role)));
    }

    private static PythonProcess peer(Pythons.Python python, Role ours, byte[] key) throws IOException {
        String role = ours == Role.LISTENER ? "client" : "listener";
        return new PythonProcess(
                python,
                "handshake_peer.py",
                HandshakeInteropTest.class,
                role,
                HexFormat.of().formatHex(key));
    }

    private static void run(Handshake handshake, PythonProcess peer) throws IOException {
        Optional<byte[]> first = handshake.begin();
        if (first.isPresent()) {
            peer.send(first.get());
        }
        while (true) {
            Step step = handshake.receive(peer.receive());
            if (step.reply().isPresent()) {
                peer.send(step.reply().get());
            }
            step.throwIfFailed();
            if (step.isDone()) {
                return;
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pythonsAndRoles")
    void succeeds_with_the_right_key(Pythons.Python python, Role role) throws IOException {
        for (byte[] key : new byte[][] {KEY, EMPTY_KEY, new byte[200]}) {
            try (PythonProcess peer = peer(python, role, key)) {
                run(Handshake.create(role, key, Md5.ALLOWED), peer);
                assertThat(peer.receiveText()).isEqualTo("ok");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pythonsAndRoles")
    void fails_on_both_sides_with_different_keys(Pythons.Python python, Role role) throws IOException {
        for (byte[] key : new byte[][] {KEY, EMPTY_KEY}) {
            try (PythonProcess peer = peer(python, role, OTHER_KEY)) {
                assertThatThrownBy(() -> run(Handshake.create(role, key, Md5.ALLOWED), peer))
                        .isInstanceOf(MpAuthenticationException.class)
                        .hasMessageStartingWith(
                                role == Role.LISTENER ? "digest received was wrong" : "digest sent was rejected")
                        .hasMessageContaining("authkey");
                assertThat(peer.receiveText())
                        .isEqualTo(
                                role == Role.LISTENER
                                        ? "AuthenticationError: digest sent was rejected"
                                        : "AuthenticationError: digest received was wrong");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pythonsAndRoles")
    void works_without_md5_from_python_3_12_on(Pythons.Python python, Role role) throws IOException {
        try (PythonProcess peer = peer(python, role, KEY)) {
            Handshake handshake = Handshake.create(role, KEY, Md5.REFUSED);
            if (python.minor() >= 12) {
                run(handshake, peer);
                assertThat(peer.receiveText()).isEqualTo("ok");
            } else {
                assertThatThrownBy(() -> run(handshake, peer))
                        .isInstanceOf(MpAuthenticationException.class)
                        .hasMessageContaining("md5");
            }
        }
    }
}
