package io.jarpipe.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.MpAddress;
import io.jarpipe.ProtocolException;
import io.jarpipe.testing.PythonProcess;
import io.jarpipe.testing.Pythons;
import io.jarpipe.testing.Pythons.Python;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Descriptors to and from {@code multiprocessing.reduction} of every interpreter, acknowledgement included. */
final class DescriptorPassingTest {
    private static final Deadline SOON = Deadline.after(Duration.ofSeconds(30));

    static Stream<Python> pythons() {
        return Pythons.all().stream();
    }

    private static Transport connect(PythonProcess python) throws IOException, InterruptedException {
        return Transport.adopt(Sockets.connect(MpAddress.of(python.receiveText()), Pipes.SOON), true, true);
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void receives_what_sendfds_sends(Python version) throws Exception {
        try (PythonProcess python = new PythonProcess(version, "descriptor_peer.py", getClass(), "send");
                Transport socket = connect(python)) {
            List<Fd> received = DescriptorPassing.receive(socket, 2, SOON);
            DescriptorPassing.acknowledge(socket);
            assertThat(received)
                    .hasSize(2)
                    .allSatisfy(fd -> assertThat(isCloseOnExec(fd)).isTrue());
            python.send(new byte[0]);
            try (Transport reader = Transport.adopt(received.get(0), true, false);
                    Transport writer = Transport.adopt(received.get(1), false, true)) {
                assertThat(Pipes.through(writer, reader, "x")).isEqualTo("x");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void sends_what_recvfds_receives(Python version) throws Exception {
        List<Fd> pipe = Sockets.pipe();
        try (PythonProcess python = new PythonProcess(version, "descriptor_peer.py", getClass(), "receive");
                Transport socket = connect(python)) {
            DescriptorPassing.send(socket, pipe, SOON);
            boolean expectsAcknowledgement = version.minor() >= 14;
            if (expectsAcknowledgement) {
                assertThat(DescriptorPassing.awaitAcknowledgement(socket, SOON)).isTrue();
            }
            pipe.forEach(Fd::close);
            assertThat(python.receiveText()).isEqualTo("through both");
            python.send(new byte[0]);
            if (!expectsAcknowledgement) {
                assertThat(DescriptorPassing.awaitAcknowledgement(socket, SOON)).isFalse();
            }
        }
    }

    @Test
    void closes_what_came_when_the_count_is_wrong() throws Exception {
        Python version = Pythons.all().getFirst();
        int before = openDescriptors();
        try (PythonProcess python =
                        new PythonProcess(version, "descriptor_peer.py", getClass(), "send-other-than-announced");
                Transport socket = connect(python)) {
            int connected = openDescriptors();
            assertThatThrownBy(() -> DescriptorPassing.receive(socket, 2, SOON))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("5 (expected: 2)");
            assertThat(openDescriptors()).isEqualTo(connected);
            python.send(new byte[0]);
        }
        assertThat(openDescriptors()).isEqualTo(before);
    }

    @Test
    void closes_what_came_beyond_the_number_expected() throws Exception {
        List<Fd> pair = Sockets.socketPair();
        try (Transport left = Transport.adopt(pair.get(0), true, true);
                Transport right = Transport.adopt(pair.get(1), true, true)) {
            List<Fd> pipe = Sockets.pipe();
            DescriptorPassing.send(left, List.of(pipe.get(0), pipe.get(1), pipe.get(0), pipe.get(1)), SOON);
            pipe.forEach(Fd::close);
            int before = openDescriptors();
            assertThatThrownBy(() -> DescriptorPassing.receive(right, 1, SOON)).isInstanceOf(ProtocolException.class);
            assertThat(openDescriptors()).isEqualTo(before);
        }
    }

    @Test
    void reports_plain_data_and_the_end_of_the_stream() throws Exception {
        List<Fd> pair = Sockets.socketPair();
        try (Transport left = Transport.adopt(pair.get(0), true, true);
                Transport right = Transport.adopt(pair.get(1), true, true)) {
            Pipes.write(left, "1");
            assertThatThrownBy(() -> DescriptorPassing.receive(right, 1, SOON))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("received 0 descriptors");
            left.fd().close();
            assertThatThrownBy(() -> DescriptorPassing.receive(right, 1, SOON)).isInstanceOf(EOFException.class);
        }
    }

    private static int openDescriptors() throws IOException {
        try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
            return (int) fds.count();
        }
    }

    private static boolean isCloseOnExec(Fd fd) throws IOException {
        int cloexec = 02000000;
        return (Pipes.flags(fd) & cloexec) != 0;
    }
}
