package io.jarpipe.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.auth.Handshake.Md5;
import io.jarpipe.auth.Handshake.Role;
import io.jarpipe.auth.Handshake.State;
import io.jarpipe.auth.Handshake.Step;
import io.jarpipe.auth.Transition.Message;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HandshakeTest {
    private static final byte[] KEY = "secret".getBytes(US_ASCII);

    private static Handshake handshake(Role role, byte[] key) {
        return new Handshake(role, key, Md5.ALLOWED, new Random(1));
    }

    private static byte[] challenge(String prefix, int randomLength) {
        byte[] random = new byte[randomLength];
        Arrays.fill(random, (byte) 7);
        return Messages.challenge(Messages.concat(prefix.getBytes(US_ASCII), random));
    }

    /** Brings a handshake into a state by the table's own messages. */
    private static Handshake in(Role role, State state) {
        Handshake handshake = handshake(role, KEY);
        Handshake peer = handshake(role == Role.LISTENER ? Role.CLIENT : Role.LISTENER, KEY);
        Optional<byte[]> toPeer = handshake.begin();
        Optional<byte[]> fromPeer = peer.begin();
        while (handshake.state() != state) {
            if (toPeer.isPresent()) {
                fromPeer = peer.receive(toPeer.get()).reply();
            }
            toPeer = handshake.receive(fromPeer.orElseThrow()).reply();
        }
        return handshake;
    }

    static List<Transition> awaitingTransitions() {
        return Transition.TABLE.stream().filter(row -> row.from() != State.NEW).toList();
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void the_table_leads_each_role_from_new_to_done_in_four_steps(Role role) {
        State state = State.NEW;
        for (int steps = 0; steps < 4; steps++) {
            state = Transition.of(role, state).to();
        }
        assertThat(state).isEqualTo(State.DONE);
    }

    @Test
    void the_table_lets_each_role_receive_what_the_other_sends() {
        for (Transition row : awaitingTransitions()) {
            Role other = row.role() == Role.LISTENER ? Role.CLIENT : Role.LISTENER;
            assertThat(Transition.TABLE).anyMatch(sender -> sender.role() == other && sender.sent() == row.received());
        }
    }

    @Test
    void two_handshakes_with_one_key_succeed_with_pythons_lengths() {
        Handshake listener = handshake(Role.LISTENER, KEY);
        Handshake client = handshake(Role.CLIENT, KEY);
        byte[] first = listener.begin().orElseThrow();
        assertThat(client.begin()).isEmpty();
        byte[] response = client.receive(first).reply().orElseThrow();
        byte[] welcome = listener.receive(response).reply().orElseThrow();
        byte[] second = client.receive(welcome).reply().orElseThrow();
        byte[] counterResponse = listener.receive(second).reply().orElseThrow();
        Step last = client.receive(counterResponse);
        assertThat(last.isDone()).isTrue();
        assertThat(listener.receive(last.reply().orElseThrow()).isDone()).isTrue();
        assertThat(List.of(
                        first,
                        response,
                        welcome,
                        second,
                        counterResponse,
                        last.reply().orElseThrow()))
                .extracting(frame -> frame.length)
                .containsExactly(59, 40, 9, 59, 40, 9);
        assertThatThrownBy(() -> listener.receive(welcome)).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @MethodSource("awaitingTransitions")
    void a_bad_message_fails_every_state_and_only_a_response_is_answered(Transition row) {
        Handshake handshake = in(row.role(), row.from());
        Step step = handshake.receive("nonsense".getBytes(US_ASCII));
        assertThat(step.state()).isEqualTo(State.FAILED);
        assertThat(step.failure()).isPresent();
        assertThat(step.reply().map(reply -> new String(reply, US_ASCII)))
                .isEqualTo(row.received() == Message.RESPONSE ? Optional.of("#FAILURE#") : Optional.empty());
        assertThatThrownBy(() -> handshake.receive(new byte[0])).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @MethodSource("awaitingTransitions")
    void rejects_frames_over_256_bytes_in_every_state(Transition row) {
        Step step = in(row.role(), row.from()).receive(new byte[257]);
        assertThatThrownBy(step::throwIfFailed).hasMessage("bad message length");
    }

    @ParameterizedTest
    @EnumSource(Digest.class)
    void verifies_every_digest_that_the_peer_chooses(Digest digest) {
        Handshake listener = handshake(Role.LISTENER, KEY);
        byte[] content =
                Messages.challengeContent(listener.begin().orElseThrow()).orElseThrow();
        byte[] code = digest.hmac(KEY, content);
        Step step = listener.receive(Messages.concat(digest.prefix(), code));
        assertThat(step.state()).isEqualTo(State.AWAIT_CHALLENGE);
    }

    @Test
    void verifies_the_bare_md5_of_old_pythons_unless_refused() {
        for (Md5 md5 : Md5.values()) {
            Handshake listener = new Handshake(Role.LISTENER, KEY, md5, new Random(1));
            byte[] content =
                    Messages.challengeContent(listener.begin().orElseThrow()).orElseThrow();
            Step step = listener.receive(Digest.MD5.hmac(KEY, content));
            assertThat(step.state()).isEqualTo(md5 == Md5.ALLOWED ? State.AWAIT_CHALLENGE : State.FAILED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{sha512}", "{sha256", "sha256}", "{}", ""})
    void rejects_responses_without_a_known_digest(String prefix) {
        Handshake listener = handshake(Role.LISTENER, KEY);
        listener.begin();
        Step step = listener.receive(Messages.concat(prefix.getBytes(US_ASCII), new byte[64]));
        assertThat(step.reply()).isPresent();
        assertThatThrownBy(step::throwIfFailed).hasMessageContaining("unsupported digest");
    }

    @Test
    void rejects_a_code_of_the_wrong_length_or_from_another_key() {
        for (byte[] code : List.of(new byte[0], new byte[31], new byte[33], new byte[32])) {
            Handshake listener = handshake(Role.LISTENER, KEY);
            listener.begin();
            Step step = listener.receive(Messages.concat(Digest.SHA256.prefix(), code));
            assertThatThrownBy(step::throwIfFailed).hasMessageStartingWith("digest received was wrong");
        }
    }

    /** The rules and texts of CPython 3.12 and newer, as its answer_challenge was seen to apply them. */
    @ParameterizedTest
    @CsvSource({
        "'', 20, 16",
        "'{sha256}', 12, 16",
        "'{md5}', 40, 21",
        "'{sha256}', 13, 40",
        "'{sha384}', 40, 56",
        "'{sha3_256}', 40, 42",
        "'{sha3_384}', 40, 58",
        "'{sha256}', 237, 40",
    })
    void answers_challenges_by_length_and_prefix(String prefix, int randomLength, int responseLength) {
        Handshake client = handshake(Role.CLIENT, KEY);
        client.begin();
        assertThat(client.receive(challenge(prefix, randomLength)).reply().orElseThrow())
                .hasSize(responseLength);
    }

    @ParameterizedTest
    @CsvSource({
        "'', 0, challenge too short",
        "'', 16, challenge too short",
        "'', 19, challenge too short",
        "'', 21, unsupported message length",
        "'{sha512}', 40, unsupported message length",
        "'{sha256}', 238, bad message length",
    })
    void refuses_to_answer_other_challenges(String prefix, int randomLength, String problem) {
        Handshake client = handshake(Role.CLIENT, KEY);
        client.begin();
        Step step = client.receive(challenge(prefix, randomLength));
        assertThat(step.reply()).isEmpty();
        assertThatThrownBy(step::throwIfFailed).hasMessageStartingWith(problem);
    }

    @Test
    void says_that_a_first_message_is_no_challenge() {
        Handshake client = handshake(Role.CLIENT, KEY);
        client.begin();
        assertThatThrownBy(() ->
                        client.receive(HexFormat.of().parseHex("80044e2e")).throwIfFailed())
                .hasMessageStartingWith("Protocol error, expected challenge");
    }

    @Test
    void must_begin_once_before_it_receives() {
        Handshake listener = handshake(Role.LISTENER, KEY);
        assertThatThrownBy(() -> listener.receive(new byte[0])).isInstanceOf(IllegalStateException.class);
        listener.begin();
        assertThatThrownBy(listener::begin).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void challenges_differ_from_one_handshake_to_the_next() {
        assertThat(Handshake.listener(KEY).begin().orElseThrow())
                .isNotEqualTo(Handshake.listener(KEY).begin().orElseThrow());
    }

    @Test
    void never_shows_the_key() {
        Handshake listener = handshake(Role.LISTENER, KEY);
        listener.begin();
        Step step = listener.receive(new byte[16]);
        assertThat(step.failure().orElseThrow().getMessage()).doesNotContain("secret");
    }
}
