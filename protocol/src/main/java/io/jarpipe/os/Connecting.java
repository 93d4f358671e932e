package io.jarpipe.os;

import io.jarpipe.MpAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

// Some facts about connect(2) with a deadline
// --------------------------------------------
// TCP: a non-blocking connect is in progress (EINPROGRESS) until the socket is writable; SO_ERROR then says how it
// ended. Unix: there is no such state. When the listener's backlog is full a non-blocking connect fails with EAGAIN,
// and poll(2) calls the socket writable all the same; only a blocking connect waits for room, for as long as
// SO_SNDTIMEO says. It waits in slices, between which it looks for an interrupt and the deadline, on a platform
// thread. O_NONBLOCK and SO_SNDTIMEO are both taken back before anybody else can see the socket.

/** Opens connections to listening sockets. */
final class Connecting {
    private static final int SOCK_STREAM_CLOEXEC_NONBLOCK = 1 | 0x80000 | 0x800;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int O_NONBLOCK = 0x800;
    private static final int SOL_SOCKET = 1;
    private static final int SO_ERROR = 4;
    private static final int SO_SNDTIMEO = 21;
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long NANOS_PER_MICRO = 1_000;
    /** How late an interrupt may be noticed by one who waits for room in a backlog. */
    private static final long SLICE_MICROS = 50_000;

    private Connecting() {}

    static Fd connect(MpAddress address, Deadline deadline) throws IOException, InterruptedException {
        try (Arena arena = Arena.ofShared()) { // the platform thread that may wait for a virtual one reads it, too
            MemorySegment sockaddr = SocketName.encode(address, arena);
            Fd fd = socket(sockaddr, address);
            try {
                int result = Libc.connect(fd.number(), sockaddr.address(), (int) sockaddr.byteSize());
                if (Errno.EINPROGRESS.is(result) || Errno.EINTR.is(result)) {
                    awaitConnected(fd, address, deadline);
                    setBlocking(fd);
                } else if (Errno.EAGAIN.is(result)) {
                    setBlocking(fd);
                    awaitBacklog(fd, sockaddr, address, deadline);
                } else {
                    Errno.check("connect", result, address.toString());
                    setBlocking(fd);
                }
                return fd;
            } catch (IOException | InterruptedException | RuntimeException e) {
                fd.close();
                throw e;
            }
        }
    }

    private static Fd socket(MemorySegment sockaddr, MpAddress address) throws IOException {
        int family = SocketName.family(sockaddr);
        return Fd.ofNew(
                (int) Errno.check("socket", Libc.socket(family, SOCK_STREAM_CLOEXEC_NONBLOCK, 0), address.toString()));
    }

    private static void setBlocking(Fd fd) throws IOException {
        long flags = Errno.check("fcntl", Libc.fcntl(fd.number(), F_GETFL, 0), fd.toString());
        Errno.check("fcntl", Libc.fcntl(fd.number(), F_SETFL, flags & ~O_NONBLOCK), fd.toString());
    }

    private static void awaitConnected(Fd fd, MpAddress address, Deadline deadline)
            throws IOException, InterruptedException {
        while (!Waiter.isReady(fd, Waiter.POLLOUT)) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (deadline.hasPassed()) {
                throw timeout(address);
            }
            Waiter.await(fd, Waiter.POLLOUT, deadline, true);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment error = arena.allocate(ValueLayout.JAVA_INT);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, Integer.BYTES);
            Errno.check(
                    "getsockopt",
                    Libc.getsockopt(fd.number(), SOL_SOCKET, SO_ERROR, error.address(), length.address()),
                    address.toString());
            Errno.check("connect", -error.get(ValueLayout.JAVA_INT, 0), address.toString());
        }
    }

    private static void awaitBacklog(Fd fd, MemorySegment sockaddr, MpAddress address, Deadline deadline)
            throws IOException, InterruptedException {
        boolean connected = Thread.currentThread().isVirtual()
                ? OnPlatformThread.call(() -> connectInSlices(fd, sockaddr, address, deadline))
                : connectInSlices(fd, sockaddr, address, deadline);
        if (!connected) {
            throw timeout(address);
        }
        setSendTimeout(fd, 0);
    }

    private static boolean connectInSlices(Fd fd, MemorySegment sockaddr, MpAddress address, Deadline deadline)
            throws IOException, InterruptedException {
        while (!deadline.hasPassed()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            long left = deadline.remainingNanos() / NANOS_PER_MICRO + 1;
            setSendTimeout(fd, Math.min(left, SLICE_MICROS));
            int result = Libc.connect(fd.number(), sockaddr.address(), (int) sockaddr.byteSize());
            if (!Errno.EAGAIN.is(result) && !Errno.EINTR.is(result)) {
                Errno.check("connect", result, address.toString());
                return true;
            }
        }
        return false;
    }

    /** Sets how long a blocking call waits for room: a {@code struct timeval}; 0 means for ever. */
    private static void setSendTimeout(Fd fd, long micros) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment timeval =
                    arena.allocateFrom(ValueLayout.JAVA_LONG, micros / MICROS_PER_SECOND, micros % MICROS_PER_SECOND);
            Errno.check(
                    "setsockopt",
                    Libc.setsockopt(fd.number(), SOL_SOCKET, SO_SNDTIMEO, timeval.address(), (int) timeval.byteSize()),
                    "SO_SNDTIMEO");
        }
    }

    private static IOException timeout(MpAddress address) {
        return Errno.exception("connect", Errno.ETIMEDOUT, address.toString());
    }

    static boolean isListening(MpAddress address) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment sockaddr = SocketName.encode(address, arena);
            try (Fd fd = socket(sockaddr, address)) {
                int result = Libc.connect(fd.number(), sockaddr.address(), (int) sockaddr.byteSize());
                if (Errno.ECONNREFUSED.is(result) || Errno.ENOENT.is(result)) {
                    return false;
                }
                if (!Errno.EAGAIN.is(result)) { // that would be a listener with a full backlog
                    Errno.check("connect", result, address.toString());
                }
                return true;
            }
        }
    }
}
