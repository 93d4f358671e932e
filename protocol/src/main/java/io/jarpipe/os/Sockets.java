package io.jarpipe.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.LongToIntFunction;

/** Makes Unix stream sockets and pipes, all close-on-exec. */
public final class Sockets {
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
    private static final int O_CLOEXEC = 0x80000;
    private static final int SUN_PATH_SIZE = 108;
    private static final int SOL_SOCKET = 1;
    /** Bounds connect(2), too, which nothing else can end while the listener's queue is full. */
    private static final int SO_SNDTIMEO = 21;

    private static final long CONNECT_SLICE_MICROS = 50_000;

    private Sockets() {}

    /**
     * Connects to a Unix socket, for as long as it takes to be taken into the listener's queue.
     *
     * @param address a path, or {@code @name} for the abstract address {@code "\0name"}
     * @return the connected socket, owned by the caller
     * @throws IOException ECONNREFUSED or ENOENT when nobody listens, EACCES when it is not allowed
     */
    public static Fd connect(String address) throws IOException {
        Fd socket = unixStream();
        try {
            connect(socket, address, Deadline.NEVER);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Makes a Unix stream socket that is not connected yet.
     *
     * @return the socket, owned by the caller
     * @throws IOException when no descriptor is left
     */
    public static Fd unixStream() throws IOException {
        return Fd.ofNew((int) Errno.check("socket", Libc.socket(AF_UNIX, SOCK_STREAM_CLOEXEC, 0), null));
    }

    /**
     * Connects a socket, waiting in time slices while the listener's queue is full; closing it ends the wait.
     *
     * @param socket made by {@link #unixStream()}; stays the caller's
     * @param address a path, or {@code @name} for the abstract address {@code "\0name"}
     * @param deadline how long to wait for a place in the listener's queue
     * @throws IOException ECONNREFUSED or ENOENT when nobody listens, EACCES when it is not allowed, EAGAIN when the
     *     deadline passed
     */
    public static void connect(Fd socket, String address, Deadline deadline) throws IOException {
        byte[] path = sunPath(address);
        try (Arena arena = Arena.ofConfined()) {
            setSlice(socket, arena);
            long sockaddr = sockaddr(arena, path).address();
            OnPlatformThread.Call slice = () -> connectSlice(socket, sockaddr, 2 + path.length);
            long result;
            do {
                result = Thread.currentThread().isVirtual() ? OnPlatformThread.result(slice) : slice.call();
            } while ((Errno.EAGAIN.is(result) || Errno.EINTR.is(result)) && !deadline.hasPassed());
            Errno.check("connect", result, address);
        }
    }

    private static void setSlice(Fd socket, Arena arena) throws IOException {
        MemorySegment timeval = arena.allocate(2 * Long.BYTES, Long.BYTES); // seconds, microseconds
        timeval.set(ValueLayout.JAVA_LONG, Long.BYTES, CONNECT_SLICE_MICROS);
        socket.begin();
        try {
            int size = (int) timeval.byteSize();
            int result = Libc.setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, timeval.address(), size);
            Errno.check("setsockopt", result, socket.toString());
        } finally {
            socket.end();
        }
    }

    private static long connectSlice(Fd socket, long sockaddr, int length) throws IOException {
        socket.begin();
        try {
            return Libc.connect(socket.number(), sockaddr, length);
        } finally {
            socket.end();
        }
    }

    /** Lays out {@code struct sockaddr_un}: the family, then the path. */
    static MemorySegment sockaddr(Arena arena, byte[] path) {
        MemorySegment sockaddr = arena.allocate(2 + SUN_PATH_SIZE, 2);
        sockaddr.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(path, 0, sockaddr, ValueLayout.JAVA_BYTE, 2, path.length);
        return sockaddr;
    }

    static byte[] sunPath(String address) throws IOException {
        String raw = address.startsWith("@") ? '\0' + address.substring(1) : address;
        byte[] path = raw.getBytes(StandardCharsets.UTF_8);
        if (path.length == 0 || path.length >= SUN_PATH_SIZE) {
            throw new IOException("socket address " + address + ": " + path.length + " bytes (expected: 1 to "
                    + (SUN_PATH_SIZE - 1) + ")");
        }
        return path;
    }

    /**
     * Makes a pipe, as {@code multiprocessing.Pipe(duplex=False)} does.
     *
     * @return the read end and the write end, owned by the caller
     * @throws IOException when no descriptor is left
     */
    public static List<Fd> pipe() throws IOException {
        return pair("pipe2", twoInts -> Libc.pipe2(twoInts, O_CLOEXEC));
    }

    /**
     * Makes a connected pair of Unix stream sockets, as {@code multiprocessing.Pipe(duplex=True)} does.
     *
     * @return both ends, owned by the caller
     * @throws IOException when no descriptor is left
     */
    public static List<Fd> socketPair() throws IOException {
        return pair("socketpair", twoInts -> Libc.socketpair(AF_UNIX, SOCK_STREAM_CLOEXEC, 0, twoInts));
    }

    private static List<Fd> pair(String call, LongToIntFunction make) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment two = arena.allocate(ValueLayout.JAVA_INT, 2);
            Errno.check(call, make.applyAsInt(two.address()), null);
            return List.of(
                    Fd.ofNew(two.getAtIndex(ValueLayout.JAVA_INT, 0)),
                    Fd.ofNew(two.getAtIndex(ValueLayout.JAVA_INT, 1)));
        }
    }
}
