package io.jarpipe.manager;

import io.jarpipe.MpBarrier;
import java.io.IOException;
import java.time.Duration;

/**
 * A {@code multiprocessing.Barrier} of a fork context without an action: a thread of the Python process is the party.
 */
final class RelayedBarrier extends Relayed implements MpBarrier {
    private final int parties;

    private RelayedBarrier(RelayedObject object, int parties) {
        super(object);
        this.parties = parties;
    }

    static RelayedBarrier attach(RelayedObject object) throws IOException, InterruptedException {
        return new RelayedBarrier(object, object.attachedNumber());
    }

    @Override
    public String kind() {
        return "Barrier";
    }

    @Override
    public int await() throws IOException, InterruptedException {
        return object.callToTheEnd("wait").number();
    }

    @Override
    public int await(Duration timeout) throws IOException, InterruptedException {
        return object.callToTheEnd("wait", Seconds.of(timeout)).number();
    }

    @Override
    public void reset() throws IOException, InterruptedException {
        object.callToTheEnd("reset").result();
    }

    @Override
    public void abort() throws IOException, InterruptedException {
        object.callToTheEnd("abort").result();
    }

    @Override
    public int parties() {
        return parties;
    }

    @Override
    public int waiting() throws IOException {
        return object.callAtOnce("n_waiting").number();
    }

    @Override
    public boolean isBroken() throws IOException {
        return object.callAtOnce("broken").isReturned(true);
    }
}
