package io.jarpipe.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;

// Some facts about ending a wait in native code
// ----------------------------------------------
// Neither Thread.interrupt() nor closing the descriptor ends a blocked read(2) or poll(2). What does is a second
// descriptor in the poll set: an eventfd that the interrupter writes to. The JDK calls an interrupted thread's
// Interruptible; the one public way to install one is AbstractSelector.begin(), whose wakeup() then runs on the
// interrupting thread. So a waiter poses as a selector, of which only begin, end and wakeup are used.

/**
 * Waits in {@code poll(2)} for a descriptor so that an interrupt, or closing the descriptor, ends the wait.
 *
 * <p>Waiters are pooled: one costs an eventfd and is borrowed only while a thread really blocks. A wake-up that arrives
 * late, after the waiter went back, makes the next wait return early; callers loop, so that is harmless.
 */
final class Waiter extends AbstractSelector implements Wakeable {
    static final int POLLIN = 1;
    static final int POLLOUT = 4;

    private static final int EFD_CLOEXEC_NONBLOCK = 0x80800;
    private static final int POLLFD_SIZE = 8;
    private static final int IDLE_WAITERS_KEPT = 8;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private static final ConcurrentLinkedDeque<Waiter> IDLE = new ConcurrentLinkedDeque<>();

    private final Fd event;
    private final MemorySegment memory = Arena.ofAuto().allocate(2 * POLLFD_SIZE + Long.BYTES, Long.BYTES);
    private final long counterAddress = memory.address() + 2 * POLLFD_SIZE;
    /** Set by whoever wakes this waiter, after the eventfd: so it is never left readable with nobody to reset it. */
    private volatile boolean woken;

    private Waiter() throws IOException {
        super(SelectorProvider.provider());
        this.event = Fd.ofNew((int) Errno.check("eventfd", Libc.eventfd(0, EFD_CLOEXEC_NONBLOCK), null));
    }

    /**
     * Waits until {@code events} are ready on {@code fd}, or it hangs up, or the deadline passes, or this wait is
     * woken.
     *
     * @param interruptible whether an interrupt ends the wait (it stays pending; the caller checks it)
     * @return false when the deadline passed; true when the caller should look again
     */
    static boolean await(Fd fd, int events, Deadline deadline, boolean interruptible) throws IOException {
        if (Thread.currentThread().isVirtual()) {
            return Poller.await(fd, events, deadline, interruptible);
        }
        Waiter waiter = IDLE.pollFirst();
        if (waiter == null) {
            waiter = new Waiter();
        }
        fd.register(waiter, interruptible);
        try {
            return interruptible ? waiter.pollInterruptibly(fd, events, deadline) : waiter.poll(fd, events, deadline);
        } finally {
            fd.unregister(waiter);
            waiter.giveBack();
        }
    }

    /**
     * Waits until {@code events} are ready on one of several descriptors, or one hangs up or is closed, or the deadline
     * passes, or the thread is interrupted (it stays pending). Says nothing about the reason: the caller looks again.
     */
    static void awaitAny(List<Fd> fds, int events, Deadline deadline) throws IOException {
        if (Thread.currentThread().isVirtual()) {
            Poller.await(fds, events, deadline, true);
            return;
        }
        Waiter waiter = IDLE.pollFirst();
        if (waiter == null) {
            waiter = new Waiter();
        }
        try (Uses uses = new Uses(fds)) {
            for (Fd fd : uses.fds()) {
                fd.register(waiter, true);
            }
            waiter.pollInterruptibly(uses, events, deadline);
        } finally {
            for (Fd fd : fds) {
                fd.unregister(waiter);
            }
            waiter.giveBack();
        }
    }

    private void pollInterruptibly(Uses uses, int events, Deadline deadline) throws IOException {
        begin();
        try (Arena arena = Arena.ofConfined()) {
            int count = uses.fds().size();
            PollSet set = new PollSet(count + 1, arena);
            uses.fill(set, events);
            set.put(count, event.number(), POLLIN);
            set.poll(timeoutMillis(deadline));
        } finally {
            end();
        }
    }

    /** Looks, without waiting, whether {@code events} are ready on {@code fd} or it hung up. */
    static boolean isReady(Fd fd, int events) throws IOException {
        fd.begin();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pollfd = arena.allocate(POLLFD_SIZE, Integer.BYTES);
            pollfd.set(ValueLayout.JAVA_INT, 0, fd.number());
            pollfd.set(ValueLayout.JAVA_INT, Integer.BYTES, events);
            return Errno.check("poll", Libc.poll(pollfd.address(), 1, 0), fd.toString()) > 0;
        } finally {
            fd.end();
        }
    }

    private boolean pollInterruptibly(Fd fd, int events, Deadline deadline) throws IOException {
        begin();
        try {
            return poll(fd, events, deadline);
        } finally {
            end();
        }
    }

    private boolean poll(Fd fd, int events, Deadline deadline) throws IOException {
        fd.begin();
        try {
            setPollfd(0, fd.number(), events);
            setPollfd(1, event.number(), POLLIN);
            int result = Libc.poll(memory.address(), 2, timeoutMillis(deadline));
            if (Errno.EINTR.is(result)) {
                return true;
            }
            return Errno.check("poll", result, fd.toString()) > 0 || !deadline.hasPassed();
        } finally {
            fd.end();
        }
    }

    private void setPollfd(int index, int number, int events) {
        memory.set(ValueLayout.JAVA_INT, (long) index * POLLFD_SIZE, number);
        memory.set(ValueLayout.JAVA_INT, (long) index * POLLFD_SIZE + Integer.BYTES, events);
    }

    /** Rounds up, as CPython does, so that a wait never ends before its time; long waits are cut and looped. */
    private static int timeoutMillis(Deadline deadline) {
        if (deadline.isNever()) {
            return -1;
        }
        long nanos = deadline.remainingNanos();
        return (int) Math.min(Integer.MAX_VALUE, nanos / NANOS_PER_MILLI + (nanos % NANOS_PER_MILLI == 0 ? 0 : 1));
    }

    private void giveBack() {
        if (woken) {
            woken = false;
            Libc.read(event.number(), counterAddress, Long.BYTES);
        }
        if (IDLE.size() < IDLE_WAITERS_KEPT) {
            IDLE.addFirst(this);
        } else {
            event.close();
        }
    }

    @Override
    public void wake() {
        wakeup();
    }

    @Override
    public Selector wakeup() {
        try {
            event.begin();
        } catch (IOException alreadyDiscarded) {
            return this; // nobody waits on a waiter that was thrown away
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1L);
            Libc.write(event.number(), one.address(), Long.BYTES);
            woken = true;
        } finally {
            event.end();
        }
        return this;
    }

    @Override
    protected void implCloseSelector() {
        event.close();
    }

    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int operations, Object attachment) {
        throw noSelector();
    }

    @Override
    public Set<SelectionKey> keys() {
        throw noSelector();
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        throw noSelector();
    }

    @Override
    public int selectNow() {
        throw noSelector();
    }

    @Override
    public int select(long timeoutMillis) {
        throw noSelector();
    }

    @Override
    public int select() {
        throw noSelector();
    }

    private static UnsupportedOperationException noSelector() {
        return new UnsupportedOperationException("a waiter is a selector only to be woken by Thread.interrupt()");
    }
}
