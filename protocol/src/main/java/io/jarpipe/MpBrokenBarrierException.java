package io.jarpipe;

import java.io.Serial;

/** A barrier is broken or was reset: Python's {@code threading.BrokenBarrierError}. */
public final class MpBrokenBarrierException extends IllegalStateException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Says what has happened.
     *
     * @param message what has happened to the barrier
     */
    public MpBrokenBarrierException(String message) {
        super(message);
    }
}
