package io.jarpipe.os;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Owns one file descriptor: close-on-exec, closed exactly once, never while a call is using it.
 *
 * <p>Closing wakes every thread of this process that waits for the descriptor. The open file description behind it may
 * be shared with Python processes, so its flags are never changed.
 */
public final class Fd implements AutoCloseable {
    private static final int F_GETFD = 1;
    private static final int F_DUPFD_CLOEXEC = 1030;

    private final int number;
    private final UseCount uses;
    private final Set<Wakeable> waiters = ConcurrentHashMap.newKeySet();
    private volatile boolean waitsEnded;

    private Fd(int number) {
        this.number = number;
        this.uses = new UseCount(() -> closeNumber(number));
    }

    /**
     * Takes over an open, close-on-exec descriptor of this process.
     *
     * @param number its number; from now on nobody else closes it
     * @return its owner
     * @throws IOException when the number is not an open descriptor
     */
    public static Fd own(int number) throws IOException {
        Errno.check("fcntl", Libc.fcntl(number, F_GETFD, 0), "descriptor " + number);
        return new Fd(number);
    }

    /** Takes over a descriptor that a call of this package has just returned. */
    static Fd ofNew(int number) {
        return new Fd(number);
    }

    /**
     * Duplicates a descriptor that somebody else owns.
     *
     * @param number the number to duplicate
     * @return the owner of the duplicate, which shares the open file description
     * @throws IOException when it cannot be duplicated
     */
    public static Fd duplicate(int number) throws IOException {
        return new Fd((int)
                Errno.check("fcntl", Libc.fcntl(number, F_DUPFD_CLOEXEC, 0), "duplicate of descriptor " + number));
    }

    /**
     * Makes a standard descriptor mean what another one means; it stays open all the time, so that its number never
     * names a file of somebody else.
     *
     * @param number 0, 1 or 2
     * @param other the descriptor it becomes a duplicate of
     * @throws IOException when {@code other} is not open
     */
    public static void redirect(int number, int other) throws IOException {
        Errno.check("dup2", Libc.dup2(other, number), "descriptor " + number);
    }

    /**
     * Duplicates this descriptor.
     *
     * @return the owner of the duplicate, which shares the open file description
     * @throws IOException when this descriptor is closed or cannot be duplicated
     */
    public Fd duplicate() throws IOException {
        begin();
        try {
            return duplicate(number);
        } finally {
            end();
        }
    }

    /** Begins a use of {@link #number()}; paired with {@link #end()}. */
    void begin() throws ClosedChannelException {
        uses.begin();
    }

    void end() {
        uses.end();
    }

    /**
     * Returns the number, for diagnostics and for calls between {@code begin} and {@code end}.
     *
     * @return the descriptor's number in this process
     */
    public int number() {
        return number;
    }

    /**
     * Tells whether {@link #close()} was called.
     *
     * @return true from the moment of that call
     */
    public boolean isClosed() {
        return uses.isClosed();
    }

    /** Lets {@link #close()} and {@link #endWaits()} wake this waiter; one that comes too late is woken at once. */
    void register(Wakeable waiter, boolean interruptible) {
        waiters.add(waiter);
        if (isClosed() || (interruptible && waitsEnded)) {
            waiter.wake();
        }
    }

    void unregister(Wakeable waiter) {
        waiters.remove(waiter);
    }

    /**
     * Ends every interruptible wait for this descriptor, now and from now on, while messages in progress go on: the
     * threads look again at whether they should wait at all.
     */
    public void endWaits() {
        waitsEnded = true;
        waiters.forEach(Wakeable::wake);
    }

    /**
     * Closes the descriptor as soon as no call uses it, and wakes those that wait for it. Idempotent; does not block.
     */
    @Override
    public void close() {
        if (uses.close()) {
            waiters.forEach(Wakeable::wake);
        }
    }

    @Override
    public String toString() {
        return "fd " + number + (isClosed() ? " (closed)" : "");
    }

    private static void closeNumber(int number) {
        // Linux frees the number even when close(2) reports an error; EBADF alone would be a bug of ours.
        int result = Libc.close(number);
        if (Errno.EBADF.is(result)) {
            throw new IllegalStateException("descriptor " + number + " was closed by somebody who does not own it");
        }
    }
}
