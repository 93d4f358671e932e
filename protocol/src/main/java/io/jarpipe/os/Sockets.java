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

    private Sockets() {}

    /**
     * Connects to a Unix socket.
     *
     * @param address a path, or {@code @name} for the abstract address {@code "\0name"}
     * @return the connected socket, owned by the caller
     * @throws IOException ECONNREFUSED or ENOENT when nobody listens, EACCES when it is not allowed
     */
    public static Fd connect(String address) throws IOException {
        byte[] path = sunPath(address);
        Fd socket = Fd.ofNew((int) Errno.check("socket", Libc.socket(AF_UNIX, SOCK_STREAM_CLOEXEC, 0), address));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment sockaddr = arena.allocate(2 + SUN_PATH_SIZE, 2);
            sockaddr.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(path, 0, sockaddr, ValueLayout.JAVA_BYTE, 2, path.length);
            Errno.check("connect", Libc.connect(socket.number(), sockaddr.address(), 2 + path.length), address);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static byte[] sunPath(String address) throws IOException {
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
