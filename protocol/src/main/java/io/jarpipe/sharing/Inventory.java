package io.jarpipe.sharing;

import io.jarpipe.connection.StreamConnection;
import io.jarpipe.connection.StreamSocket;
import io.jarpipe.manager.Relayed;
import io.jarpipe.queue.JoinablePipeQueue;
import io.jarpipe.queue.PipeQueue;
import io.jarpipe.queue.SimplePipeQueue;
import io.jarpipe.sync.Hold;
import io.jarpipe.sync.OwnedLock;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Looks at what a process shares, for operators: changes nothing and waits for nobody. */
final class Inventory {
    private static final System.Logger LOG = System.getLogger(Inventory.class.getName());
    /** What stands for the name of a semaphore of a fork context. */
    private static final String NAMELESS = "(relayed)";

    private static final int NO_QUEUE = -1;

    private Inventory() {}

    static List<PipeQueue<?>> queues(List<Endpoint> endpoints) {
        List<PipeQueue<?>> queues = new ArrayList<>();
        for (Endpoint endpoint : endpoints) {
            if (endpoint.object() instanceof PipeQueue<?> queue) {
                queues.add(queue);
            }
        }
        return queues;
    }

    static List<Hold> holds(List<Endpoint> endpoints) {
        List<Hold> holds = new ArrayList<>();
        for (Endpoint endpoint : endpoints) {
            switch (endpoint.object()) {
                case OwnedLock lock -> lock.hold().ifPresent(holds::add);
                case Relayed relayed ->
                    relayed.held().map(held -> hold(relayed, held)).ifPresent(holds::add);
                case PipeQueue<?> queue -> {
                    queue.parts().readLock().hold("Queue, read lock").ifPresent(holds::add);
                    queue.parts().writeLock().hold("Queue, write lock").ifPresent(holds::add);
                    if (queue instanceof JoinablePipeQueue<?> joinable) {
                        joinable.taskLock()
                                .hold("JoinableQueue, lock of the tasks")
                                .ifPresent(holds::add);
                    }
                }
                case SimplePipeQueue<?> queue -> {
                    queue.parts().readLock().hold("SimpleQueue, read lock").ifPresent(holds::add);
                    queue.parts().writeLock().hold("SimpleQueue, write lock").ifPresent(holds::add);
                }
                default -> {}
            }
        }
        return holds;
    }

    private static Hold hold(Relayed relayed, Relayed.Held held) {
        return new Hold(relayed.kind(), NAMELESS, held.count(), held.age(), held.thread());
    }

    static SharedObjects.Usage usage(List<Endpoint> endpoints) {
        int direct = 0;
        int relayed = 0;
        for (Endpoint endpoint : endpoints) {
            switch (endpoint.object()) {
                case Relayed object -> relayed++;
                case StreamConnection connection -> {}
                case StreamSocket socket -> {}
                case WeakReference<?> opened -> {}
                case OwnedLock lock when !lock.isExposed() -> {} // a part of one that is counted
                default -> direct++;
            }
        }
        return new SharedObjects.Usage(direct, relayed);
    }

    static int unwritten(List<Endpoint> endpoints) {
        return queues(endpoints).stream().mapToInt(PipeQueue::unwritten).sum();
    }

    static Map<String, Integer> depths(List<Endpoint> endpoints) {
        Map<String, Integer> depths = new LinkedHashMap<>();
        for (PipeQueue<?> queue : queues(endpoints)) {
            int size = size(queue);
            if (size != NO_QUEUE) {
                depths.put(queue.parts().freeSlots().name(), size);
            }
        }
        return depths;
    }

    static List<SharedObjects.Use> uses(List<Endpoint> endpoints) {
        return endpoints.stream()
                .filter(endpoint -> !endpoint.done())
                .map(endpoint -> use(endpoint.object()))
                .toList();
    }

    private static SharedObjects.Use use(Object object) {
        return switch (object) {
            case PipeQueue<?> queue -> new SharedObjects.Use(queue.toString(), size(queue), queue.unwritten());
            case WeakReference<?> opened -> new SharedObjects.Use(String.valueOf(opened.get()), NO_QUEUE, 0);
            default -> new SharedObjects.Use(object.toString(), NO_QUEUE, 0);
        };
    }

    private static int size(PipeQueue<?> queue) {
        try {
            return queue.size();
        } catch (IOException e) {
            LOG.log(Level.TRACE, "a queue was closed while it was looked at", e);
            return NO_QUEUE;
        }
    }
}
