package io.jarpipe.os;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Owns one file descriptor: close-on-exec, closed exactly once, never while a call is using it.
 *
 * <p>Closing wakes every thread of this process that waits for the descriptor. The open file description behind it may
 * be shared with Python processes, so its flags are never changed.
 *
 * <p>A descriptor has one owner at a time; whoever takes it over says so in its documentation, and closes it even if
 * the taking over fails. An owner that becomes unreachable without a close is closed by {@link Leaks}. With leak
 * detection on, making a second owner of a number that has one is an {@link IllegalStateException}: the first to close
 * it would close what the other one uses.
 */
public final class Fd implements AutoCloseable {
    private static final int F_GETFD = 1;
    private static final int F_DUPFD_CLOEXEC = 1030;

    /** Where the owner of each number was made; filled only while leaks are looked for. */
    private static final Map<Integer, Throwable> OWNERS = new ConcurrentHashMap<>();

    private final int number;
    private final UseCount uses;
    private final Leaks.Watch watch;
    private final Set<Wakeable> waiters = ConcurrentHashMap.newKeySet();
    private volatile boolean waitsEnded;
    private volatile boolean awake;

    private Fd(int number) {
        Throwable allocation = Leaks.allocation();
        if (allocation != null) {
            Throwable first = OWNERS.putIfAbsent(number, allocation);
            if (first != null) {
                throw new IllegalStateException("descriptor " + number + " has an owner already, made here", first);
            }
        }
        this.number = number;
        this.uses = new UseCount(() -> closeNumber(number));
        this.watch = Leaks.watch(this, new Lost(number, uses));
    }

    /** What a forgotten descriptor leaves behind. */
    private record Lost(int number, UseCount uses) implements Leaks.Holdings {
        @Override
        public boolean isClosed() {
            return uses.isClosed();
        }

        @Override
        public void close() {
            uses.close();
        }

        @Override
        public String toString() {
            try {
                return "descriptor " + number + " (" + Files.readSymbolicLink(Path.of("/proc/self/fd/" + number)) + ")";
            } catch (IOException e) {
                return "descriptor " + number;
            }
        }
    }

    /**
     * Takes over an open, close-on-exec descriptor of this process.
     *
     * @param number its number; from now on nobody else closes it
     * @return its owner
     * @throws IllegalArgumentException when the number is negative: "invalid handle"
     * @throws IOException when the number is not an open descriptor
     */
    public static Fd own(int number) throws IOException {
        if (number < 0) {
            throw new IllegalArgumentException("invalid handle: " + number);
        }
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
        try {
            uses.end();
        } finally {
            Reference.reachabilityFence(this); // lost only when no call uses it
        }
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
        if (isClosed() || (interruptible && (waitsEnded || awake))) {
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
     * Ends every interruptible wait for this descriptor, now and until it is told otherwise: there is something to find
     * elsewhere.
     *
     * @param awake whether threads shall not wait
     */
    public void keepAwake(boolean awake) {
        this.awake = awake;
        if (awake) {
            waiters.forEach(Wakeable::wake);
        }
    }

    /**
     * Closes the descriptor as soon as no call uses it, and wakes those that wait for it. Idempotent; does not block.
     */
    @Override
    public void close() {
        watch.end(this);
        if (uses.close()) {
            waiters.forEach(Wakeable::wake);
        }
    }

    @Override
    public String toString() {
        return "fd " + number + (isClosed() ? " (closed)" : "");
    }

    private static void closeNumber(int number) {
        OWNERS.remove(number);
        // Linux frees the number even when close(2) reports an error; EBADF alone would be a bug of ours.
        int result = Libc.close(number);
        if (Errno.EBADF.is(result)) {
            throw new IllegalStateException("descriptor " + number + " was closed by somebody who does not own it");
        }
    }
}
