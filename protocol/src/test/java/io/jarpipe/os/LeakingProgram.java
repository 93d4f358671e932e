package io.jarpipe.os;

import io.jarpipe.connection.MpPipe;
import io.jarpipe.pickle.RazorvineCodec;
import io.jarpipe.queue.PipeQueue;
import io.jarpipe.sync.SemLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Forgets seven endpoints, waits until they have met their cleaner, and says what is left of them. */
public final class LeakingProgram {
    private static final int LOST = 7;

    private LeakingProgram() {}

    /** Runs; the argument begins the names of its semaphores. */
    public static void main(String[] arguments) throws IOException {
        long before = channels();
        forgetDescriptors();
        forgetConnections();
        forgetQueue(arguments[0]);
        forgetSemaphore(arguments[0] + "-alone");
        MpPipe.create(true).close();
        Await.until(LOST + " endpoints are lost", () -> {
            System.gc();
            return Leaks.count() >= LOST;
        });
        Await.until("all is closed", () -> channels() == before);
        System.out.println(Leaks.count() + " lost");
    }

    /** Two. */
    private static void forgetDescriptors() throws IOException {
        Sockets.pipe();
    }

    /** Three: one of the four is closed. */
    private static void forgetConnections() throws IOException {
        MpPipe.create(false);
        MpPipe.create(true).first().close();
    }

    /** One, though it is made of five. */
    private static void forgetQueue(String name) throws IOException {
        List<Fd> pipe = Sockets.pipe();
        PipeQueue.Parts parts = new PipeQueue.Parts(
                Transport.adopt(pipe.get(0), true, false),
                Transport.adopt(pipe.get(1), false, true),
                semaphore(name + "-read"),
                semaphore(name + "-write"),
                semaphore(name + "-slots"));
        new PipeQueue<Object>(parts, new RazorvineCodec(), item -> item, 1000).as(item -> item);
    }

    /** One. */
    private static void forgetSemaphore(String name) throws IOException {
        semaphore(name);
    }

    private static SemLock semaphore(String name) throws IOException {
        NamedSemaphore created = NamedSemaphore.create(name, 1);
        NamedSemaphore.unlink(name);
        return new SemLock(created, 1);
    }

    private static long channels() {
        try (Stream<Path> numbers = Files.list(Path.of("/proc/self/fd"))) {
            return numbers.filter(LeakingProgram::isChannel).count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static boolean isChannel(Path number) {
        try {
            String target = Files.readSymbolicLink(number).toString();
            return target.startsWith("pipe:") || target.startsWith("socket:");
        } catch (IOException e) {
            return false;
        }
    }
}
