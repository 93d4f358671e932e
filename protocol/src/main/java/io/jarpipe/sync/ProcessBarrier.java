package io.jarpipe.sync;

import io.jarpipe.MpBarrier;
import io.jarpipe.MpBrokenBarrierException;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.SharedBlock;
import io.jarpipe.os.UseCount;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

// The block of a barrier (CPython Lib/multiprocessing/synchronize.py, class Barrier: struct 'ii', native byte order)
// -------------------------------------------------------------------------------------------------------------------
//   offset 0   int32   state: 0 filling, 1 draining, -1 resetting, -2 broken
//   offset 4   int32   how many are inside
// What is done with it is Lib/threading.py, class Barrier, line by line, always with the condition's lock held.

/** A {@code multiprocessing.Barrier} without an action. */
public final class ProcessBarrier implements MpBarrier, Rendezvous {
    /** Length of the block, in bytes. */
    public static final int BLOCK_LENGTH = 8;

    private static final int STATE = 0;
    private static final int COUNT = 4;

    private static final int FILLING = 0;
    private static final int DRAINING = 1;
    private static final int RESETTING = -1;
    private static final int BROKEN = -2;

    /**
     * What a barrier is made of.
     *
     * @param parties how many have to come
     * @param timeout how long a wait without a timeout lasts at most; null for as long as it takes
     * @param condition the condition over an {@code RLock}; owned by the barrier
     * @param block the state, shared by all processes; owned by the barrier
     */
    public record Parts(int parties, @Nullable Duration timeout, ProcessCondition condition, SharedBlock block) {}

    private final Parts parts;
    private final ProcessCondition condition;
    private final SharedBlock block;
    private final CountDownLatch left = new CountDownLatch(1);
    private final UseCount uses = new UseCount(this::detach);

    /**
     * Makes a barrier.
     *
     * @param parts what it is made of, owned by the barrier from now on
     */
    public ProcessBarrier(Parts parts) {
        this.parts = parts;
        this.condition = parts.condition();
        this.block = parts.block();
    }

    private void detach() {
        condition.close();
        block.close();
        left.countDown();
    }

    /**
     * Returns the parts, for passing the barrier on.
     *
     * @return the parts, still owned by the barrier
     */
    public Parts parts() {
        return parts;
    }

    @Override
    public int await() throws IOException, InterruptedException {
        return await(Deadline.after(parts.timeout()));
    }

    @Override
    public int await(Duration timeout) throws IOException, InterruptedException {
        return await(Deadline.after(timeout));
    }

    private int await(Deadline deadline) throws IOException, InterruptedException {
        uses.begin();
        try {
            condition.enter(uses);
            try {
                awaitDrained();
                return pass(deadline);
            } finally {
                condition.exit();
            }
        } finally {
            uses.end();
        }
    }

    private void awaitDrained() throws IOException, InterruptedException {
        while (state() == RESETTING || state() == DRAINING) {
            condition.await(uses, Deadline.NEVER);
        }
        if (state() < 0) {
            throw new MpBrokenBarrierException("the barrier is broken");
        }
    }

    private int pass(Deadline deadline) throws IOException, InterruptedException {
        int index = count();
        block.set(COUNT, index + 1);
        try {
            if (index + 1 == parts.parties()) {
                change(DRAINING);
            } else {
                awaitOthers(deadline);
            }
            return index;
        } finally {
            leave();
        }
    }

    private void awaitOthers(Deadline deadline) throws IOException, InterruptedException {
        while (state() == FILLING) {
            if (deadline.hasPassed()) {
                change(BROKEN);
                throw new MpBrokenBarrierException("the others have not come in time: the barrier is broken now");
            }
            condition.await(uses, deadline);
        }
        if (state() < 0) {
            throw new MpBrokenBarrierException("the barrier was broken or reset while this party waited");
        }
    }

    /** Goes out; the last one opens the door to those who wait outside. */
    private void leave() throws IOException {
        if (!condition.isMine()) {
            return; // the lock could not be had any more, since the worker ends while another process keeps it
        }
        int inside = count() - 1;
        block.set(COUNT, inside);
        if (inside == 0 && (state() == RESETTING || state() == DRAINING)) {
            change(FILLING);
        }
    }

    private void change(int state) throws IOException {
        block.set(STATE, state);
        condition.signal(uses, ProcessCondition.ALL);
    }

    private int state() throws IOException {
        return block.get(STATE);
    }

    private int count() throws IOException {
        return block.get(COUNT);
    }

    @Override
    public void reset() throws IOException, InterruptedException {
        guarded(() -> {
            boolean somebody = count() > 0;
            if (!somebody) {
                change(FILLING);
            } else {
                change(state() == FILLING || state() == BROKEN ? RESETTING : state());
            }
        });
    }

    @Override
    public void abort() throws IOException, InterruptedException {
        guarded(() -> change(BROKEN));
    }

    /** What is done with the lock held. */
    @FunctionalInterface
    private interface Guarded {
        void run() throws IOException;
    }

    private void guarded(Guarded action) throws IOException, InterruptedException {
        uses.begin();
        try {
            condition.enter(uses);
            try {
                action.run();
            } finally {
                condition.exit();
            }
        } finally {
            uses.end();
        }
    }

    @Override
    public int parties() {
        return parts.parties();
    }

    @Override
    public int waiting() throws IOException {
        uses.begin();
        try {
            return state() == FILLING ? count() : 0;
        } finally {
            uses.end();
        }
    }

    @Override
    public boolean isBroken() throws IOException {
        uses.begin();
        try {
            return state() == BROKEN;
        } finally {
            uses.end();
        }
    }

    @Override
    public void endWaits() {
        close();
    }

    @Override
    public boolean awaitLeft(Duration patience) throws InterruptedException {
        return left.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        uses.close();
    }

    /**
     * Tells whether nothing of it is in use any more.
     *
     * @return true when it is closed and the last thread has left
     */
    public boolean isReleased() {
        return uses.isReleased();
    }

    @Override
    public String toString() {
        return "Barrier[" + parts.parties() + " parties, " + condition + "]";
    }
}
