package io.jarpipe.interop;

import io.jarpipe.MpConnection;
import io.jarpipe.MpLock;
import io.jarpipe.MpQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Workers that begin, stay and end in every way in which a process can. */
public final class LifecycleWorkers {
    private static final String RUNNING = "running";
    private static final Duration VERY_LONG = Duration.ofDays(1);

    private LifecycleWorkers() {}

    /** Returns at once. */
    public static void nothing() {}

    /** Throws at once. */
    public static void fail(String message) {
        throw new IllegalStateException(message);
    }

    /** Sends the name of its thread. */
    public static void threadName(MpConnection out) throws IOException, InterruptedException {
        out.send(Thread.currentThread().getName());
    }

    /** Sends the difference, so that exchanged arguments show. */
    public static void subtract(MpConnection out, long from, long what) throws IOException, InterruptedException {
        out.send(from - what);
    }

    /** Sends back what it receives, until the other end is closed. */
    public static void echo(MpConnection connection) throws IOException, InterruptedException {
        while (true) {
            connection.send(connection.recv());
        }
    }

    /** Says that it runs, then returns when it receives something. */
    public static void untilTold(MpConnection connection) throws IOException, InterruptedException {
        connection.send(RUNNING);
        connection.recv();
    }

    /** Returns when a sentinel comes, having passed on what came before. */
    public static void pass(MpQueue<@Nullable Object> jobs, MpQueue<@Nullable Object> results)
            throws IOException, InterruptedException {
        for (Object job : jobs.until(null)) {
            results.put(job);
        }
    }

    /** Says that it runs, then waits for an item that nobody puts. */
    public static void starve(MpConnection out, MpQueue<@Nullable Object> jobs)
            throws IOException, InterruptedException {
        out.send(RUNNING);
        jobs.take();
    }

    /** Says that it runs, then sleeps. */
    public static void stay(MpConnection out) throws IOException, InterruptedException {
        out.send(RUNNING);
        Thread.sleep(VERY_LONG);
    }

    /** Says that it holds the lock, then sleeps. */
    public static void hold(MpLock lock, MpConnection out) throws IOException, InterruptedException {
        lock.acquire();
        out.send(RUNNING);
        Thread.sleep(VERY_LONG);
    }

    /** Survives one interrupt, and tells so. */
    public static void survive(MpConnection connection) throws IOException, InterruptedException {
        connection.send(RUNNING);
        try {
            Thread.sleep(VERY_LONG);
        } catch (InterruptedException e) {
            connection.send("interrupted");
        }
        connection.recv();
    }

    /** Never waits and never looks at its interrupt; ends when a file exists, so that a test can tidy up. */
    public static void spin(MpConnection out, String stop) throws IOException, InterruptedException {
        out.send(RUNNING);
        Path file = Path.of(stop);
        while (Files.notExists(file)) {
            Thread.onSpinWait();
        }
    }

    /** Leaves a thread that receives one message and answers it. */
    public static void leaveThread(MpConnection connection) {
        Thread.ofPlatform().name("left behind").start(() -> {
            try {
                connection.send(connection.recv());
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** Leaves a daemon thread, which nobody waits for. */
    public static void leaveDaemonThread(MpConnection out) throws IOException, InterruptedException {
        Thread.ofPlatform().name("not waited for").daemon().start(() -> {
            try {
                Thread.sleep(VERY_LONG);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        out.send(RUNNING);
    }

    /** Takes one item under the lock, puts it back, and echoes one message: a bit of everything. */
    public static void useAll(
            MpQueue<@Nullable Object> jobs, MpQueue<@Nullable Object> results, MpLock lock, MpConnection connection)
            throws IOException, InterruptedException {
        lock.acquire();
        try {
            results.put(jobs.take());
        } finally {
            lock.release();
        }
        connection.send(connection.recv());
    }
}
