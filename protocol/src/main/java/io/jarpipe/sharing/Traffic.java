package io.jarpipe.sharing;

import io.jarpipe.os.Flow;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** What goes through the queues and connections of a process, or of several. Thread-safe. */
public final class Traffic {
    /** What messages go through. */
    public enum Kind {
        /** {@code Queue} and {@code JoinableQueue}. */
        QUEUE,
        /** {@code SimpleQueue}. */
        SIMPLE_QUEUE,
        /** {@code Connection}: pipes and sockets. */
        CONNECTION,
        /** Requests to Python processes that relay objects of a fork context, and their replies. */
        RELAY
    }

    private final Map<Kind, Flow> flows = new EnumMap<>(Kind.class);

    /** Begins to count. */
    public Traffic() {
        for (Kind kind : Kind.values()) {
            flows.put(kind, new Flow());
        }
    }

    /**
     * Returns the figures of one kind.
     *
     * @param kind the kind
     * @return its figures, which go on to change
     */
    public Flow of(Kind kind) {
        return Objects.requireNonNull(flows.get(kind));
    }

    /**
     * Adds the figures of another process that counts no more, or of this moment.
     *
     * @param other the other figures
     */
    public void add(Traffic other) {
        flows.forEach((kind, flow) -> flow.add(other.of(kind)));
    }

    /**
     * Returns how many messages there were.
     *
     * @param direction in or out
     * @return the number, of all kinds
     */
    public long items(Flow.Direction direction) {
        return flows.values().stream().mapToLong(flow -> flow.items(direction)).sum();
    }

    /**
     * Returns how long the messages were.
     *
     * @param direction in or out
     * @return the number of bytes, of all kinds
     */
    public long bytes(Flow.Direction direction) {
        return flows.values().stream().mapToLong(flow -> flow.bytes(direction)).sum();
    }
}
