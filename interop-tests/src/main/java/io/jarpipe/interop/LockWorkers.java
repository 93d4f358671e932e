package io.jarpipe.interop;

import io.jarpipe.MpConnection;
import io.jarpipe.MpLock;
import io.jarpipe.MpQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Workers on locks. */
public final class LockWorkers {
    private LockWorkers() {}

    /** Adds to the number in a file, reading and writing it under a lock each time. */
    public static void count(MpLock lock, String file, int times) throws IOException, InterruptedException {
        Path path = Path.of(file);
        for (int i = 0; i < times; i++) {
            lock.acquire();
            try {
                Files.writeString(path, Integer.toString(Integer.parseInt(Files.readString(path)) + 1));
            } finally {
                lock.release();
            }
        }
    }

    /** Lets Python call the methods of a lock. */
    public static void remote(MpConnection calls, MpLock lock) throws IOException, InterruptedException {
        Remote.serve(calls, (method, arguments) -> call(lock, method, arguments));
    }

    /** As {@link #remote}, but throws in the end. */
    public static void remoteThatFails(MpConnection calls, MpLock lock) throws IOException, InterruptedException {
        remote(calls, lock);
        throw new IllegalStateException("as the test wants it");
    }

    private static @Nullable Object call(MpLock lock, String method, List<? extends @Nullable Object> arguments)
            throws IOException, InterruptedException {
        switch (method) {
            case "acquire" -> {
                if (arguments.isEmpty()) {
                    lock.acquire();
                    return true;
                }
                return lock.acquire(Remote.seconds(arguments.getFirst()));
            }
            case "release" -> lock.release();
            case "isLocked" -> {
                return lock.isLocked();
            }
            case "lock" -> lock.lock();
            case "lockInterruptibly" -> lock.lockInterruptibly();
            case "unlock" -> lock.unlock();
            case "tryLock" -> {
                return arguments.isEmpty()
                        ? lock.tryLock()
                        : lock.tryLock(Remote.seconds(arguments.getFirst()).toMillis(), TimeUnit.MILLISECONDS);
            }
            default -> throw new IllegalArgumentException(method);
        }
        return null;
    }

    /** Takes numbers until None comes, and appends each to a file under a lock. */
    public static void append(MpQueue<Integer> from, MpLock lock, String file)
            throws IOException, InterruptedException {
        Path path = Path.of(file);
        for (Integer number : from.until(null)) {
            lock.acquire();
            try {
                Files.writeString(path, Files.readString(path) + number + "\n");
            } finally {
                lock.release();
            }
        }
    }
}
