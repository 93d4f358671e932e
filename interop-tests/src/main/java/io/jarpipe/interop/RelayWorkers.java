package io.jarpipe.interop;

import io.jarpipe.MpConnection;
import io.jarpipe.MpLock;
import io.jarpipe.MpQueue;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Workers on objects of a fork context. */
public final class RelayWorkers {
    private RelayWorkers() {}

    /** Takes items; an interrupt is an outcome, too, whether the wait ended or the item came first. */
    public static void interrupted(MpConnection calls, MpQueue<@Nullable Object> queue) throws IOException {
        while (true) {
            try {
                Remote.serve(calls, (method, arguments) -> {
                    try {
                        return queue.take();
                    } catch (InterruptedException e) {
                        return "interrupted";
                    } finally {
                        Thread.interrupted();
                    }
                });
                return;
            } catch (InterruptedException e) {
                // it came between two calls
            }
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
