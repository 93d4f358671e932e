package io.jarpipe.manager;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Something of a fork context that can be acquired. */
abstract sealed class RelayedHeld extends Relayed permits RelayedCondition, RelayedMutex, RelayedSemaphore {
    final Grip grip;

    RelayedHeld(RelayedObject object, Grip grip) {
        super(object);
        this.grip = grip;
    }

    /**
     * Acquires, waiting as long as it takes.
     *
     * @throws IOException when closed, also during the wait, or the Python process has ended
     * @throws InterruptedException when interrupted while waiting
     */
    public void acquire() throws IOException, InterruptedException {
        acquire((Double) null);
    }

    /**
     * Acquires, if possible in time.
     *
     * @param timeout how long to wait; zero or negative tries once
     * @return whether it was acquired
     * @throws IOException when closed, also during the wait, or the Python process has ended
     * @throws InterruptedException when interrupted while waiting
     */
    public boolean acquire(Duration timeout) throws IOException, InterruptedException {
        return acquire(Seconds.of(timeout));
    }

    private boolean acquire(@Nullable Double seconds) throws IOException, InterruptedException {
        object.checkUsable();
        RelayedObject.Answer answer;
        boolean acquired;
        Lane lane = object.relay().borrowOwn();
        try {
            answer = object.call(lane, "acquire", seconds);
            acquired = answer.reply().isReturned(true);
            if (acquired) {
                grip.acquired(lane);
                undoIfClosed(lane, 1);
            }
        } finally {
            object.relay().giveBack(lane);
        }
        if (!object.isInVain(answer, answer.reply().isReturned(false))) {
            answer.reply().result();
        }
        return acquired;
    }

    /** Releases what was acquired at the moment of the close: the worker has said already what it keeps. */
    final void undoIfClosed(Lane lane, int times) throws IOException, InterruptedException {
        if (object.isClosed()) {
            for (int i = 0; i < times; i++) {
                object.call(lane, "release").reply().result();
                grip.released();
            }
            throw new ClosedChannelException();
        }
    }

    /**
     * Releases.
     *
     * @throws IllegalStateException when everything is free: "semaphore or lock released too many times"
     * @throws IOException when closed, or the Python process has ended
     */
    public void release() throws IOException {
        object.callAtOnceAsOwner("release").result();
        grip.released();
    }

    @Override
    public Optional<Held> held() {
        return object.isClosed() ? Optional.empty() : grip.held();
    }

    @Override
    public void close() {
        object.detach(grip.count());
    }
}
