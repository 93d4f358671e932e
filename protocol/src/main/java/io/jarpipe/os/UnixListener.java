package io.jarpipe.os;

import java.io.IOException;
import java.lang.foreign.Arena;

/**
 * Listens on a Unix socket. One thread accepts at a time; closing ends its wait.
 *
 * <p>The socket file stays when the listener is closed: it belongs to the caller, as the folder around it does.
 */
public final class UnixListener implements AutoCloseable {
    private static final int SOCK_NONBLOCK_CLOEXEC = 0x800 | 0x80000;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SOCK_STREAM = 1;
    private static final int AF_UNIX = 1;

    private final Fd socket;

    private UnixListener(Fd socket) {
        this.socket = socket;
    }

    /**
     * Begins to listen.
     *
     * @param address a path that does not exist, or {@code @name} for the abstract address {@code "\0name"}
     * @param backlog how many clients may wait to be accepted
     * @return the listener, to be closed by the caller
     * @throws IOException EADDRINUSE when the address is taken, EACCES when it is not allowed
     */
    public static UnixListener open(String address, int backlog) throws IOException {
        byte[] path = Sockets.sunPath(address);
        // The description is ours alone, so it may be non-blocking; accepted sockets do not inherit that.
        Fd socket = Fd.ofNew(
                (int) Errno.check("socket", Libc.socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK_CLOEXEC, 0), address));
        try (Arena arena = Arena.ofConfined()) {
            long sockaddr = Sockets.sockaddr(arena, path).address();
            Errno.check("bind", Libc.bind(socket.number(), sockaddr, 2 + path.length), address);
            Errno.check("listen", Libc.listen(socket.number(), backlog), address);
            return new UnixListener(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Waits for a client.
     *
     * @return its socket, close-on-exec and blocking, owned by the caller
     * @throws java.nio.channels.ClosedChannelException when the listener is closed, also during the wait
     * @throws IOException when the call fails, for instance with EMFILE
     */
    public Fd accept() throws IOException {
        while (true) {
            socket.begin();
            int result;
            try {
                result = Libc.accept4(socket.number(), SOCK_CLOEXEC);
            } finally {
                socket.end();
            }
            if (Errno.EAGAIN.is(result)) {
                Waiter.await(socket, Waiter.POLLIN, Deadline.NEVER, false);
            } else if (!Errno.EINTR.is(result)) {
                return Fd.ofNew((int) Errno.check("accept", result, socket.toString()));
            }
        }
    }

    /** Ends listening; clients that were not accepted see their connection reset. Idempotent. */
    @Override
    public void close() {
        socket.close();
    }
}
