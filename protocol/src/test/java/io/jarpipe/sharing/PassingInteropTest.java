package io.jarpipe.sharing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.MpAddress;
import io.jarpipe.MpConnection;
import io.jarpipe.MpSharingException;
import io.jarpipe.MpSharingException.Reason;
import io.jarpipe.PyObject;
import io.jarpipe.connection.StreamConnection;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Fd;
import io.jarpipe.os.Sockets;
import io.jarpipe.os.Transport;
import io.jarpipe.pickle.RazorvineCodec;
import io.jarpipe.testing.PythonProcess;
import io.jarpipe.testing.Pythons;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Java and CPython as either side of the resource sharer; 3.14 and newer acknowledge a descriptor, older ones do not.
 */
@Timeout(120)
final class PassingInteropTest {
    private static final byte[] KEY = {1, 2, 3, 0, 5};
    private static final int MANY = 500;

    static Stream<Pythons.Python> pythons() {
        return Pythons.all().stream();
    }

    private static SharedObjects sharedObjects(byte[] key) {
        return new SharedObjects(
                Optional.of(ProcessKey.of(key)), new RazorvineCodec(), 100_000, Duration.ofSeconds(20));
    }

    private static PythonProcess python(Pythons.Python version) throws IOException {
        return new PythonProcess(
                version,
                "sharing_peer.py",
                PassingInteropTest.class,
                HexFormat.of().formatHex(KEY));
    }

    private static String ask(PythonProcess python, String command) throws IOException {
        python.send(command.getBytes(StandardCharsets.US_ASCII));
        return python.receiveText();
    }

    private static String give(PythonProcess python, String command, byte[] message) throws IOException {
        python.send(command.getBytes(StandardCharsets.US_ASCII));
        python.send(message);
        return python.receiveText();
    }

    private static byte[] offer(PythonProcess python) throws IOException {
        python.send("offer".getBytes(StandardCharsets.US_ASCII));
        return python.receive();
    }

    private static List<StreamConnection> pipe(SharedObjects shared, boolean duplex) throws IOException {
        List<Fd> pair = duplex ? Sockets.socketPair() : Sockets.pipe();
        return List.of(
                new StreamConnection(Transport.adopt(pair.get(0), true, duplex), true, duplex, shared.codec(), 1000),
                new StreamConnection(Transport.adopt(pair.get(1), duplex, true), duplex, true, shared.codec(), 1000));
    }

    private static List<Path> folders(Ticket ticket) {
        return List.of(Path.of(ticket.address()), Path.of(ticket.address()).getParent());
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void receives_a_connection_once(Pythons.Python version) throws Exception {
        try (PythonProcess python = python(version);
                SharedObjects shared = sharedObjects(KEY)) {
            byte[] message = offer(python);
            try (MpConnection connection = (MpConnection) shared.codec().decode(message)) {
                connection.send("from Java");
                assertThat(ask(python, "send")).isEqualTo("from Java");
                assertThat(connection.recv()).isEqualTo("from Python");
            }
            assertThatThrownBy(() -> shared.codec().decode(message))
                    .isInstanceOfSatisfying(
                            MpSharingException.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.ALREADY_RECEIVED));
            try (SharedObjects stranger = sharedObjects(new byte[] {9})) {
                assertThatThrownBy(() -> stranger.codec().decode(offer(python)))
                        .isInstanceOfSatisfying(
                                MpSharingException.class,
                                e -> assertThat(e.reason()).isEqualTo(Reason.AUTHENTICATION));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void sends_a_connection_once_while_others_stall(Pythons.Python version) throws Exception {
        try (PythonProcess python = python(version);
                SharedObjects shared = sharedObjects(KEY)) {
            for (boolean duplex : new boolean[] {true, false}) {
                List<StreamConnection> pipe = pipe(shared, duplex);
                byte[] message = shared.codec().encode(pipe.get(1));
                pipe.get(1).close();
                try (Stalled stalled = Stalled.at(addressIn(message))) {
                    assertThat(give(python, "take", message)).isEqualTo("Connection");
                    assertThat(stalled.clients()).hasSize(5);
                }
                ask(python, "use");
                assertThat(pipe.get(0).recv()).isEqualTo("over the taken one");
                ask(python, "drop");
                assertThatThrownBy(pipe.get(0)::recv).isInstanceOf(EOFException.class);
                assertThat(give(python, "take again", message)).isEqualTo("EOFError");
                pipe.get(0).close();
            }
        }
    }

    /** Clients that connect and say nothing. */
    private record Stalled(List<Fd> clients) implements AutoCloseable {
        static Stalled at(String address) throws IOException, InterruptedException {
            List<Fd> clients = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                clients.add(Sockets.connect(MpAddress.of(address), Deadline.NEVER));
            }
            return new Stalled(clients);
        }

        @Override
        public void close() {
            clients.forEach(Fd::close);
        }
    }

    private static String addressIn(byte[] message) throws IOException {
        PyObject recipe = (PyObject) new RazorvineCodec().decode(message);
        return Ticket.of(Recipes.objectArgument(recipe, 0)).address();
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void leaks_nothing_in_either_direction(Pythons.Python version) throws Exception {
        Descriptors.warmUp();
        try (PythonProcess python = python(version);
                SharedObjects shared = sharedObjects(KEY)) {
            long here = 0;
            int there = 0;
            for (int i = 0; i <= MANY; i++) {
                ((MpConnection) shared.codec().decode(offer(python))).close();
                List<StreamConnection> pipe = pipe(shared, i % 2 == 0);
                give(python, "take", shared.codec().encode(pipe.get(1)));
                pipe.forEach(StreamConnection::close);
                ask(python, "drop");
                if (i == 1) {
                    here = Descriptors.open();
                    there = Integer.parseInt(ask(python, "count"));
                }
            }
            long mostHere = here;
            int mostThere = there;
            await(() -> Descriptors.open() <= mostHere);
            await(() -> Integer.parseInt(ask(python, "count")) <= mostThere);
        }
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws IOException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void closing_removes_the_folder_and_what_was_not_fetched(Pythons.Python version) throws Exception {
        try (PythonProcess python = python(version)) {
            SharedObjects shared = sharedObjects(KEY);
            List<StreamConnection> pipe = pipe(shared, true);
            byte[] message = shared.codec().encode(List.of(pipe.get(1), pipe.get(1)));
            byte[] other = shared.codec().encode(pipe.get(1));
            Ticket ticket = new Ticket(addressIn(other), 1);
            assertThat(folders(ticket)).allMatch(Files::exists);
            pipe.get(1).close();
            shared.codec().discard(other);
            assertThat(pipe.get(0).poll()).isFalse(); // one message still holds it
            shared.close();
            assertThat(folders(ticket)).noneMatch(Files::exists);
            assertThatThrownBy(pipe.get(0)::recv).isInstanceOf(EOFException.class);
            assertThat(give(python, "take again", message)).isIn("FileNotFoundError", "ConnectionRefusedError");
            assertThatThrownBy(() -> shared.codec().encode(pipe.get(0))).hasMessageContaining("cannot pickle");
            pipe.get(0).close();
        }
    }
}
