package io.jarpipe.interop;

import io.jarpipe.MpConnection;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Workers that pass queues on. */
public final class QueuePassing {
    private QueuePassing() {}

    /** Sends each of some queues, which came inside containers, and waits for an answer to each. */
    public static void hand(MpConnection to, List<Object> inList, Map<String, Object> inDict)
            throws IOException, InterruptedException {
        for (List<Object> queues : List.of(inList, List.copyOf(inDict.values()))) {
            for (Object queue : queues) {
                to.send(queue);
                to.recv();
            }
        }
    }
}
