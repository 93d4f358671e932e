package io.jarpipe.os;

import io.jarpipe.MpAddress;
import io.jarpipe.MpPeer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

// Some facts about O_NONBLOCK and accepted sockets
// -------------------------------------------------
// A listening socket is never handed to Python, so it may be non-blocking: a client that gives up between poll(2) and
// accept4(2) would block the acceptor otherwise. On Linux an accepted socket does not inherit the flag (accept(2)), so
// those are blocking, as CPython expects of a descriptor that it is given.

/** A socket that waits for clients: a Unix path, an abstract address or a TCP port. */
public final class ListeningSocket implements AutoCloseable {
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SOCK_STREAM_CLOEXEC_NONBLOCK = 1 | SOCK_CLOEXEC | 0x800;
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2;
    private static final int SO_PEERCRED = 17;
    private static final int UCRED_SIZE = 12;

    private final Fd fd;
    private final MpAddress address;
    private final @Nullable SocketFile file;

    private ListeningSocket(Fd fd, MpAddress address, @Nullable SocketFile file) {
        this.fd = fd;
        this.address = address;
        this.file = file;
    }

    /**
     * A client that has connected.
     *
     * @param socket its socket, blocking and close-on-exec, owned by whoever accepted it
     * @param peer who it is
     */
    public record Accepted(Fd socket, MpPeer peer) {}

    /**
     * Begins to listen. A stale file at a path is replaced; a live listener never is.
     *
     * @param address where; TCP port 0 means any free port
     * @param permissions the mode of the file at a path; without meaning for other addresses
     * @param backlog how many clients may wait to be accepted
     * @return the listening socket, to be closed by the caller
     * @throws io.jarpipe.PosixException with EADDRINUSE when somebody listens there
     * @throws IOException when the address cannot be bound or a host name is not known
     */
    public static ListeningSocket open(MpAddress address, Set<PosixFilePermission> permissions, int backlog)
            throws IOException {
        return switch (address) {
            case MpAddress.UnixPath unix -> openPath(unix, permissions, backlog);
            case MpAddress.Abstract unix -> new ListeningSocket(bound(unix, unix, backlog), unix, null);
            case MpAddress.Tcp tcp -> {
                Fd fd = bound(tcp, tcp, backlog);
                yield new ListeningSocket(fd, boundTo(fd), null);
            }
        };
    }

    private static ListeningSocket openPath(
            MpAddress.UnixPath address, Set<PosixFilePermission> permissions, int backlog) throws IOException {
        SocketFile.requireFree(address);
        Path temporary = SocketFile.temporary(address.path());
        Fd fd = bound(new MpAddress.UnixPath(temporary), address, backlog);
        try {
            return new ListeningSocket(fd, address, SocketFile.publish(temporary, address.path(), permissions));
        } catch (IOException e) {
            fd.close();
            throw e;
        }
    }

    /** Binds to {@code name}, in errors called {@code address}. */
    private static Fd bound(MpAddress name, MpAddress address, int backlog) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment sockaddr = SocketName.encode(name, arena);
            Fd fd = Fd.ofNew((int) Errno.check(
                    "socket",
                    Libc.socket(SocketName.family(sockaddr), SOCK_STREAM_CLOEXEC_NONBLOCK, 0),
                    address.toString()));
            try {
                if (address instanceof MpAddress.Tcp) {
                    MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
                    Errno.check(
                            "setsockopt",
                            Libc.setsockopt(fd.number(), SOL_SOCKET, SO_REUSEADDR, one.address(), Integer.BYTES),
                            address.toString());
                }
                Errno.check(
                        "bind",
                        Libc.bind(fd.number(), sockaddr.address(), (int) sockaddr.byteSize()),
                        address.toString());
                Errno.check("listen", Libc.listen(fd.number(), backlog), address.toString());
                return fd;
            } catch (IOException e) {
                fd.close();
                throw e;
            }
        }
    }

    private static MpAddress boundTo(Fd fd) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment sockaddr = arena.allocate(SocketName.LARGEST, Integer.BYTES);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, SocketName.LARGEST);
            Errno.check(
                    "getsockname", Libc.getsockname(fd.number(), sockaddr.address(), length.address()), fd.toString());
            return SocketName.tcp(sockaddr);
        } catch (IOException e) {
            fd.close();
            throw e;
        }
    }

    /**
     * Returns where clients connect to.
     *
     * @return the address that was asked for; of a TCP port the numeric host and the real port
     */
    public MpAddress address() {
        return address;
    }

    /**
     * Accepts the next client, waiting for it.
     *
     * @param deadline how long to wait
     * @return the client; null when the deadline passed
     * @throws java.nio.channels.ClosedChannelException when the socket is closed, also during the wait
     * @throws io.jarpipe.PosixException when no descriptor or memory is left (EMFILE, ENFILE, ENOBUFS, ENOMEM): the
     *     client goes on waiting
     * @throws IOException when the call fails otherwise
     * @throws InterruptedException when interrupted while waiting
     */
    public @Nullable Accepted accept(Deadline deadline) throws IOException, InterruptedException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment sockaddr = arena.allocate(SocketName.LARGEST, Integer.BYTES);
            MemorySegment length = arena.allocate(ValueLayout.JAVA_INT);
            while (true) {
                length.set(ValueLayout.JAVA_INT, 0, SocketName.LARGEST);
                int result = tryAccept(sockaddr, length);
                if (result >= 0) {
                    return accepted(Fd.ofNew(result), sockaddr, length.get(ValueLayout.JAVA_INT, 0), arena);
                }
                if (Errno.EAGAIN.is(result)) {
                    if (!awaitClient(deadline)) {
                        return null;
                    }
                } else if (!isOver(result)) {
                    throw Errno.exception("accept4", result, address.toString());
                }
            }
        }
    }

    private int tryAccept(MemorySegment sockaddr, MemorySegment length) throws IOException {
        fd.begin();
        try {
            return Libc.accept4(fd.number(), sockaddr.address(), length.address(), SOCK_CLOEXEC);
        } finally {
            fd.end();
        }
    }

    /** Tells whether a client was there and is gone, or a firewall forbade it: the next one may be better. */
    private static boolean isOver(int result) {
        return Errno.EINTR.is(result)
                || Errno.ECONNABORTED.is(result)
                || Errno.EPROTO.is(result)
                || Errno.EPERM.is(result);
    }

    private boolean awaitClient(Deadline deadline) throws IOException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        boolean lookAgain = !deadline.hasPassed() && Waiter.await(fd, Waiter.POLLIN, deadline, true);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return lookAgain;
    }

    private static Accepted accepted(Fd socket, MemorySegment sockaddr, int length, Arena arena) throws IOException {
        try {
            String name = SocketName.text(sockaddr, length);
            boolean unix = SocketName.family(sockaddr) == SocketName.AF_UNIX;
            return new Accepted(
                    socket, new MpPeer(name, unix ? Optional.of(credentials(socket, arena)) : Optional.empty()));
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static MpPeer.Credentials credentials(Fd socket, Arena arena) throws IOException {
        MemorySegment ucred = arena.allocate(UCRED_SIZE, Integer.BYTES);
        MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, UCRED_SIZE);
        Errno.check(
                "getsockopt",
                Libc.getsockopt(socket.number(), SOL_SOCKET, SO_PEERCRED, ucred.address(), length.address()),
                "SO_PEERCRED");
        return new MpPeer.Credentials(
                ucred.getAtIndex(ValueLayout.JAVA_INT, 0),
                ucred.getAtIndex(ValueLayout.JAVA_INT, 1),
                ucred.getAtIndex(ValueLayout.JAVA_INT, 2));
    }

    /**
     * Tells whether {@link #close()} was called.
     *
     * @return true from the moment of that call
     */
    public boolean isClosed() {
        return fd.isClosed();
    }

    /** Stops listening, removes the file at the path if it is still ours, and ends waits. Idempotent. */
    @Override
    public void close() {
        if (file != null && !fd.isClosed()) {
            try {
                file.remove();
            } catch (IOException e) {
                System.getLogger(ListeningSocket.class.getName())
                        .log(System.Logger.Level.WARNING, "the socket file " + address + " could not be removed", e);
            }
        }
        fd.close();
    }
}
