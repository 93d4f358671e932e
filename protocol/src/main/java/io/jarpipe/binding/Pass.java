package io.jarpipe.binding;

import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/** The conversion of one message. */
final class Pass {
    private static final Object IN_PROGRESS = new Object();

    private final String start;
    private @Nullable IdentityHashMap<Object, Object> records;

    Pass(String start) {
        this.start = start;
    }

    /** Returns what the whole value is, for messages: {@code "argument 1 ('jobs')"}. */
    String start() {
        return start;
    }

    /**
     * Returns the record made of a value before, or null; from then on the value is being converted.
     *
     * <p>Only records that can contain others of their kind ask: they could be nested without end, or share parts until
     * a few bytes describe more records than fit into memory.
     *
     * @throws Cycle when the value is being converted already
     */
    @Nullable
    Object begin(Object value) throws Cycle {
        if (records == null) {
            records = new IdentityHashMap<>();
        }
        Object known = records.putIfAbsent(value, IN_PROGRESS);
        if (IN_PROGRESS.equals(known)) {
            throw new Cycle();
        }
        return known;
    }

    /** Remembers the record made of a value. */
    void end(Object value, Object made) {
        if (records != null) {
            records.put(value, made);
        }
    }

    /** Says that a value contains itself. */
    static final class Cycle extends Exception {
        private static final long serialVersionUID = 1L;

        Cycle() {
            super("contains itself", null, false, false);
        }
    }
}
