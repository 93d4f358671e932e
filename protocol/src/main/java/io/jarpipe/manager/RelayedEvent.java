package io.jarpipe.manager;

import io.jarpipe.MpEvent;
import io.jarpipe.os.Deadline;
import java.io.IOException;
import java.time.Duration;

/**
 * A {@code multiprocessing.Event} of a fork context. Both ways to wait enlist a thread of the Python process, which
 * leaves when the worker dies.
 */
final class RelayedEvent extends Relayed implements MpEvent {
    private final boolean enlists;

    RelayedEvent(RelayedObject object) {
        this(object, false);
    }

    private RelayedEvent(RelayedObject object, boolean enlists) {
        super(object);
        this.enlists = enlists;
    }

    @Override
    public String kind() {
        return "Event";
    }

    @Override
    public boolean isSet() throws IOException, InterruptedException {
        return object.callToTheEnd("is_set").isReturned(true);
    }

    @Override
    public void set() throws IOException, InterruptedException {
        object.callToTheEnd("set").result();
    }

    @Override
    public void clear() throws IOException, InterruptedException {
        object.callToTheEnd("clear").result();
    }

    @Override
    public boolean await() throws IOException, InterruptedException {
        return await(Deadline.NEVER);
    }

    @Override
    public boolean await(Duration timeout) throws IOException, InterruptedException {
        return await(Deadline.after(timeout));
    }

    private boolean await(Deadline deadline) throws IOException, InterruptedException {
        while (true) {
            RelayedObject.Answer answer = object.call("wait", Seconds.until(deadline));
            Reply reply = answer.reply();
            if (!object.isInVain(answer, reply.isReturned(false) || reply.isGivenUp())) {
                reply.result();
                return true;
            }
            if (enlists || deadline.hasPassed()) {
                return false; // otherwise it was cleared again at once
            }
        }
    }

    @Override
    public MpEvent enlisting() {
        return new RelayedEvent(object, true);
    }
}
