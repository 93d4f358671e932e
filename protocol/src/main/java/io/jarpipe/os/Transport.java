package io.jarpipe.os;

import io.jarpipe.MpBrokenPipeException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

// Some facts about O_NONBLOCK
// ---------------------------
// The flag belongs to the open file description, which Python shares with us: setting it makes CPython's own reads and
// writes fail with BlockingIOError half-way through a message. A pipe end is therefore reopened through /proc/self/fd,
// which gives a private description of the same pipe; a socket cannot be reopened (ENXIO) and takes MSG_DONTWAIT with
// every call instead.

/**
 * One end of a byte stream that CPython holds the other end of: a pipe or a stream socket.
 *
 * <p>Reads and writes are attempted without blocking; a thread that finds nothing to do waits in {@link Waiter}, so
 * that interrupting it or closing the transport ends the wait. One reading and one writing thread may use a transport
 * at the same time. The transport owns its descriptor.
 */
public abstract sealed class Transport implements AutoCloseable permits PipeTransport, SocketTransport {
    /** Says whether an interrupt may end a wait. */
    public enum Waiting {
        /** An interrupt ends the wait with {@link InterruptedException}. */
        INTERRUPTIBLE,
        /** Part of a message has moved: only completing it, closing the transport or the deadline ends the wait. */
        UNTIL_COMPLETE
    }

    private static final int SHUT_WR = 1;
    /** What a pipe holds unless somebody has changed it (pipe(7)). */
    static final long CAPACITY = 64 * 1024;
    /** Long messages, more than fit into the pipe, that come before it grows: a single one is no reason. */
    private static final int SOME = 4;
    /** What a message has beside its body, at least ({@code FrameDescriptor}). */
    private static final int HEADER_SIZE = 4;

    private final Fd fd;
    private final Patience patience = new Patience(this);
    /** How many bytes were seen to be there to read and have not been read, as far as this end knows. */
    private long promised;
    /** How many long messages until the pipe shall hold more; 0 for never. */
    private int untilGrowth;
    /** Where to count, if anywhere: set by who owns the transport, before others use it. */
    private @Nullable Flow flow;

    Transport(Fd fd) {
        this.fd = fd;
    }

    /**
     * Takes over a descriptor, choosing the way to use it without disturbing those who share it.
     *
     * @param fd a pipe end or a stream socket; owned by the result, closed when this call fails
     * @param readable whether it will be read from
     * @param writable whether it will be written to; both only for a socket
     * @return the transport
     * @throws IOException when the descriptor is neither, or may not be reopened
     */
    public static Transport adopt(Fd fd, boolean readable, boolean writable) throws IOException {
        try {
            if (SocketTransport.isSocket(fd)) {
                return new SocketTransport(fd);
            }
            if (readable && writable) {
                throw new IOException("a pipe end cannot be both readable and writable: " + fd);
            }
            return PipeTransport.reopen(fd, writable);
        } catch (IOException | RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    /** Reads at most {@code length} bytes now; 0 is end of stream, negative an errno. */
    abstract long tryRead(int number, long address, long length);

    /** Writes at most {@code length} bytes now; negative is an errno. */
    abstract long tryWrite(int number, long address, long length);

    /** Reads at most as many bytes as the native memory holds. */
    abstract long tryRead(int number, MemorySegment target);

    /** Writes at most as many bytes as the native memory holds. */
    abstract long tryWrite(int number, MemorySegment source);

    /**
     * Reads some bytes, waiting for the first.
     *
     * @param address where to
     * @param length at most how many, positive
     * @param deadline how long to wait
     * @param waiting whether an interrupt ends the wait
     * @return the number of bytes; 0 at end of stream; -1 when the deadline passed
     * @throws ClosedChannelException when the transport is closed, also during the wait
     * @throws IOException when the system call fails
     * @throws InterruptedException when interrupted while waiting
     */
    public final long read(long address, long length, Deadline deadline, Waiting waiting)
            throws IOException, InterruptedException {
        while (true) {
            fd.begin();
            long result;
            try {
                result = tryRead(fd.number(), address, length);
            } finally {
                fd.end();
            }
            if (result >= 0) {
                return result;
            }
            if (!tryAgain("read", result, Waiter.POLLIN, deadline, waiting)) {
                return -1;
            }
        }
    }

    /**
     * Reads some bytes into the caller's own native memory, waiting for the first.
     *
     * @param target where to, not empty
     * @param deadline how long to wait
     * @param waiting whether an interrupt ends the wait
     * @return the number of bytes; 0 at end of stream; -1 when the deadline passed
     * @throws IllegalStateException when the memory is freed meanwhile; nothing was read then
     * @throws IOException as {@link #read(long, long, Deadline, Waiting)}
     * @throws InterruptedException when interrupted while waiting
     */
    public final long read(MemorySegment target, Deadline deadline, Waiting waiting)
            throws IOException, InterruptedException {
        while (true) {
            fd.begin();
            long result;
            try {
                result = tryRead(fd.number(), target);
            } finally {
                fd.end();
            }
            if (result >= 0) {
                return result;
            }
            if (!tryAgain("read", result, Waiter.POLLIN, deadline, waiting)) {
                return -1;
            }
        }
    }

    /**
     * Writes some bytes, waiting for room for the first.
     *
     * @param address where from
     * @param length at most how many, positive
     * @param deadline how long to wait; {@link Deadline#NOW} writes only what fits
     * @param waiting whether an interrupt ends the wait
     * @return the number of bytes, positive; 0 when the deadline passed
     * @throws MpBrokenPipeException when nobody can read them any more
     * @throws ClosedChannelException when the transport is closed, also during the wait
     * @throws IOException when the system call fails
     * @throws InterruptedException when interrupted while waiting
     */
    public final long write(long address, long length, Deadline deadline, Waiting waiting)
            throws IOException, InterruptedException {
        while (true) {
            fd.begin();
            long result;
            try {
                result = tryWrite(fd.number(), address, length);
            } finally {
                fd.end();
            }
            if (result >= 0) {
                return result;
            }
            if (!tryAgain("write", result, Waiter.POLLOUT, deadline, waiting)) {
                return 0;
            }
        }
    }

    /**
     * Writes some bytes of the caller's own native memory, waiting for room for the first.
     *
     * @param source where from, not empty
     * @param deadline how long to wait; {@link Deadline#NOW} writes only what fits
     * @param waiting whether an interrupt ends the wait
     * @return the number of bytes, positive; 0 when the deadline passed
     * @throws IllegalStateException when the memory is freed meanwhile; nothing was written then
     * @throws IOException as {@link #write(long, long, Deadline, Waiting)}
     * @throws InterruptedException when interrupted while waiting
     */
    public final long write(MemorySegment source, Deadline deadline, Waiting waiting)
            throws IOException, InterruptedException {
        while (true) {
            fd.begin();
            long result;
            try {
                result = tryWrite(fd.number(), source);
            } finally {
                fd.end();
            }
            if (result >= 0) {
                return result;
            }
            if (!tryAgain("write", result, Waiter.POLLOUT, deadline, waiting)) {
                return 0;
            }
        }
    }

    /** Waits after a call that would have blocked; false when the deadline passed. Any other error is thrown. */
    private boolean tryAgain(String call, long result, int events, Deadline deadline, Waiting waiting)
            throws IOException, InterruptedException {
        if (Errno.EINTR.is(result)) {
            return true;
        }
        if (!Errno.EAGAIN.is(result)) {
            throw failure(call, result);
        }
        if (events == Waiter.POLLIN) {
            promised = 0;
        }
        return awaitReady(events, deadline, waiting);
    }

    /**
     * Tells whether a read would not block: bytes have come, or the other end hung up.
     *
     * @return true when {@link #read} would return at once
     * @throws IOException when the transport is closed
     */
    public final boolean isReadable() throws IOException {
        boolean ready = Waiter.isReady(fd, Waiter.POLLIN);
        if (!ready) {
            promised = 0;
        }
        return ready;
    }

    /**
     * Tells whether bytes are there to read, without a system call while some are left of those that were there last
     * time. A hang-up does not count.
     *
     * @return true when a read would find some, unless somebody else has read them
     * @throws IOException when the transport is closed
     */
    public final boolean holdsBytes() throws IOException {
        return promised > 0 || lookInside() > 0;
    }

    /** Asks how many bytes there are to read, and remembers it. */
    long lookInside() throws IOException {
        promised = bytesInside();
        return promised;
    }

    /**
     * Waits until a read may find something; returns early when woken by {@link Fd#endWaits}, so callers loop.
     *
     * @param deadline how long to wait
     * @return whether to look again; false when the deadline passed
     * @throws IOException when the transport is closed, also during the wait
     * @throws InterruptedException when interrupted while waiting
     */
    public final boolean awaitReadable(Deadline deadline) throws IOException, InterruptedException {
        return awaitReadable(deadline, Waiting.INTERRUPTIBLE);
    }

    /**
     * Waits until a read may find something; returns early when woken by {@link Fd#endWaits}, so callers loop.
     *
     * @param deadline how long to wait
     * @param waiting whether an interrupt ends the wait
     * @return whether to look again; false when the deadline passed
     * @throws IOException when the transport is closed, also during the wait
     * @throws InterruptedException when interrupted while waiting
     */
    public final boolean awaitReadable(Deadline deadline, Waiting waiting) throws IOException, InterruptedException {
        return awaitReady(Waiter.POLLIN, deadline, waiting);
    }

    /**
     * Waits until a write may find room; returns early when woken by {@link Fd#endWaits}, so callers loop.
     *
     * @param deadline how long to wait
     * @return whether to try again; false when the deadline passed
     * @throws IOException when the transport is closed, also during the wait
     * @throws InterruptedException when interrupted while waiting
     */
    public final boolean awaitWritable(Deadline deadline) throws IOException, InterruptedException {
        return awaitWritable(deadline, Waiting.INTERRUPTIBLE);
    }

    /**
     * Waits until a write may find room; returns early when woken by {@link Fd#endWaits}, so callers loop.
     *
     * @param deadline how long to wait
     * @param waiting whether an interrupt ends the wait
     * @return whether to try again; false when the deadline passed
     * @throws IOException when the transport is closed, also during the wait
     * @throws InterruptedException when interrupted while waiting
     */
    public final boolean awaitWritable(Deadline deadline, Waiting waiting) throws IOException, InterruptedException {
        return awaitReady(Waiter.POLLOUT, deadline, waiting);
    }

    private boolean awaitReady(int events, Deadline deadline, Waiting waiting)
            throws IOException, InterruptedException {
        boolean interruptible = waiting == Waiting.INTERRUPTIBLE;
        if (interruptible && Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (deadline.hasPassed()) {
            return false;
        }
        boolean lookAgain = (events == Waiter.POLLIN
                        ? interruptible && patience.findsBytes(deadline)
                        : patience.findsRoom(deadline))
                || await(events, deadline, interruptible);
        if (interruptible && Thread.interrupted()) {
            throw new InterruptedException();
        }
        return lookAgain;
    }

    /** Counts a moment that was spent before waiting, if anybody wants to know. */
    void lingered(Flow.Direction direction, boolean paid) {
        if (flow != null) {
            flow.lingered(direction, paid);
        }
    }

    /** Tells whether what was written and not yet read can be asked for at this end. */
    abstract boolean knowsItsRoom();

    /** Notes that others read from this end, too: its readers do not stay away from it for long. */
    public final void hasRivals() {
        patience.hasRivals();
    }

    /**
     * Asks how many bytes were written at the other end and not read at this one, or the reverse at the writing end of
     * a pipe.
     *
     * @return the number, at most the capacity of the pipe or socket
     * @throws IOException when the transport is closed
     */
    public final int bytesInside() throws IOException {
        fd.begin();
        try {
            return (int) Errno.check("ioctl", Libc.bytesInside(fd.number()), fd.toString());
        } finally {
            fd.end();
        }
    }

    private boolean await(int events, Deadline deadline, boolean interruptible) throws IOException {
        Flow counted = flow;
        if (counted == null) {
            return Waiter.await(fd, events, deadline, interruptible);
        }
        long start = System.nanoTime();
        try {
            return Waiter.await(fd, events, deadline, interruptible);
        } finally {
            counted.waited(events == Waiter.POLLIN ? Flow.Direction.IN : Flow.Direction.OUT, System.nanoTime() - start);
        }
    }

    /**
     * Counts from now on what goes through this transport, and the waits for it.
     *
     * @param into where to
     */
    public final void countInto(Flow into) {
        flow = into;
    }

    /**
     * Counts a message that has gone through, if anybody wants to know.
     *
     * @param direction in or out
     * @param bytes the length of its body
     */
    public final void count(Flow.Direction direction, long bytes) {
        if (direction == Flow.Direction.IN) {
            promised -= HEADER_SIZE + bytes;
        }
        patience.moved(direction, bytes);
        if (flow != null) {
            flow.count(direction, bytes);
        }
    }

    /**
     * Counts a further part of a message.
     *
     * @param direction in or out
     * @param bytes the length of the part
     */
    public final void countRest(Flow.Direction direction, long bytes) {
        if (flow != null) {
            flow.countRest(direction, bytes);
        }
    }

    /**
     * Lets a pipe hold more than usual when some long messages have gone through, which makes further ones faster. For
     * pipes into which nobody waits to write, as a queue's feeder writes: for others more room is less back-pressure.
     */
    public final void allowGrowth() {
        untilGrowth = SOME;
    }

    /**
     * Notes that a message comes or goes, before room is needed for it.
     *
     * @param length the length of its body in bytes
     * @throws IOException when the transport is closed
     */
    public final void expect(long length) throws IOException {
        if (length > CAPACITY && untilGrowth > 0 && --untilGrowth == 0) {
            grow();
        }
    }

    /** Lets it hold more if it can. */
    abstract void grow() throws IOException;

    /** Is told that it was closed, perhaps more than once. */
    abstract void closed();

    private IOException failure(String call, long result) {
        return Errno.EPIPE.is(result)
                ? new MpBrokenPipeException("nobody holds the reading end of " + fd + " any more")
                : Errno.exception(call, result, fd.toString());
    }

    /**
     * Returns the descriptor, which stays owned by the transport.
     *
     * @return the descriptor that reads and writes go to
     */
    public final Fd fd() {
        return fd;
    }

    /**
     * Tells the other end of a socket that nothing more will be written; reading goes on.
     *
     * @throws IOException when the transport is closed, or is no connected socket (ENOTSOCK for a pipe)
     */
    public final void shutdownOutput() throws IOException {
        fd.begin();
        try {
            Errno.check("shutdown", Libc.shutdown(fd.number(), SHUT_WR), fd.toString());
        } finally {
            fd.end();
        }
    }

    /**
     * Duplicates this end for another process, whose reads and writes may block: a CPython process expects that.
     *
     * @return the duplicate, owned by the caller; this transport stays as it is
     * @throws IOException when the transport is closed, or no descriptor is left
     */
    public abstract Fd duplicateForOthers() throws IOException;

    /** Closes the descriptor; threads that wait on it get {@link ClosedChannelException}. Idempotent. */
    @Override
    public final void close() {
        fd.close();
        closed();
    }
}
