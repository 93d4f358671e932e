package io.jarpipe.os;

import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the calls that are using a native resource, so that it is released exactly once and never under a running
 * call.
 *
 * <p>A descriptor number or a mapped address that is released while another thread still uses it would silently name
 * somebody else's file or memory. {@link #close()} therefore only forbids new uses; the resource goes when the last
 * running use ends.
 */
public final class UseCount {
    private static final int CLOSED = 1 << 31;

    private final AtomicInteger state = new AtomicInteger();
    private final Runnable release;

    /**
     * Counts for one resource.
     *
     * @param release gives the resource back; runs once, on whichever thread ends the last use after the close
     */
    public UseCount(Runnable release) {
        this.release = release;
    }

    /**
     * Begins a use; every begin is followed by one {@link #end()}.
     *
     * @throws ClosedChannelException when the resource is closed
     */
    public void begin() throws ClosedChannelException {
        if (!tryBegin()) {
            throw new ClosedChannelException();
        }
    }

    /**
     * Begins a use unless the resource is closed.
     *
     * @return whether the use has begun
     */
    public boolean tryBegin() {
        while (true) {
            int now = state.get();
            if (now < 0) {
                return false;
            }
            if (state.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    /** Begins one more use on behalf of somebody who is within one: possible also after the close. */
    public void beginNested() {
        state.incrementAndGet();
    }

    /** Ends a use, and releases the resource when it is closed and this was the last use. */
    public void end() {
        if (state.decrementAndGet() == CLOSED) {
            release.run();
        }
    }

    /**
     * Tells whether new uses are forbidden.
     *
     * @return true from the moment of {@link #close()}
     */
    public boolean isClosed() {
        return state.get() < 0;
    }

    /**
     * Tells whether the resource was given back.
     *
     * @return true when it is closed and the last use has ended
     */
    public boolean isReleased() {
        return state.get() == CLOSED;
    }

    /**
     * Forbids new uses and releases the resource once nobody uses it. Does not block.
     *
     * @return false when that had been done before
     */
    public boolean close() {
        int before = state.getAndUpdate(now -> now | CLOSED);
        if (before == 0) {
            release.run();
        }
        return before >= 0;
    }
}
