package io.jarpipe.interop;

import io.jarpipe.MpConnection;
import io.jarpipe.MpSimpleQueue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lets Python call the methods of a simple queue in Java. */
public final class RemoteSimpleQueue {
    private RemoteSimpleQueue() {}

    /** Serves a simple queue of anything. */
    public static void run(MpConnection calls, MpSimpleQueue<@Nullable Object> queue)
            throws IOException, InterruptedException {
        Remote.serve(calls, (method, arguments) -> call(queue, method, arguments));
    }

    /** Adds up integers until None comes. */
    public static void sum(MpSimpleQueue<Integer> from, MpSimpleQueue<Long> to)
            throws IOException, InterruptedException {
        long sum = 0;
        for (Integer number : from.until(null)) {
            sum += number;
        }
        to.put(sum);
    }

    private static @Nullable Object call(
            MpSimpleQueue<@Nullable Object> queue, String method, List<? extends @Nullable Object> arguments)
            throws IOException, InterruptedException {
        switch (method) {
            case "put" -> queue.put(arguments.getFirst());
            case "putUnpicklable" -> queue.put(List.of(1, Thread.currentThread()));
            case "close" -> queue.close();
            case "take" -> {
                return queue.take();
            }
            case "poll" -> {
                return RemoteQueue.result(queue.poll(Remote.seconds(arguments.getFirst())));
            }
            case "isEmpty" -> {
                return queue.isEmpty();
            }
            case "until" -> {
                List<@Nullable Object> all = new ArrayList<>();
                queue.until(arguments.getFirst()).forEach(all::add);
                return all;
            }
            default -> throw new IllegalArgumentException(method);
        }
        return null;
    }
}
