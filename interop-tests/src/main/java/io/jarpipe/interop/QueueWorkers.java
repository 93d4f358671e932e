package io.jarpipe.interop;

import io.jarpipe.MpConnection;
import io.jarpipe.MpJoinableQueue;
import io.jarpipe.MpQueue;
import io.jarpipe.PyTuple;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Workers on queues. */
public final class QueueWorkers {
    private QueueWorkers() {}

    /** Copies items from one queue to another until the sentinel comes. */
    public static void echo(MpQueue<@Nullable Object> from, MpQueue<@Nullable Object> to, @Nullable Object sentinel)
            throws IOException, InterruptedException {
        for (Object item : from.until(sentinel)) {
            to.put(item);
        }
    }

    /** Puts the pairs (producer, number). */
    public static void produce(MpQueue<PyTuple> to, int producer, int count) throws IOException, InterruptedException {
        for (int number = 0; number < count; number++) {
            to.put(PyTuple.of(producer, number));
        }
    }

    /** Takes items until None comes, and puts the list of them. */
    public static void collect(MpQueue<@Nullable Object> from, MpQueue<List<@Nullable Object>> to)
            throws IOException, InterruptedException {
        List<@Nullable Object> items = new ArrayList<>();
        for (Object item : from.until(null)) {
            items.add(item);
        }
        to.put(items);
    }

    /** Puts 0, 1, 2 and so on, and tells the witness of each before and after. */
    public static void witnessed(MpQueue<Integer> to, MpConnection witness, int count)
            throws IOException, InterruptedException {
        for (int number = 0; number < count; number++) {
            witness.send(PyTuple.of("puts", number));
            to.put(number);
            witness.send(PyTuple.of("has put", number));
        }
    }

    /** Puts items of some size, tells the witness, and returns. */
    public static void fill(MpQueue<byte[]> to, MpConnection witness, int count, int size)
            throws IOException, InterruptedException {
        for (int number = 0; number < count; number++) {
            byte[] item = new byte[size];
            item[0] = (byte) number;
            to.put(item);
        }
        witness.send("has put");
    }

    /** Tells that it begins to take, and takes. */
    public static void take(MpQueue<@Nullable Object> from, MpConnection witness)
            throws IOException, InterruptedException {
        witness.send("takes");
        witness.send(from.take());
    }

    /** Adds up integers until None comes. */
    public static void sum(MpQueue<Integer> from, MpQueue<Long> to) throws IOException, InterruptedException {
        long sum = 0;
        for (Integer number : from.until(null)) {
            sum += number;
        }
        to.put(sum);
    }

    /** Joins lists of words until None comes. */
    public static void join(MpQueue<List<String>> from, MpQueue<String> to) throws IOException, InterruptedException {
        for (List<String> words : from.until(null)) {
            to.put(String.join(" ", words));
        }
    }

    /** Adds up the values of maps until None comes. */
    public static void total(MpQueue<Map<String, Double>> from, MpQueue<Map<String, Double>> to)
            throws IOException, InterruptedException {
        for (Map<String, Double> prices : from.until(null)) {
            double total = 0;
            for (Map.Entry<String, Double> price : prices.entrySet()) {
                total += price.getKey().isEmpty() ? 0 : price.getValue();
            }
            to.put(Map.of("total", total));
        }
    }

    /** Takes items a batch at a time until None comes, and puts the list of them. */
    public static void collectBatches(MpQueue<@Nullable Object> from, MpQueue<List<@Nullable Object>> to, int batch)
            throws IOException, InterruptedException {
        collect(from.withPrefetch(batch), to);
    }

    /** Puts the pairs (producer, number), buffering no more than some bytes. */
    public static void produceWithin(MpQueue<PyTuple> to, int producer, int count, long bytes)
            throws IOException, InterruptedException {
        produce(to.withFeederLimit(bytes), producer, count);
    }

    /** Works off tasks until it is terminated: reports each before it is done. */
    public static void work(MpJoinableQueue<@Nullable Object> tasks, MpQueue<@Nullable Object> results)
            throws IOException, InterruptedException {
        while (true) {
            results.put(tasks.take());
            tasks.taskDone();
        }
    }

    /** Adds up the numbers of typed tasks until None comes. */
    public static void sumTasks(MpJoinableQueue<Integer> tasks, MpQueue<Long> to)
            throws IOException, InterruptedException {
        long sum = 0;
        for (Integer number : tasks.until(null)) {
            sum += number;
            tasks.taskDone();
        }
        tasks.taskDone(); // the sentinel is a task, too
        to.put(sum);
    }

    /** Takes items until as many sentinels have come as there are producers, and puts the list of them. */
    public static void collectAll(MpQueue<@Nullable Object> from, MpQueue<List<@Nullable Object>> to, int producers)
            throws IOException, InterruptedException {
        List<@Nullable Object> items = new ArrayList<>();
        for (Object item : from.until(null, producers)) {
            items.add(item);
        }
        to.put(items);
    }

    /** Takes items until as many sentinels have come as there are producers, and puts their number. */
    public static void countAll(MpQueue<@Nullable Object> from, MpQueue<Long> to, int producers)
            throws IOException, InterruptedException {
        long count = 0;
        for (Object item : from.until(null, producers)) {
            count += item == null ? 0 : 1;
        }
        to.put(count);
    }
}
