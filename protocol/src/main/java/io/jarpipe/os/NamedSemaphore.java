package io.jarpipe.os;

import io.jarpipe.PosixException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.channels.ClosedChannelException;

// Some facts about POSIX semaphores
// ---------------------------------
// A named semaphore is a file of 32 bytes under /dev/shm that every user maps; sem_open returns the same mapping for
// the same name within a process and counts its users, sem_close undoes one of them. Nothing in it says who took it,
// and a holder that dies leaves it taken. sem_post does not know the maximum CPython keeps beside it. Nothing but a
// post ends a sem_wait, so a wait that must be interruptible is cut into slices of sem_clockwait on the monotonic
// clock.

/**
 * A POSIX named semaphore that a Python process has created ({@code Modules/_multiprocessing/semaphore.c}).
 *
 * <p>Thread-safe. Closing detaches from it and ends waits with {@link ClosedChannelException}; it never unlinks the
 * name, which belongs to the creator.
 */
public final class NamedSemaphore implements AutoCloseable {
    private static final int O_CREAT_EXCL = 0x40 | 0x80;
    private static final int OWNER_ONLY = 0600;
    private static final int CLOCK_MONOTONIC = 1;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    /** How late an interrupt or a close is noticed at worst. */
    private static final long SLICE_NANOS = 50_000_000L;

    private final String name;
    private final long address;
    private final Turn turn;
    private final UseCount uses;
    private final Leaks.Watch watch;

    private NamedSemaphore(String name, long address) {
        this.name = name;
        this.address = address;
        this.turn = Turn.at(address);
        this.uses = new UseCount(() -> close(address));
        this.watch = Leaks.watch(this, new Lost(name, uses));
    }

    private static void close(long address) {
        Turn.forget(address); // from the next moment on another semaphore may be there
        Libc.semClose(address);
    }

    /** What a forgotten semaphore leaves behind. */
    private record Lost(String name, UseCount uses) implements Leaks.Holdings {
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
            return "semaphore " + name;
        }
    }

    /**
     * Attaches to an existing semaphore.
     *
     * @param name its name with the leading slash: {@code "/mp-a1b2c3d4"}
     * @return the semaphore, to be closed by the caller
     * @throws PosixException ENOENT when no semaphore has that name (any more), EACCES when it is another user's
     */
    public static NamedSemaphore open(String name) throws PosixException {
        return open(name, 0, 0);
    }

    /**
     * Creates a semaphore, as CPython's {@code SemLock} does: mode 0600, and an error when the name is taken.
     *
     * @param name its name with the leading slash
     * @param value its first value, 0 to 2147483647
     * @return the semaphore, to be closed by the caller, who also unlinks the name
     * @throws PosixException EEXIST when the name is taken, ENOSPC when {@code /dev/shm} is full
     */
    public static NamedSemaphore create(String name, int value) throws PosixException {
        return open(name, O_CREAT_EXCL, value);
    }

    private static NamedSemaphore open(String name, int flags, int value) throws PosixException {
        try (Arena arena = Arena.ofConfined()) {
            long result = Libc.semOpen(arena.allocateFrom(name).address(), flags, OWNER_ONLY, value);
            return new NamedSemaphore(name, Errno.check("sem_open", result, name));
        }
    }

    /**
     * Removes a name that this process has created; those who have the semaphore open keep it.
     *
     * @param name its name with the leading slash
     * @throws PosixException ENOENT when it does not exist
     */
    public static void unlink(String name) throws PosixException {
        try (Arena arena = Arena.ofConfined()) {
            Errno.check("sem_unlink", Libc.semUnlink(arena.allocateFrom(name).address()), name);
        }
    }

    /**
     * Takes one unit if there is one now.
     *
     * @return whether it was taken
     * @throws IOException when the semaphore is closed
     */
    public boolean tryAcquire() throws IOException {
        uses.begin();
        try {
            int result = Libc.semTrywait(address);
            if (Errno.EAGAIN.is(result) || Errno.EINTR.is(result)) {
                return false;
            }
            Errno.check("sem_trywait", result, name);
            return true;
        } finally {
            endUse();
        }
    }

    /**
     * Takes one unit, waiting for it.
     *
     * @param deadline how long to wait
     * @param waiting whether an interrupt ends the wait
     * @return whether it was taken; false when the deadline passed
     * @throws IOException when the semaphore is closed, also during the wait
     * @throws InterruptedException when interrupted while waiting
     */
    public boolean acquire(Deadline deadline, Transport.Waiting waiting) throws IOException, InterruptedException {
        if (tryAcquire()) {
            return true;
        }
        if (deadline.hasPassed()) {
            return false;
        }
        return Thread.currentThread().isVirtual()
                ? OnPlatformThread.call(() -> await(deadline, waiting))
                : await(deadline, waiting);
    }

    private boolean await(Deadline deadline, Transport.Waiting waiting) throws IOException, InterruptedException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment timespec = arena.allocate(2 * Long.BYTES, Long.BYTES);
            while (!deadline.hasPassed()) {
                if (waiting == Transport.Waiting.INTERRUPTIBLE && Thread.interrupted()) {
                    throw new InterruptedException();
                }
                if (acquireSlice(timespec, Math.min(SLICE_NANOS, deadline.remainingNanos()))) {
                    return true;
                }
            }
            return false;
        }
    }

    private boolean acquireSlice(MemorySegment timespec, long nanos) throws IOException {
        // System.nanoTime() is CLOCK_MONOTONIC on Linux (os::javaTimeNanos), the clock that sem_clockwait is told.
        long until = System.nanoTime() + nanos;
        timespec.set(ValueLayout.JAVA_LONG, 0, until / NANOS_PER_SECOND);
        timespec.set(ValueLayout.JAVA_LONG, Long.BYTES, until % NANOS_PER_SECOND);
        uses.begin();
        try {
            int result = Libc.semClockwait(address, CLOCK_MONOTONIC, timespec.address());
            if (Errno.ETIMEDOUT.is(result) || Errno.EINTR.is(result)) {
                return false;
            }
            Errno.check("sem_clockwait", result, name);
            return true;
        } finally {
            endUse();
        }
    }

    /**
     * Gives one unit back.
     *
     * @throws IOException when the semaphore is closed or its value would overflow
     */
    public void release() throws IOException {
        uses.begin();
        try {
            Errno.check("sem_post", Libc.semPost(address), name);
        } finally {
            endUse();
        }
    }

    /**
     * Gives one unit back if that does not make more of them than there are. The check is a moment earlier than the
     * release, as in CPython.
     *
     * @param maxValue how many units there are
     * @return false when all of them are free
     * @throws IOException when the semaphore is closed
     */
    public boolean releaseBelow(int maxValue) throws IOException {
        uses.begin();
        try {
            if (Errno.check("sem_getvalue", Libc.semGetvalue(address), name) >= maxValue) {
                return false;
            }
            Errno.check("sem_post", Libc.semPost(address), name);
            return true;
        } finally {
            endUse();
        }
    }

    /**
     * Reads the value.
     *
     * @return how many units are free at this moment
     * @throws IOException when the semaphore is closed
     */
    public int value() throws IOException {
        uses.begin();
        try {
            return (int) Errno.check("sem_getvalue", Libc.semGetvalue(address), name);
        } finally {
            endUse();
        }
    }

    /**
     * Returns where the threads of this process queue up for what the semaphore guards.
     *
     * @return the same for all that have it open
     */
    public Turn turn() {
        return turn;
    }

    /**
     * Returns the name.
     *
     * @return the name with the leading slash
     */
    public String name() {
        return name;
    }

    /**
     * Tells whether this process has detached from the semaphore.
     *
     * @return true from the moment of {@link #close()}
     */
    public boolean isClosed() {
        return uses.isClosed();
    }

    /** Detaches; waits in progress end within 50 ms. Idempotent. */
    @Override
    public void close() {
        watch.end(this);
        uses.close();
    }

    private void endUse() {
        try {
            uses.end();
        } finally {
            Reference.reachabilityFence(this); // lost only when no call uses it
        }
    }

    @Override
    public String toString() {
        return "semaphore " + name;
    }
}
