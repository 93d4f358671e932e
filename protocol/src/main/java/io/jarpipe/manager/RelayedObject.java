package io.jarpipe.manager;

import io.jarpipe.os.Deadline;
import io.jarpipe.os.Flow;
import io.jarpipe.pickle.PickleCodec;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** An object of a fork context, which lives in a Python process and is used through it. Thread-safe. */
final class RelayedObject {
    /** How late it is noticed that the object was closed. */
    private static final Duration SLICE = Duration.ofMillis(50);
    /** How long Python may take to answer a call that was given up, after the object was closed. */
    private static final Duration GRACE_AT_CLOSE = Duration.ofMillis(500);
    /** The same when the time of a call is over, or it was interrupted: later, an item must have stalled. */
    private static final Duration GRACE_AT_TIMEOUT = Duration.ofMillis(250);

    private static final Duration GRACE_AT_INTERRUPT = Duration.ofSeconds(2);

    /**
     * What a call brought.
     *
     * @param reply what the server replied
     * @param interrupted whether the calling thread was interrupted meanwhile, so that the call was given up if nothing
     *     had come of it yet; its interrupt status is cleared then
     */
    record Answer(Reply reply, boolean interrupted) {}

    /** What ends a wait. */
    private enum End {
        REPLY,
        INTERRUPT,
        TIMEOUT,
        CLOSE
    }

    private final Relay relay;
    private final String id;
    private final AtomicBoolean closed = new AtomicBoolean();
    /** Lanes of calls that were given up and stalled: a part of an item has come, and belongs to this worker. */
    private final Deque<Lane> stalled = new ArrayDeque<>();

    RelayedObject(Relay relay, String id) {
        this.relay = relay;
        this.id = id;
    }

    Relay relay() {
        return relay;
    }

    /** Returns what reads and writes the values. */
    PickleCodec codec() {
        return relay.codec();
    }

    /** Makes sure that the object is there. */
    RelayedObject attached() throws IOException, InterruptedException {
        call("attach").reply().result();
        return this;
    }

    /** Makes sure that the object is there, and returns the number that has to be known of it. */
    int attachedNumber() throws IOException, InterruptedException {
        return call("attach").reply().number();
    }

    /** Counts requests and replies from now on: those of all objects of the same relay. */
    void countInto(Flow flow) {
        relay.countInto(flow);
    }

    /** Calls a method that may wait. */
    Answer call(String method, @Nullable Object... args) throws IOException, InterruptedException {
        checkUsable();
        return callOn(relay.borrow(), method, args);
    }

    /** Calls a method that may wait and needs to be called by the owner of something. */
    Answer callAsOwner(String method, @Nullable Object... args) throws IOException, InterruptedException {
        checkUsable();
        return callOn(relay.borrowOwn(), method, args);
    }

    private Answer callOn(Lane lane, String method, @Nullable Object... args) throws IOException, InterruptedException {
        try {
            return call(lane, method, args);
        } finally {
            relay.giveBack(lane);
        }
    }

    /** Calls a method on a lane that the caller has borrowed, and gives back. */
    Answer call(Lane lane, String method, @Nullable Object... args) throws IOException, InterruptedException {
        begin(lane, method, args);
        End end = awaitReply(lane, Deadline.NEVER);
        if (end != End.REPLY) {
            giveUp(lane, Deadline.NEVER);
        }
        return answer(lane, end);
    }

    private void begin(Lane lane, String method, @Nullable Object... args) throws IOException, InterruptedException {
        byte[] request = lane.request(id, method, args);
        try {
            lane.begin(request);
        } catch (InterruptedException e) {
            codec().discard(request);
            throw e;
        } catch (IOException e) {
            throw lost(lane, e);
        }
    }

    private End awaitReply(Lane lane, Deadline deadline) throws IOException {
        try {
            while (!isClosed()) {
                Duration left = Duration.ofNanos(Math.max(0, deadline.remainingNanos()));
                if (lane.hasReply(left.compareTo(SLICE) < 0 ? left : SLICE)) {
                    return End.REPLY;
                }
                if (deadline.hasPassed()) {
                    return End.TIMEOUT;
                }
            }
            return End.CLOSE;
        } catch (InterruptedException e) {
            return End.INTERRUPT;
        } catch (IOException e) {
            throw lost(lane, e);
        }
    }

    /** Ends the wait of a call, and waits for the reply to it: something may have come just now. */
    private boolean giveUp(Lane lane, Deadline patience) throws IOException {
        try {
            lane.giveUp(id);
            Deadline closing = Deadline.NEVER;
            while (!lane.hasReplyRegardless(SLICE)) {
                if (closing.hasPassed()) {
                    throw new ClosedChannelException();
                }
                if (closing.isNever() && isClosed()) {
                    closing = Deadline.after(GRACE_AT_CLOSE);
                } else if (patience.hasPassed()) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            throw lost(lane, e);
        }
    }

    private Answer answer(Lane lane, End end) throws IOException {
        byte[] reply;
        try {
            reply = lane.reply();
        } catch (IOException e) {
            throw lost(lane, e);
        }
        return new Answer(Reply.of(reply, codec()), end == End.INTERRUPT);
    }

    private IOException lost(Lane lane, IOException e) {
        lane.close();
        return relay.explain(e);
    }

    /**
     * Calls {@code get}, or goes on with one that has stalled in the middle of an item.
     *
     * @param deadline when the wait is over, also in the middle of an item
     * @return null when the time is over in the middle of an item
     */
    @Nullable
    Answer get(Deadline deadline) throws IOException, InterruptedException {
        checkUsable();
        Lane begun = nextStalled();
        Lane lane = begun != null ? begun : relay.borrow();
        boolean stalls = false;
        try {
            if (begun == null) {
                begin(lane, "get", true, Seconds.until(deadline));
            }
            End end = awaitReply(lane, later(deadline));
            stalls = end != End.REPLY
                    && !giveUp(lane, Deadline.after(end == End.TIMEOUT ? GRACE_AT_TIMEOUT : GRACE_AT_INTERRUPT));
            if (stalls && end == End.INTERRUPT) {
                throw new InterruptedException();
            }
            return stalls ? null : answer(lane, end);
        } finally {
            if (stalls) {
                stall(lane);
            } else {
                relay.giveBack(lane);
            }
        }
    }

    /** Returns when Python must have ended the wait by itself. */
    private static Deadline later(Deadline deadline) {
        return deadline.isNever() ? deadline : Deadline.after(GRACE_AT_TIMEOUT.plusNanos(deadline.remainingNanos()));
    }

    private @Nullable Lane nextStalled() {
        synchronized (stalled) {
            return stalled.poll();
        }
    }

    private void stall(Lane lane) {
        synchronized (stalled) {
            stalled.add(lane);
        }
        if (isClosed()) {
            dropStalled();
        }
    }

    private void dropStalled() {
        for (Lane lane = nextStalled(); lane != null; lane = nextStalled()) {
            lane.close();
            relay.giveBack(lane);
        }
    }

    /** Calls a method that does not wait; an interrupt stays pending. */
    Reply callAtOnce(String method, @Nullable Object... args) throws IOException {
        return atOnce(() -> call(method, args));
    }

    /** Does the same as the owner of something. */
    Reply callAtOnceAsOwner(String method, @Nullable Object... args) throws IOException {
        return atOnce(() -> callAsOwner(method, args));
    }

    /** A call. */
    @FunctionalInterface
    private interface Calling {
        Answer run() throws IOException, InterruptedException;
    }

    private static Reply atOnce(Calling calling) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    Answer answer = calling.run();
                    interrupted |= answer.interrupted();
                    return answer.reply();
                } catch (InterruptedException e) {
                    interrupted = true; // before anything was sent
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Calls a method that waits without a limit. */
    Reply callToTheEnd(String method, @Nullable Object... args) throws IOException, InterruptedException {
        Answer answer = call(method, args);
        isInVain(answer, answer.reply().isGivenUp());
        return answer.reply();
    }

    /**
     * Tells whether a call came to nothing, because its time is over; if it was given up for another reason, that ends
     * the caller's wait.
     */
    boolean isInVain(Answer answer, boolean inVain) throws IOException, InterruptedException {
        if (answer.interrupted()) {
            if (inVain) {
                throw new InterruptedException();
            }
            Thread.currentThread().interrupt();
        }
        if (inVain) {
            checkOpen();
        }
        return inVain;
    }

    void checkUsable() throws IOException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        checkOpen();
    }

    void checkOpen() throws ClosedChannelException {
        if (isClosed()) {
            throw new ClosedChannelException();
        }
    }

    /** Tells whether the object was let go of. */
    boolean isClosed() {
        return closed.get();
    }

    /**
     * Lets go of the object in good order; the calls that run end soon. Idempotent; does not block.
     *
     * @param kept how often it was acquired and stays so
     */
    void detach(int kept) {
        if (!closed.getAndSet(true)) {
            dropStalled();
            relay.detach(id, kept);
        }
    }

    /** Lets go of everything as one who dies: what was acquired is released. Idempotent; does not block. */
    void abandon() {
        closed.set(true);
        relay.close();
    }
}
