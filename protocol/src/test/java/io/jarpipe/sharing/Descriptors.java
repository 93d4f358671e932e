package io.jarpipe.sharing;

import io.jarpipe.os.Deadline;
import io.jarpipe.os.Fd;
import io.jarpipe.os.Sockets;
import io.jarpipe.os.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Counts the pipes and sockets that are open. */
final class Descriptors {
    private Descriptors() {}

    static long open() throws IOException {
        try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
            return fds.filter(fd -> isChannel(fd)).count();
        }
    }

    private static boolean isChannel(Path fd) {
        try {
            String target = Files.readSymbolicLink(fd).toString();
            return target.startsWith("pipe:") || target.startsWith("socket:");
        } catch (java.nio.file.NoSuchFileException closedMeanwhile) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes the pools of waiters and the poller open what they keep. */
    static void warmUp() throws IOException {
        List<Fd> pair = Sockets.socketPair();
        try (Transport one = Transport.adopt(pair.get(0), true, true);
                Fd other = pair.get(1)) {
            one.awaitReadable(Deadline.after(Duration.ofMillis(1)));
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            one.awaitReadable(Deadline.after(Duration.ofMillis(1)));
                        } catch (IOException | InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    })
                    .join();
            other.number();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
