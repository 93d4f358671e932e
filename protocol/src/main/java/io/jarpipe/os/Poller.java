package io.jarpipe.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

// Some facts about virtual threads and native waits
// --------------------------------------------------
// A virtual thread that blocks in a downcall pins its carrier, and the scheduler does not make up for it: two such
// calls stop everything on a machine with two cores. A virtual thread therefore parks, and one platform thread waits in
// epoll_wait(2) for all of them. Registrations are one-shot and removed before the wait ends: epoll goes on reporting
// an open file description that was closed here while Python still holds it.

/** Parks virtual threads until their descriptors are ready. */
final class Poller {
    private static final int EPOLL_CLOEXEC = 0x80000;
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_DEL = 2;
    private static final int EPOLL_CTL_MOD = 3;
    private static final int EPOLLONESHOT = 1 << 30;
    /** EPOLLERR and EPOLLHUP: reported unasked, and of interest to whoever waits. */
    private static final int TROUBLE = 0x8 | 0x10;
    /** {@code struct epoll_event} is packed on x86-64 alone: events u32, data u64. */
    private static final int EVENT_SIZE = System.getProperty("os.arch").equals("amd64") ? 12 : 16;

    private static final int DATA_OFFSET = EVENT_SIZE - Long.BYTES;
    private static final int MOST_EVENTS = 256;
    private static final ValueLayout.OfLong DATA = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt EVENTS = ValueLayout.JAVA_INT_UNALIGNED;

    /** Made when the first virtual thread has to wait. */
    private static final class Holder {
        private static final Poller INSTANCE = new Poller();
    }

    private final int epoll;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Integer, List<Parked>> parked = new HashMap<>();

    private Poller() {
        epoll = Libc.epollCreate1(EPOLL_CLOEXEC);
        if (epoll < 0) {
            throw new IllegalStateException(Errno.exception("epoll_create1", epoll, null));
        }
        Thread.ofPlatform().name("jarpipe-poller").daemon().start(this::run);
    }

    /** A virtual thread and what it waits for. */
    private static final class Parked implements Wakeable {
        private final Thread thread = Thread.currentThread();
        private final int events;
        private volatile boolean woken;

        Parked(int events) {
            this.events = events;
        }

        @Override
        public void wake() {
            woken = true;
            LockSupport.unpark(thread);
        }
    }

    /** Parks the calling thread; the contract is that of {@link Waiter#await}. */
    static boolean await(Fd fd, int events, Deadline deadline, boolean interruptible) throws IOException {
        return await(List.of(fd), events, deadline, interruptible);
    }

    /** Parks the calling thread until one of several descriptors is ready, is closed or hangs up. */
    static boolean await(List<Fd> fds, int events, Deadline deadline, boolean interruptible) throws IOException {
        Parked self = new Parked(events);
        try (Uses uses = new Uses(fds);
                Registrations registrations = new Registrations(self)) {
            for (Fd fd : uses.fds()) {
                registrations.add(fd, interruptible);
            }
            if (park(self, deadline, interruptible)) {
                Thread.currentThread().interrupt();
            }
            return self.woken || !deadline.hasPassed();
        }
    }

    /** What one parked thread waits for; undone in the end, as far as it was done. */
    private static final class Registrations implements AutoCloseable {
        private final Parked self;
        private final List<Fd> added = new ArrayList<>(1);

        Registrations(Parked self) {
            this.self = self;
        }

        void add(Fd fd, boolean interruptible) throws IOException {
            Holder.INSTANCE.add(fd.number(), self);
            added.add(fd);
            fd.register(self, interruptible);
        }

        @Override
        public void close() throws IOException {
            for (Fd fd : added) {
                fd.unregister(self);
                Holder.INSTANCE.remove(fd.number(), self);
            }
        }
    }

    /** Returns whether an interrupt came that does not end the wait, and has to be set again afterwards. */
    private static boolean park(Parked self, Deadline deadline, boolean interruptible) {
        boolean interrupted = false;
        while (!self.woken && !deadline.hasPassed()) {
            if (deadline.isNever()) {
                LockSupport.park(self);
            } else {
                LockSupport.parkNanos(self, deadline.remainingNanos());
            }
            if (interruptible && Thread.currentThread().isInterrupted()) {
                return false;
            }
            interrupted |= !interruptible && Thread.interrupted();
        }
        return interrupted;
    }

    private void add(int number, Parked self) throws IOException {
        lock.lock();
        try {
            List<Parked> others = parked.computeIfAbsent(number, n -> new ArrayList<>(1));
            others.add(self);
            boolean added = false;
            try {
                control(others.size() == 1 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, number, others);
                added = true;
            } finally {
                if (!added) {
                    forget(number, self);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void remove(int number, Parked self) throws IOException {
        lock.lock();
        try {
            List<Parked> others = forget(number, self);
            control(others.isEmpty() ? EPOLL_CTL_DEL : EPOLL_CTL_MOD, number, others);
        } finally {
            lock.unlock();
        }
    }

    /** Returns those that still wait for the same descriptor. */
    private List<Parked> forget(int number, Parked self) {
        List<Parked> others = parked.getOrDefault(number, List.of());
        others.remove(self);
        if (others.isEmpty()) {
            parked.remove(number);
        }
        return others;
    }

    private void control(int operation, int number, List<Parked> waiting) throws IOException {
        int mask = EPOLLONESHOT;
        for (Parked one : waiting) {
            mask |= one.events;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment event = arena.allocate(EVENT_SIZE);
            event.set(EVENTS, 0, mask);
            event.set(DATA, DATA_OFFSET, number);
            Errno.check("epoll_ctl", Libc.epollCtl(epoll, operation, number, event.address()), "fd " + number);
        }
    }

    private void run() {
        MemorySegment events = Arena.ofAuto().allocate((long) EVENT_SIZE * MOST_EVENTS, Long.BYTES);
        while (true) {
            int count = Libc.epollWait(epoll, events.address(), MOST_EVENTS, -1);
            for (int i = 0; i < count; i++) {
                long offset = (long) i * EVENT_SIZE;
                ready((int) events.get(DATA, offset + DATA_OFFSET), events.get(EVENTS, offset));
            }
        }
    }

    /** Wakes those who waited for these events. The others are armed again when the woken ones leave. */
    private void ready(int number, int events) {
        lock.lock();
        try {
            for (Parked one : parked.getOrDefault(number, List.of())) {
                if ((events & (one.events | TROUBLE)) != 0) {
                    one.wake();
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
