package io.jarpipe.interop;

import io.jarpipe.MpConnection;
import io.jarpipe.MpQueue;
import io.jarpipe.PyTuple;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** Workers that send their arguments back. */
public final class ArgumentWorkers {
    private ArgumentWorkers() {}

    /** Sends back arguments of the commonest types. */
    public static void typed(
            MpConnection out,
            long number,
            double fraction,
            String text,
            byte[] bytes,
            List<String> words,
            Map<String, Integer> numbers,
            @Nullable Object anything)
            throws IOException, InterruptedException {
        out.send(PyTuple.of(number, fraction, text, bytes, words, numbers, anything));
    }

    /** Sends dicts back that were declared as maps of certain classes, in another order, changed, and as they are. */
    @SuppressWarnings("NonApiType") // just these are meant
    public static void concrete(
            MpConnection out,
            SequencedMap<String, Object> reversed,
            LinkedHashMap<String, Object> changed,
            HashMap<String, Object> same)
            throws IOException, InterruptedException {
        changed.putFirst("first", 0);
        out.send(PyTuple.of(reversed.reversed(), changed, same));
    }

    /** Puts a word on each queue of a list and of a map, each word naming the place. */
    public static void nested(
            List<MpQueue<String>> list, Map<String, MpQueue<String>> map, Map<String, List<Object>> deep)
            throws IOException, InterruptedException {
        for (int i = 0; i < list.size(); i++) {
            list.get(i).put("list " + i);
        }
        for (Map.Entry<String, MpQueue<String>> entry : map.entrySet()) {
            entry.getValue().put("map " + entry.getKey());
        }
        for (List<Object> values : deep.values()) {
            ((MpConnection) values.getLast()).send("deep");
        }
    }

    /** Puts a word for each place at which it was given one queue. */
    public static void twice(MpQueue<Object> one, MpQueue<Object> other, List<MpQueue<Object>> third)
            throws IOException, InterruptedException {
        one.put("one");
        other.put("other");
        third.getFirst().put("third");
    }

    /** Puts its place on every one of many queues. */
    public static void many(List<MpQueue<Integer>> queues) throws IOException, InterruptedException {
        for (int place = 0; place < queues.size(); place++) {
            queues.get(place).put(place);
        }
    }
}
