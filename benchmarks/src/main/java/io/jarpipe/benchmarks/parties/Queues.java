package io.jarpipe.benchmarks.parties;

import io.jarpipe.MpConnection;
import io.jarpipe.MpQueue;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Producers and consumers of queues. */
public final class Queues {
    private Queues() {}

    /**
     * Puts one object, and that is all.
     *
     * @param queue where to
     * @throws IOException if the queue fails
     * @throws InterruptedException if the worker is ended
     */
    public static void putOne(MpQueue<String> queue) throws IOException, InterruptedException {
        queue.put("the first result");
    }

    /**
     * Puts one object again and again; the queue pickles it each time.
     *
     * @param control says how often
     * @param queue where to
     * @param item what
     * @throws IOException if a queue or connection fails
     * @throws InterruptedException if the worker is ended
     */
    public static void produce(MpConnection control, MpQueue<@Nullable Object> queue, @Nullable Object item)
            throws IOException, InterruptedException {
        Commands.obey(control, count -> {
            for (long i = 0; i < count; i++) {
                queue.put(item);
            }
            return null;
        });
    }

    /**
     * Puts bytes of one length.
     *
     * @param control says how often
     * @param queue where to
     * @param size length of the items in bytes
     * @throws IOException if a queue or connection fails
     * @throws InterruptedException if the worker is ended
     */
    public static void produceBytes(MpConnection control, MpQueue<@Nullable Object> queue, int size)
            throws IOException, InterruptedException {
        produce(control, queue, new byte[size]);
    }

    /**
     * Takes so many items.
     *
     * @param control says how many
     * @param queue where from
     * @throws IOException if a queue or connection fails
     * @throws InterruptedException if the worker is ended
     */
    public static void consume(MpConnection control, MpQueue<@Nullable Object> queue)
            throws IOException, InterruptedException {
        Commands.obey(control, count -> {
            for (long i = 0; i < count; i++) {
                queue.take();
            }
            return null;
        });
    }

    /**
     * Takes items until {@code None} comes, and answers how many they were.
     *
     * @param control says when to begin
     * @param queue where from
     * @throws IOException if a queue or connection fails
     * @throws InterruptedException if the worker is ended
     */
    public static void share(MpConnection control, MpQueue<@Nullable Object> queue)
            throws IOException, InterruptedException {
        Commands.obey(control, command -> {
            long taken = 0;
            while (queue.take() != null) {
                taken++;
            }
            return taken;
        });
    }

    /**
     * Takes times of the monotonic clock, and answers in nanoseconds how old they were, sorted.
     *
     * @param control says how many
     * @param queue where from
     * @throws IOException if a queue or connection fails
     * @throws InterruptedException if the worker is ended
     */
    public static void latencyReceiver(MpConnection control, MpQueue<Long> queue)
            throws IOException, InterruptedException {
        Commands.obey(control, count -> {
            long[] ages = new long[(int) count];
            for (int i = 0; i < count; i++) {
                long sent = queue.take();
                ages[i] = System.nanoTime() - sent; // CLOCK_MONOTONIC, as Python's time.monotonic_ns()
            }
            Arrays.sort(ages);
            return ages;
        });
    }

    /**
     * Puts the time of the monotonic clock at a steady pace.
     *
     * @param control sends pairs: how many times, and the pause in seconds
     * @param queue where to
     * @throws IOException if a queue or connection fails
     * @throws InterruptedException if the worker is ended
     */
    public static void latencySender(MpConnection control, MpQueue<Long> queue)
            throws IOException, InterruptedException {
        for (Object[] command = control.recv(Object[].class); command != null; command = control.recv(Object[].class)) {
            long pause = Math.round((double) command[1] * 1e9);
            long due = System.nanoTime();
            for (long left = ((Number) command[0]).longValue(); left > 0; left--) {
                due += pause;
                LockSupport.parkNanos(due - System.nanoTime());
                queue.put(System.nanoTime());
            }
            control.send(null);
        }
    }
}
