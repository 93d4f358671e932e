package io.jarpipe.sharing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.MpConnection;
import io.jarpipe.MpSharingException;
import io.jarpipe.MpSharingException.Reason;
import io.jarpipe.PyTuple;
import io.jarpipe.connection.StreamConnection;
import io.jarpipe.os.Fd;
import io.jarpipe.os.Sockets;
import io.jarpipe.os.Transport;
import io.jarpipe.pickle.RazorvineCodec;
import io.jarpipe.testing.PythonProcess;
import io.jarpipe.testing.Pythons;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever a sharer does, the one message is lost and nothing else: no descriptor, no later message, no time. */
@Timeout(60)
final class HostileSharerTest {
    private static final byte[] KEY = {1, 2, 3};
    private static final Duration PATIENCE = Duration.ofMillis(500);

    @BeforeAll
    static void open_what_stays_open() throws IOException {
        Descriptors.warmUp();
    }

    /** A connection inside Java, whose receiving end is told of tickets. */
    private record Channel(SharedObjects shared, MpConnection receiver, StreamConnection sender)
            implements AutoCloseable {
        static Channel open(Optional<ProcessKey> key) throws IOException {
            SharedObjects shared = new SharedObjects(key, new RazorvineCodec(), 1000, PATIENCE);
            List<Fd> pair = Sockets.socketPair();
            return new Channel(
                    shared,
                    new StreamConnection(Transport.adopt(pair.get(0), true, true), true, true, shared.codec(), 1000),
                    new StreamConnection(
                            Transport.adopt(pair.get(1), true, true), true, true, new RazorvineCodec(), 1000));
        }

        void assertRefused(String address, Reason reason) throws Exception {
            sender.send(List.of(
                    PyTuple.of(Recipes.connection(new Ticket(address, 1).toPython(), true, true)), "the rest"));
            sender.send("next");
            assertThatThrownBy(receiver::recv)
                    .isInstanceOfSatisfying(
                            MpSharingException.class,
                            e -> assertThat(e.reason()).isEqualTo(reason));
            assertThat(receiver.recv()).isEqualTo("next");
        }

        @Override
        public void close() {
            receiver.close();
            sender.close();
            shared.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "wrong payload, FAILED",
        "no descriptor, FAILED",
        "two descriptors, FAILED",
        "three descriptors, FAILED",
        "nothing, ALREADY_RECEIVED",
        "stalls, TIMED_OUT",
        "silent, TIMED_OUT",
        "garbage, AUTHENTICATION",
        "endless, FAILED",
        "never accepts, TIMED_OUT",
    })
    void costs_one_message(String mode, Reason reason) throws Exception {
        Pythons.Python python = Pythons.all().getLast();
        try (PythonProcess sharer = new PythonProcess(
                        python, "hostile_sharer.py", getClass(), HexFormat.of().formatHex(KEY), mode);
                Channel channel = Channel.open(Optional.of(ProcessKey.of(KEY)))) {
            String address = sharer.receiveText();
            long before = Descriptors.open();
            channel.assertRefused(address, reason);
            assertThat(Descriptors.open()).isEqualTo(before);
            sharer.send(new byte[0]);
        }
    }

    @Test
    void nobody_listens_or_no_key_is_known() throws Exception {
        try (Channel channel = Channel.open(Optional.of(ProcessKey.of(KEY)))) {
            channel.assertRefused("/tmp/jarpipe-test-no-such-folder/s", Reason.SENDER_GONE);
            channel.assertRefused("\0jarpipe-test-no-such-name", Reason.SENDER_GONE);
            channel.assertRefused("x".repeat(200), Reason.FAILED);
        }
        try (Channel channel = Channel.open(Optional.empty())) {
            channel.assertRefused("/tmp/jarpipe-test-no-such-folder/s", Reason.NO_KEY);
            assertThatThrownBy(() -> channel.shared().codec().encode(List.of(channel.sender())))
                    .hasMessageContaining("the authkey of the Python program is not known here at value[0]");
        }
    }

    @Test
    void closing_ends_a_fetch_that_waits() throws Exception {
        Pythons.Python python = Pythons.all().getLast();
        SharedObjects shared =
                new SharedObjects(Optional.of(ProcessKey.of(KEY)), new RazorvineCodec(), 1000, Duration.ofMinutes(5));
        try (PythonProcess sharer = new PythonProcess(
                python, "hostile_sharer.py", getClass(), HexFormat.of().formatHex(KEY), "silent")) {
            byte[] message = new RazorvineCodec()
                    .encode(Recipes.connection(new Ticket(sharer.receiveText(), 1).toPython(), true, true));
            Thread closing = Thread.ofPlatform().start(() -> closeWhenAccepted(sharer, shared));
            assertThatThrownBy(() -> shared.codec().decode(message))
                    .isInstanceOfSatisfying(
                            MpSharingException.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.FAILED))
                    .hasMessageContaining("the worker has ended");
            closing.join();
            sharer.send(new byte[0]);
        }
    }

    private static void closeWhenAccepted(PythonProcess sharer, SharedObjects shared) {
        try {
            assertThat(sharer.receiveText()).isEqualTo("accepted");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            shared.close();
        }
    }

    @Test
    void an_interrupt_waits_until_the_message_is_complete() throws Exception {
        Pythons.Python python = Pythons.all().getLast();
        try (PythonProcess sharer = new PythonProcess(
                        python, "hostile_sharer.py", getClass(), HexFormat.of().formatHex(KEY), "stalls");
                Channel channel = Channel.open(Optional.of(ProcessKey.of(KEY)))) {
            byte[] message = new RazorvineCodec()
                    .encode(Recipes.connection(new Ticket(sharer.receiveText(), 1).toPython(), true, true));
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> channel.shared().codec().decode(message))
                    .isInstanceOfSatisfying(
                            MpSharingException.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.TIMED_OUT));
            assertThat(Thread.interrupted()).isTrue();
            sharer.send(new byte[0]);
        }
    }
}
