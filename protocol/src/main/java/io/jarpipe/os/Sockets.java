package io.jarpipe.os;

import io.jarpipe.MpAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.LongToIntFunction;

/** Makes pipes and stream sockets, all close-on-exec and blocking, as CPython makes them. */
public final class Sockets {
    private static final int AF_UNIX = SocketName.AF_UNIX;
    private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
    private static final int O_CLOEXEC = 0x80000;

    private Sockets() {}

    /**
     * Connects to a listening socket.
     *
     * @param address a path, an abstract address or a TCP port; a host name is looked up, which the deadline does not
     *     bound
     * @param deadline how long to wait: for room in the backlog of a Unix listener, or for a host's answer
     * @return the connected socket, blocking, owned by the caller
     * @throws io.jarpipe.PosixException with ECONNREFUSED or ENOENT when nobody listens, EACCES when it is not allowed,
     *     ETIMEDOUT when the deadline passed
     * @throws IOException when the host is not known
     * @throws InterruptedException when interrupted while waiting
     */
    public static Fd connect(MpAddress address, Deadline deadline) throws IOException, InterruptedException {
        return Connecting.connect(address, deadline);
    }

    /**
     * Tells whether somebody listens at a Unix address; it looks like a client that leaves at once.
     *
     * @param address a path or an abstract address
     * @return whether a connection was accepted, or would be if the backlog had room
     * @throws io.jarpipe.PosixException when that cannot be found out: EACCES
     * @throws IOException when the path is too long
     */
    static boolean isListening(MpAddress address) throws IOException {
        return Connecting.isListening(address);
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
