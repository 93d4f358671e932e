package io.jarpipe.os;

import io.jarpipe.MpAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * Who started this process and wants to hear how it is: systemd, or what behaves like it ({@code sd_notify(3)}). Each
 * message is a datagram to the Unix socket that {@code NOTIFY_SOCKET} names.
 */
public final class ServiceManager {
    private static final String VARIABLE = "NOTIFY_SOCKET";
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int MSG_NOSIGNAL = 0x4000;

    private final MpAddress address;

    private ServiceManager(MpAddress address) {
        this.address = address;
    }

    /**
     * Finds the service manager.
     *
     * @param environment the variables of this process
     * @return the manager; empty when nobody wants to hear
     */
    public static Optional<ServiceManager> of(Map<String, String> environment) {
        String name = environment.getOrDefault(VARIABLE, "");
        return name.isEmpty() ? Optional.empty() : Optional.of(new ServiceManager(MpAddress.of(name)));
    }

    /**
     * Tells something; does not wait for an answer.
     *
     * @param message lines such as {@code READY=1}
     * @throws IOException when the datagram cannot be sent
     */
    public void tell(String message) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = SocketName.encode(address, arena);
            byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
            MemorySegment text = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            try (Fd socket = Fd.ofNew((int) Errno.check(
                    "socket", Libc.socket(SocketName.AF_UNIX, SOCK_DGRAM_CLOEXEC, 0), address.toString()))) {
                Errno.check(
                        "connect",
                        Libc.connect(socket.number(), name.address(), (int) name.byteSize()),
                        address.toString());
                Errno.check(
                        "send",
                        Libc.send(socket.number(), text.address(), bytes.length, MSG_NOSIGNAL),
                        address.toString());
            }
        }
    }
}
