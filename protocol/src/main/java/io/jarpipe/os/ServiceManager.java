package io.jarpipe.os;

import io.jarpipe.MpAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The service manager that has started this process and waits to be told how it is, if there is one: systemd, for a
 * unit of {@code Type=notify}. What {@code sd_notify(3)} does: datagrams to the socket that {@code NOTIFY_SOCKET}
 * names.
 */
public final class ServiceManager {
    private static final String VARIABLE = "NOTIFY_SOCKET";
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;

    private ServiceManager() {}

    /**
     * Sends a state, or does nothing where no service manager listens. Does not block.
     *
     * @param state assignments as {@code sd_notify(3)} lists them, such as {@code READY=1}
     * @throws IOException when it could not be sent
     */
    public static void tell(String state) throws IOException {
        String socket = System.getenv(VARIABLE);
        if (socket != null && !socket.isEmpty()) {
            send(socket.startsWith("@") ? new MpAddress.Abstract(socket.substring(1)) : path(socket), state);
        }
    }

    private static MpAddress path(String socket) {
        return new MpAddress.UnixPath(Path.of(socket));
    }

    private static void send(MpAddress address, String state) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment sockaddr = SocketName.encode(address, arena);
            MemorySegment message = arena.allocateFrom(ValueLayout.JAVA_BYTE, state.getBytes(StandardCharsets.UTF_8));
            try (Fd fd = Fd.ofNew(
                    (int) Errno.check("socket", Libc.socket(SocketName.AF_UNIX, SOCK_DGRAM_CLOEXEC, 0), VARIABLE))) {
                Errno.check(
                        "connect",
                        Libc.connect(fd.number(), sockaddr.address(), (int) sockaddr.byteSize()),
                        address.toString());
                Errno.check(
                        "send",
                        Libc.send(fd.number(), message.address(), message.byteSize(), MSG_DONTWAIT_NOSIGNAL),
                        address.toString());
            }
        }
    }
}
