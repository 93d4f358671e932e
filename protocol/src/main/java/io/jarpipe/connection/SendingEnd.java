package io.jarpipe.connection;

import io.jarpipe.os.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The half of a connection that sends. CPython leaves it to the caller that two threads do not send at once, and
 * corrupts the stream otherwise; a lock costs nothing beside a write.
 */
final class SendingEnd {
    private final FrameWriter writer;
    private final Runnable closing;
    private final ReentrantLock turn = new ReentrantLock();

    /** Writes to a transport; {@code closing} closes the connection, and keeps it reachable. */
    SendingEnd(Transport transport, Runnable closing) {
        this.writer = new FrameWriter(transport);
        this.closing = closing;
    }

    void send(MemorySegment message) throws IOException, InterruptedException {
        if (!message.isAccessibleBy(Thread.currentThread())) {
            throw new WrongThreadException("the message belongs to another thread");
        }
        if (!message.scope().isAlive()) {
            throw new IllegalStateException("the message's memory is freed");
        }
        OutgoingFrame frame = new OutgoingFrame(message);
        turn.lockInterruptibly();
        try {
            writer.write(frame);
        } catch (IllegalStateException freedMeanwhile) {
            if (frame.isBegun()) {
                closing.run(); // its rest cannot follow, so nothing can
            }
            throw freedMeanwhile;
        } finally {
            endTurn();
        }
    }

    void send(InputStream source, long length) throws IOException, InterruptedException {
        turn.lockInterruptibly();
        try {
            writer.write(source, length);
        } finally {
            endTurn();
        }
    }

    private void endTurn() {
        try {
            turn.unlock();
        } finally {
            Reference.reachabilityFence(this);
        }
    }
}
