package io.jarpipe.interop;

import io.jarpipe.MpConnection;
import io.jarpipe.MpLock;
import io.jarpipe.MpQueue;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** Workers on objects of a fork context. */
public final class RelayWorkers {
    private RelayWorkers() {}

    /** Lets Python have a thread take an item, interrupt it, and ask what came of it. */
    public static void interrupted(MpConnection calls, MpQueue<@Nullable Object> queue)
            throws IOException, InterruptedException {
        Deque<FutureTask<@Nullable Object>> taking = new ArrayDeque<>();
        Deque<Thread> threads = new ArrayDeque<>();
        Remote.serve(calls, (method, arguments) -> switch (method) {
            case "begin" -> {
                taking.push(new FutureTask<>(queue::take));
                threads.push(Thread.ofPlatform().start(taking.getFirst()));
                yield null;
            }
            case "interrupt" -> {
                threads.getFirst().interrupt();
                yield null;
            }
            default -> outcome(taking.getFirst());
        });
    }

    private static @Nullable Object outcome(FutureTask<@Nullable Object> taking)
            throws IOException, InterruptedException {
        try {
            return taking.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof InterruptedException) {
                return "interrupted";
            }
            throw new IOException(e);
        }
    }

    /** Puts one queue into another. */
    public static void passedOn(MpConnection calls, MpQueue<@Nullable Object> from, MpQueue<@Nullable Object> to)
            throws IOException, InterruptedException {
        Remote.serve(calls, (method, arguments) -> {
            to.put(from);
            return null;
        });
    }

    /** Holds what it is given until the other end of the connection is closed. */
    public static void hold(MpConnection parent, List<@Nullable Object> things)
            throws IOException, InterruptedException {
        try {
            parent.send(things.size() + parent.recvBytes().length);
        } catch (EOFException end) {
            parent.close();
        }
    }

    /** Takes an item under a lock, and writes into a file what ended the wait. */
    public static void tell(MpQueue<@Nullable Object> queue, MpLock lock, String file) throws IOException {
        try {
            lock.acquire();
            queue.take();
        } catch (IOException | InterruptedException e) {
            Files.writeString(Path.of(file), e.toString());
        }
    }
}
