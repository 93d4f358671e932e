package io.jarpipe.os;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Holds every downcall handle of the project: the table of C functions that jarpipe calls.
 *
 * <p>All functions share one erased shape, {@code long(long, long, long, long, long)} with {@code errno} captured:
 * linking is what costs most of a start, and linking a second shape half as much again. {@link Segments} has another,
 * linked when it is first needed. Integers and pointers travel in the same registers on x86-64 and aarch64, unused
 * arguments are ignored by the callee, and results of {@code int} functions are narrowed here. The shape is that of a
 * variadic function, which differs in one register of x86-64 alone, that all others ignore. A result is the function's
 * own when it succeeded, or the <em>negated errno</em>, as the kernel itself returns it.
 *
 * <p>Callers that pass an address keep the memory behind it alive and large enough.
 */
final class Libc {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup SYMBOLS = LINKER.defaultLookup();
    private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final long ERRNO = CAPTURE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final FunctionDescriptor SHAPE = FunctionDescriptor.of(
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG);
    private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");
    /** Where errno is captured, and behind it room for a result: one segment a thread, freed with it. */
    private static final ThreadLocal<MemorySegment> CAPTURED =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CAPTURE.byteSize() + Long.BYTES, Long.BYTES));

    private static final long FIONREAD = 0x541B;

    private static final MethodHandle ACCEPT4 = link("accept4");
    private static final MethodHandle ALIGNED_ALLOC = link("aligned_alloc");
    private static final MethodHandle BIND = link("bind");
    private static final MethodHandle CLOSE = link("close");
    private static final MethodHandle CONNECT = link("connect");
    private static final MethodHandle DUP2 = link("dup2");
    private static final MethodHandle EPOLL_CREATE1 = link("epoll_create1");
    private static final MethodHandle EPOLL_CTL = link("epoll_ctl");
    private static final MethodHandle EPOLL_WAIT = link("epoll_wait");
    private static final MethodHandle EVENTFD = link("eventfd");
    private static final MethodHandle EXIT = link("_exit");
    private static final MethodHandle FCNTL = link("fcntl");
    private static final MethodHandle FREE = link("free");
    private static final MethodHandle GETPID = link("getpid");
    private static final MethodHandle GETSOCKNAME = link("getsockname");
    private static final MethodHandle GETSOCKOPT = link("getsockopt");
    private static final MethodHandle GETTID = link("gettid");
    private static final MethodHandle IOCTL = link("ioctl");
    private static final MethodHandle LISTEN = link("listen");
    private static final MethodHandle MADVISE = link("madvise");
    private static final MethodHandle MALLOC = link("malloc");
    private static final MethodHandle OPEN = link("open");
    private static final MethodHandle PIPE2 = link("pipe2");
    private static final MethodHandle POLL = link("poll");
    private static final MethodHandle RECV = link("recv");
    private static final MethodHandle RECVMSG = link("recvmsg");
    private static final MethodHandle SEND = link("send");
    private static final MethodHandle SENDMSG = link("sendmsg");
    private static final MethodHandle SETSOCKOPT = link("setsockopt");
    private static final MethodHandle SHUTDOWN = link("shutdown");
    private static final MethodHandle SOCKET = link("socket");
    private static final MethodHandle SOCKETPAIR = link("socketpair");
    /**
     * Makes a system call by its number. The functions read and write are points where a thread can be cancelled, which
     * glibc prepares for whenever a process has threads: a tenth of the time of a small message.
     */
    private static final MethodHandle SYSCALL = link("syscall");

    private static final MethodHandle SEM_OPEN = link("sem_open");
    private static final MethodHandle SEM_UNLINK = link("sem_unlink");
    private static final MethodHandle SEM_CLOSE = link("sem_close");
    private static final MethodHandle SEM_CLOCKWAIT = link("sem_clockwait");
    // These three return at once, so they may stop the collector for their few nanoseconds.
    private static final MethodHandle SEM_TRYWAIT = link("sem_trywait", Linker.Option.critical(false));
    private static final MethodHandle SEM_POST = link("sem_post", Linker.Option.critical(false));
    private static final MethodHandle SEM_GETVALUE = link("sem_getvalue", Linker.Option.critical(false));

    private Libc() {}

    /** The numbers of system calls, which are the machine's own (asm/unistd.h). */
    private static final class SystemCall {
        private static final boolean IS_X86 = System.getProperty("os.arch").equals("amd64");
        private static final long READ = IS_X86 ? 0 : 63;
        private static final long WRITE = IS_X86 ? 1 : 64;
    }

    @SuppressWarnings("restricted") // calling native code is what this class is for
    private static MethodHandle link(String name, FunctionDescriptor shape, Linker.Option... options) {
        Linker.Option[] all = new Linker.Option[options.length + 2];
        all[0] = CAPTURE_ERRNO;
        all[1] = Linker.Option.firstVariadicArg(shape.argumentLayouts().size());
        System.arraycopy(options, 0, all, 2, options.length);
        MemorySegment symbol = SYMBOLS.find(name)
                .orElseThrow(() -> new UnsatisfiedLinkError(
                        "C library function " + name + " not found: jarpipe needs Linux with glibc 2.30 or newer"));
        return LINKER.downcallHandle(symbol, shape, all);
    }

    private static MethodHandle link(String name, Linker.Option... options) {
        return link(name, SHAPE, options);
    }

    private static long call(MethodHandle function, long a, long b, long c, long d) {
        MemorySegment captured = CAPTURED.get();
        long result;
        try {
            result = (long) function.invokeExact(captured, a, b, c, d, 0L);
        } catch (Throwable e) {
            throw new AssertionError("a downcall cannot throw", e);
        }
        return result == -1 ? -errno(captured) : result;
    }

    private static int callInt(MethodHandle function, long a, long b, long c, long d) {
        return callInt(function, a, b, c, d, 0);
    }

    /** Calls a function that returns {@code int}: the upper half of the register is undefined. */
    private static int callInt(MethodHandle function, long a, long b, long c, long d, long e) {
        MemorySegment captured = CAPTURED.get();
        int result;
        try {
            result = (int) (long) function.invokeExact(captured, a, b, c, d, e);
        } catch (Throwable t) {
            throw new AssertionError("a downcall cannot throw", t);
        }
        return result == -1 ? -errno(captured) : result;
    }

    private static int errno(MemorySegment captured) {
        return captured.get(ValueLayout.JAVA_INT, ERRNO);
    }

    /**
     * The calls that move large messages between a descriptor and the caller's own native memory. Given the segment
     * instead of an address, the JVM keeps it from being freed while the call runs. Linked when the first such message
     * comes.
     */
    static final class Segments {
        private static final FunctionDescriptor WITH_MEMORY = FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG);
        private static final MethodHandle READ = link("read", WITH_MEMORY);
        private static final MethodHandle RECV = link("recv", WITH_MEMORY);
        private static final MethodHandle SEND = link("send", WITH_MEMORY);
        private static final MethodHandle WRITE = link("write", WITH_MEMORY);

        private Segments() {}

        /** Throws IllegalStateException when the memory is freed, WrongThreadException when it is another thread's. */
        private static long call(MethodHandle function, int fd, MemorySegment memory, int flags) {
            MemorySegment captured = CAPTURED.get();
            long result;
            try {
                result = (long) function.invokeExact(captured, (long) fd, memory, memory.byteSize(), (long) flags);
            } catch (RuntimeException e) {
                throw e;
            } catch (Throwable e) {
                throw new AssertionError("a downcall throws nothing else", e);
            }
            return result == -1 ? -errno(captured) : result;
        }

        static long read(int fd, MemorySegment memory) {
            return call(READ, fd, memory, 0);
        }

        static long recv(int fd, MemorySegment memory, int flags) {
            return call(RECV, fd, memory, flags);
        }

        static long send(int fd, MemorySegment memory, int flags) {
            return call(SEND, fd, memory, flags);
        }

        static long write(int fd, MemorySegment memory) {
            return call(WRITE, fd, memory, 0);
        }
    }

    /** Accepts a connection; {@code length} is the address of an int: room before, length of the name after. */
    static int accept4(int fd, long sockaddr, long length, int flags) {
        return callInt(ACCEPT4, fd, sockaddr, length, flags);
    }

    static int bind(int fd, long sockaddr, int length) {
        return callInt(BIND, fd, sockaddr, length, 0);
    }

    static int close(int fd) {
        return callInt(CLOSE, fd, 0, 0, 0);
    }

    static int connect(int fd, long sockaddr, int length) {
        return callInt(CONNECT, fd, sockaddr, length, 0);
    }

    static int dup2(int from, int onto) {
        return callInt(DUP2, from, onto, 0, 0);
    }

    static int epollCreate1(int flags) {
        return callInt(EPOLL_CREATE1, flags, 0, 0, 0);
    }

    static int epollCtl(int epoll, int operation, int fd, long event) {
        return callInt(EPOLL_CTL, epoll, operation, fd, event);
    }

    static int epollWait(int epoll, long events, int most, int timeoutMillis) {
        return callInt(EPOLL_WAIT, epoll, events, most, timeoutMillis);
    }

    static int eventfd(int initial, int flags) {
        return callInt(EVENTFD, initial, flags, 0, 0);
    }

    /** Does not return. */
    static void exit(int code) {
        callInt(EXIT, code, 0, 0, 0);
    }

    static int fcntl(int fd, int command, long argument) {
        return callInt(FCNTL, fd, command, argument, 0);
    }

    static void free(long address) {
        call(FREE, address, 0, 0, 0);
    }

    /** {@code length} is the address of an int: room before, length of the name after. */
    static int getsockname(int fd, long sockaddr, long length) {
        return callInt(GETSOCKNAME, fd, sockaddr, length, 0);
    }

    /** {@code length} is the address of an int: room before, length of the value after. */
    static int getsockopt(int fd, int level, int option, long value, long length) {
        return callInt(GETSOCKOPT, fd, level, option, value, length);
    }

    static int getpid() {
        return callInt(GETPID, 0, 0, 0, 0);
    }

    static int gettid() {
        return callInt(GETTID, 0, 0, 0, 0);
    }

    static int listen(int fd, int backlog) {
        return callInt(LISTEN, fd, backlog, 0, 0);
    }

    /** Returns an address, or 0 if there is no memory. */
    static long alignedAlloc(long alignment, long size) {
        return call(ALIGNED_ALLOC, alignment, size, 0, 0);
    }

    static int madvise(long address, long size, int advice) {
        return callInt(MADVISE, address, size, advice, 0);
    }

    /** Returns an address, or 0 if there is no memory. */
    static long malloc(long size) {
        return call(MALLOC, size, 0, 0, 0);
    }

    static int open(long path, int flags) {
        return callInt(OPEN, path, flags, 0, 0);
    }

    static int pipe2(long twoInts, int flags) {
        return callInt(PIPE2, twoInts, flags, 0, 0);
    }

    static int poll(long pollfds, int count, int timeoutMillis) {
        return callInt(POLL, pollfds, count, timeoutMillis, 0);
    }

    static long read(int fd, long address, long length) {
        return call(SYSCALL, SystemCall.READ, fd, address, length);
    }

    static long recv(int fd, long address, long length, int flags) {
        return call(RECV, fd, address, length, flags);
    }

    static long recvmsg(int fd, long msghdr, int flags) {
        return call(RECVMSG, fd, msghdr, flags, 0);
    }

    static long send(int fd, long address, long length, int flags) {
        return call(SEND, fd, address, length, flags);
    }

    static long sendmsg(int fd, long msghdr, int flags) {
        return call(SENDMSG, fd, msghdr, flags, 0);
    }

    static int setsockopt(int fd, int level, int option, long value, int length) {
        return callInt(SETSOCKOPT, fd, level, option, value, length);
    }

    static int shutdown(int fd, int how) {
        return callInt(SHUTDOWN, fd, how, 0, 0);
    }

    static int socket(int domain, int type, int protocol) {
        return callInt(SOCKET, domain, type, protocol, 0);
    }

    static int socketpair(int domain, int type, int protocol, long twoInts) {
        return callInt(SOCKETPAIR, domain, type, protocol, twoInts);
    }

    static long write(int fd, long address, long length) {
        return call(SYSCALL, SystemCall.WRITE, fd, address, length);
    }

    /** Returns the address of the semaphore; SEM_FAILED is the null pointer, with errno set. */
    static long semOpen(long name, int flags, int mode, int value) {
        MemorySegment captured = CAPTURED.get();
        long result;
        try {
            result = (long) SEM_OPEN.invokeExact(captured, name, (long) flags, (long) mode, (long) value, 0L);
        } catch (Throwable e) {
            throw new AssertionError("a downcall cannot throw", e);
        }
        return result == 0 ? -errno(captured) : result;
    }

    static int semUnlink(long name) {
        return callInt(SEM_UNLINK, name, 0, 0, 0);
    }

    static int semClose(long semaphore) {
        return callInt(SEM_CLOSE, semaphore, 0, 0, 0);
    }

    static int semClockwait(long semaphore, int clock, long timespec) {
        return callInt(SEM_CLOCKWAIT, semaphore, clock, timespec, 0);
    }

    static int semTrywait(long semaphore) {
        return callInt(SEM_TRYWAIT, semaphore, 0, 0, 0);
    }

    static int semPost(long semaphore) {
        return callInt(SEM_POST, semaphore, 0, 0, 0);
    }

    /** Returns the value itself. */
    static int semGetvalue(long semaphore) {
        long place = CAPTURE.byteSize();
        MemorySegment captured = CAPTURED.get();
        int result = callInt(SEM_GETVALUE, semaphore, captured.address() + place, 0, 0);
        return result < 0 ? result : captured.get(ValueLayout.JAVA_INT, place);
    }

    /** Returns how many bytes are in a pipe, asked at either end; for a socket, how many can be read. */
    static int bytesInside(int fd) {
        long place = CAPTURE.byteSize();
        MemorySegment captured = CAPTURED.get();
        int result = callInt(IOCTL, fd, FIONREAD, captured.address() + place, 0);
        return result < 0 ? result : captured.get(ValueLayout.JAVA_INT, place);
    }
}
