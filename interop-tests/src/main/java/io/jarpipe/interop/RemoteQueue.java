package io.jarpipe.interop;

import io.jarpipe.MpConnection;
import io.jarpipe.MpItemBytes;
import io.jarpipe.MpJoinableQueue;
import io.jarpipe.MpQueue;
import io.jarpipe.PyTuple;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lets Python call the methods of a queue in Java. */
public final class RemoteQueue {
    private RemoteQueue() {}

    /** Serves a queue of anything. */
    public static void run(MpConnection calls, MpQueue<@Nullable Object> queue)
            throws IOException, InterruptedException {
        Remote.serve(calls, (method, arguments) -> call(queue, method, arguments));
    }

    /** Serves a joinable queue of anything. */
    public static void joinable(MpConnection calls, MpJoinableQueue<@Nullable Object> queue)
            throws IOException, InterruptedException {
        Remote.serve(calls, (method, arguments) -> switch (method) {
            case "taskDone" -> {
                queue.taskDone();
                yield null;
            }
            case "join" -> {
                queue.join();
                yield null;
            }
            case "joinFor" -> queue.join(Remote.seconds(arguments.getFirst()));
            default -> call(queue, method, arguments);
        });
    }

    /** Serves a queue of integers, which refuses other items. */
    public static void ofIntegers(MpConnection calls, MpQueue<Integer> queue) throws IOException, InterruptedException {
        Remote.serve(calls, (method, arguments) -> queue.take());
    }

    /** Serves a queue of anything, of which several items are taken at a time. */
    public static void prefetching(MpConnection calls, MpQueue<@Nullable Object> queue, int items)
            throws IOException, InterruptedException {
        MpQueue<@Nullable Object> view = queue.withPrefetch(items);
        Remote.serve(calls, (method, arguments) -> call(view, method, arguments));
    }

    /** Serves a queue of anything whose feeder may buffer so many bytes. */
    public static void limited(MpConnection calls, MpQueue<@Nullable Object> queue, long bytes)
            throws IOException, InterruptedException {
        MpQueue<@Nullable Object> view = queue.withFeederLimit(bytes);
        Remote.serve(calls, (method, arguments) -> call(view, method, arguments));
    }

    /** Serves a queue of integers; the bytes of other items are what "errors" returns. */
    public static void handled(MpConnection calls, MpQueue<Integer> queue) throws IOException, InterruptedException {
        List<Object> errors = new ArrayList<>();
        MpQueue<Integer> view = queue.onError((pickle, error) ->
                errors.add(PyTuple.of(pickle, error.getClass().getSimpleName())));
        Remote.serve(calls, (method, arguments) -> switch (method) {
            case "take" -> view.take();
            case "until" -> all(view.until(null));
            case "errors" -> List.copyOf(errors);
            default -> throw new IllegalArgumentException(method);
        });
    }

    /** Serves a queue of integers; returns the bytes of an item that is none. */
    public static void bytesOfErrors(MpConnection calls, MpQueue<Integer> queue)
            throws IOException, InterruptedException {
        Remote.serve(calls, (method, arguments) -> {
            try {
                return queue.take();
            } catch (IOException e) {
                return MpItemBytes.of(e).orElseThrow();
            }
        });
    }

    private static <T extends @Nullable Object> List<T> all(Iterable<T> items) {
        List<T> all = new ArrayList<>();
        items.forEach(all::add);
        return all;
    }

    private static @Nullable Object call(
            MpQueue<@Nullable Object> queue, String method, List<? extends @Nullable Object> arguments)
            throws IOException, InterruptedException {
        switch (method) {
            case "put" -> queue.put(arguments.getFirst());
            case "putUnpicklable" -> queue.put(List.of(1, Thread.currentThread()));
            case "joinThread" -> queue.joinThread();
            case "cancelJoinThread" -> queue.cancelJoinThread();
            case "close" -> queue.close();
            default -> {
                return query(queue, method, arguments);
            }
        }
        return null;
    }

    private static @Nullable Object query(
            MpQueue<@Nullable Object> queue, String method, List<? extends @Nullable Object> arguments)
            throws IOException, InterruptedException {
        return switch (method) {
            case "take" -> queue.take();
            case "poll" -> result(queue.poll(Remote.seconds(arguments.getFirst())));
            case "timedPoll" -> timed(() -> result(queue.poll(Remote.seconds(arguments.getFirst()))));
            case "offer" -> queue.offer(arguments.get(0), Remote.seconds(arguments.get(1)));
            case "timedOffer" -> timed(() -> queue.offer(arguments.get(0), Remote.seconds(arguments.get(1))));
            case "tryPut" -> queue.tryPut(arguments.getFirst());
            case "until" -> all(queue.until(arguments.getFirst()));
            case "untilAll" -> all(queue.until(arguments.get(0), ((Number) arguments.get(1)).intValue()));
            case "size" -> queue.size();
            case "isEmpty" -> queue.isEmpty();
            case "isFull" -> queue.isFull();
            default -> throw new IllegalArgumentException(method);
        };
    }

    static PyTuple result(MpQueue.Item<@Nullable Object> item) {
        return PyTuple.of(item.isPresent(), item.value());
    }

    /** What takes time. */
    @FunctionalInterface
    private interface Timed {
        @Nullable
        Object call() throws IOException, InterruptedException;
    }

    /** Returns the result of a call and how many seconds it took. */
    private static PyTuple timed(Timed call) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Object result = call.call();
        return PyTuple.of(result, Duration.ofNanos(System.nanoTime() - start).toNanos() / 1e9);
    }
}
