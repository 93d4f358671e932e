package io.jarpipe.connection;

import io.jarpipe.MpBufferTooShortException;
import io.jarpipe.MpMessageStream;
import io.jarpipe.ProtocolException;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.Transport;
import io.jarpipe.os.Transport.Waiting;
import io.jarpipe.wire.FrameTooLongException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The half of a connection that receives; two threads take turns. */
final class ReceivingEnd {
    private final Transport transport;
    private final FrameReader reader;
    private final Runnable unusable;
    private final ReentrantLock turn = new ReentrantLock();
    /** The message that is being read piece by piece; guarded by {@code turn}. */
    private @Nullable MessageStream open;

    /**
     * Reads from a transport; {@code unusable} makes the connection write-only or closes it, and keeps it reachable.
     */
    ReceivingEnd(Transport transport, int maxLength, Runnable unusable) {
        this.transport = transport;
        this.reader = new FrameReader(transport, maxLength);
        this.unusable = unusable;
    }

    /** Receives a message; null when the deadline passed before all of it had come. */
    byte @Nullable [] receive(Deadline deadline) throws IOException, InterruptedException {
        if (!beginTurn(deadline)) {
            return null;
        }
        try {
            return reader.read(deadline);
        } catch (ProtocolException e) {
            giveUpIfFailed();
            throw e;
        } finally {
            endTurn();
        }
    }

    /** Receives a message of limited length. A longer one is left where it is, so that nothing can follow it. */
    byte[] receive(int maxLength) throws IOException, InterruptedException {
        beginTurn(Deadline.NEVER);
        try {
            begin();
            if (reader.length() > maxLength) {
                unusable.run();
                throw new FrameTooLongException(reader.length(), maxLength);
            }
            return readWhole();
        } finally {
            endTurn();
        }
    }

    /** Receives a message into memory; returns its length. One that is too long for it is consumed all the same. */
    long receiveInto(MemorySegment target) throws IOException, InterruptedException {
        checkTarget(target);
        beginTurn(Deadline.NEVER);
        try {
            begin();
            long length = reader.length();
            if (length > target.byteSize()) {
                throw new MpBufferTooShortException(readWhole(), target.byteSize());
            }
            for (long done = 0; done < length; ) {
                done += reader.readSome(target.asSlice(done, length - done), Waiting.UNTIL_COMPLETE);
            }
            if (length == 0) {
                reader.endIfDone();
            }
            return length;
        } catch (IllegalStateException freedMeanwhile) {
            unusable.run(); // a part of the message went with the memory
            throw freedMeanwhile;
        } finally {
            endTurn();
        }
    }

    /** Begins to receive a message of any length, piece by piece. */
    MpMessageStream receiveStream() throws IOException, InterruptedException {
        beginTurn(Deadline.NEVER);
        try {
            begin();
            MessageStream stream = new MessageStream(this, reader.length());
            if (stream.length() > 0) {
                open = stream;
            } else {
                reader.endIfDone();
            }
            return stream;
        } finally {
            endTurn();
        }
    }

    /** Reads the next piece of the message that is open; an interrupt is told as {@link InterruptedIOException}. */
    int readSome(MessageStream stream, MemorySegment target) throws IOException {
        checkTarget(target);
        turn.lock();
        try {
            checkOpen();
            int count = (int) reader.readSome(target, Waiting.INTERRUPTIBLE);
            if (count == stream.remaining()) {
                open = null;
            }
            return count;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the rest of a message");
        } catch (ProtocolException | EOFException e) {
            open = null;
            throw e;
        } finally {
            endTurn();
        }
    }

    /** Drops the rest of the message that is open. */
    void skipRest() throws IOException {
        turn.lock();
        try {
            open = null;
            reader.skip();
        } catch (ClosedChannelException nothingFollows) {
            // the rest went with the connection
        } catch (InterruptedException e) {
            throw new AssertionError("this wait is not interruptible", e);
        } finally {
            endTurn();
        }
    }

    private static void checkTarget(MemorySegment target) {
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("the target is read-only");
        }
        if (!target.isAccessibleBy(Thread.currentThread())) {
            throw new WrongThreadException("the target belongs to another thread");
        }
        if (!target.scope().isAlive()) {
            throw new IllegalStateException("the target's memory is freed");
        }
    }

    private void begin() throws IOException, InterruptedException {
        try {
            reader.begin(Deadline.NEVER);
        } catch (ProtocolException e) {
            giveUpIfFailed();
            throw e;
        }
    }

    private byte[] readWhole() throws IOException, InterruptedException {
        return Objects.requireNonNull(reader.read(Deadline.NEVER), "an unbounded wait cannot time out");
    }

    private void giveUpIfFailed() {
        if (reader.hasFailed()) {
            unusable.run();
        }
    }

    /** Waits for other receivers; false when the deadline passed. */
    private boolean beginTurn(Deadline deadline) throws IOException, InterruptedException {
        if (deadline.isNever()) {
            turn.lockInterruptibly();
        } else if (!turn.tryLock(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
            return false;
        }
        boolean begun = false;
        try {
            checkOpen();
            if (open != null) {
                throw new IllegalStateException(
                        "the stream of the last message is open: read it to its end or close it");
            }
            begun = true;
            return true;
        } finally {
            if (!begun) {
                endTurn();
            }
        }
    }

    private void checkOpen() throws ClosedChannelException {
        if (transport.fd().isClosed()) {
            throw new ClosedChannelException();
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
