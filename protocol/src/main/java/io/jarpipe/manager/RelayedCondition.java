package io.jarpipe.manager;

import io.jarpipe.MpCondition;
import io.jarpipe.os.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A {@code multiprocessing.Condition} of a fork context: a thread of the Python process sleeps in it for Java. */
final class RelayedCondition extends RelayedHeld implements MpCondition {
    RelayedCondition(RelayedObject object, Grip grip) {
        super(object, grip);
    }

    @Override
    public String kind() {
        return "Condition";
    }

    @Override
    public void await() throws IOException, InterruptedException {
        await((Double) null);
    }

    @Override
    public boolean await(Duration timeout) throws IOException, InterruptedException {
        return await(Seconds.of(timeout));
    }

    private boolean await(@Nullable Double seconds) throws IOException, InterruptedException {
        object.checkUsable();
        RelayedObject.Answer answer;
        Lane lane = object.relay().borrowOwn();
        try {
            int times = grip.suspend(lane);
            answer = object.call(lane, "wait", seconds);
            grip.resume(lane, times);
            undoIfClosed(lane, times);
        } finally {
            object.relay().giveBack(lane);
        }
        Reply reply = answer.reply();
        if (object.isInVain(answer, reply.isReturned(false) || reply.isGivenUp())) {
            return false;
        }
        reply.result();
        return true;
    }

    @Override
    public void waitFor(BooleanSupplier predicate) throws IOException, InterruptedException {
        waitFor(predicate, Deadline.NEVER);
    }

    @Override
    public boolean waitFor(BooleanSupplier predicate, Duration timeout) throws IOException, InterruptedException {
        return waitFor(predicate, Deadline.after(timeout));
    }

    private boolean waitFor(BooleanSupplier predicate, Deadline deadline) throws IOException, InterruptedException {
        boolean holds = predicate.getAsBoolean();
        while (!holds && !deadline.hasPassed()) {
            await(Seconds.until(deadline));
            holds = predicate.getAsBoolean();
        }
        return holds;
    }

    @Override
    public void signal() throws IOException {
        signal(1);
    }

    @Override
    public void signal(int n) throws IOException {
        object.callAtOnceAsOwner("notify", n).result();
    }

    @Override
    public void signalAll() throws IOException {
        signal(Integer.MAX_VALUE);
    }
}
