package io.jarpipe.interop;

import io.jarpipe.MpConnection;
import io.jarpipe.MpQueue;
import io.jarpipe.PyTuple;
import java.io.IOException;
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

    /** Serves a queue of integers, which refuses other items. */
    public static void ofIntegers(MpConnection calls, MpQueue<Integer> queue) throws IOException, InterruptedException {
        Remote.serve(calls, (method, arguments) -> queue.take());
    }

    private static @Nullable Object call(
            MpQueue<@Nullable Object> queue, String method, List<? extends @Nullable Object> arguments)
            throws IOException, InterruptedException {
        switch (method) {
            case "put" -> queue.put(arguments.getFirst());
            case "putUnpicklable" -> queue.put(List.of(1, Thread.currentThread()));
            case "joinThread" -> queue.joinThread();
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
            case "poll" -> {
                MpQueue.Item<@Nullable Object> item = queue.poll(Remote.seconds(arguments.getFirst()));
                yield PyTuple.of(item.isPresent(), item.value());
            }
            case "offer" -> queue.offer(arguments.get(0), Remote.seconds(arguments.get(1)));
            case "size" -> queue.size();
            case "isEmpty" -> queue.isEmpty();
            case "isFull" -> queue.isFull();
            default -> throw new IllegalArgumentException(method);
        };
    }
}
