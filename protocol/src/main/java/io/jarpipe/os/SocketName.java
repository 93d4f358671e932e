package io.jarpipe.os;

import io.jarpipe.MpAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads and writes {@code struct sockaddr}, whose first two bytes are the family in native order:
 *
 * <pre>
 *   AF_UNIX (1)    2: path, up to 107 bytes and a zero; or a zero, then the abstract name up to the end
 *   AF_INET (2)    2: port, big-endian   4: address, 4 bytes                       16 bytes in all
 *   AF_INET6 (10)  2: port, big-endian   8: address, 16 bytes   24: scope          28 bytes in all
 * </pre>
 */
final class SocketName {
    static final int AF_UNIX = 1;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;

    /** Room for any of them, in bytes. */
    static final int LARGEST = 110;

    private static final int PATH = 2;
    private static final int SUN_PATH_SIZE = 108;
    private static final int PORT = 2;
    private static final int V4_ADDRESS = 4;
    private static final int V4_SIZE = 16;
    private static final int V6_ADDRESS = 8;
    private static final int V6_SCOPE = 24;
    private static final int V6_SIZE = 28;
    private static final ValueLayout.OfShort BIG_ENDIAN_SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private SocketName() {}

    /** Writes an address; the segment is exactly as long as the structure. A host name is looked up. */
    static MemorySegment encode(MpAddress address, Arena arena) throws IOException {
        return switch (address) {
            case MpAddress.UnixPath unix -> unix(unix.path().toString(), address, arena);
            case MpAddress.Abstract unix -> unix('\0' + unix.name(), address, arena);
            case MpAddress.Tcp tcp -> inet(lookUp(tcp.host()), tcp.port(), arena);
        };
    }

    private static MemorySegment unix(String raw, MpAddress address, Arena arena) throws IOException {
        byte[] path = raw.getBytes(StandardCharsets.UTF_8);
        if (path.length >= SUN_PATH_SIZE) {
            throw new IOException("socket address " + address + ": " + path.length + " bytes (expected: at most "
                    + (SUN_PATH_SIZE - 1) + ")");
        }
        MemorySegment name = arena.allocate(PATH + path.length, Short.BYTES);
        name.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(path, 0, name, ValueLayout.JAVA_BYTE, PATH, path.length);
        return name;
    }

    /** CPython's TCP is IPv4, so a name with addresses of both kinds means the IPv4 one. */
    private static InetAddress lookUp(String host) throws IOException {
        InetAddress[] all = InetAddress.getAllByName(host);
        return Arrays.stream(all)
                .filter(Inet4Address.class::isInstance)
                .findFirst()
                .orElse(all[0]);
    }

    private static MemorySegment inet(InetAddress host, int port, Arena arena) {
        boolean v6 = host instanceof Inet6Address;
        MemorySegment name = arena.allocate(v6 ? V6_SIZE : V4_SIZE, Integer.BYTES);
        name.set(ValueLayout.JAVA_SHORT, 0, (short) (v6 ? AF_INET6 : AF_INET));
        name.set(BIG_ENDIAN_SHORT, PORT, (short) port);
        byte[] bytes = host.getAddress();
        MemorySegment.copy(bytes, 0, name, ValueLayout.JAVA_BYTE, v6 ? V6_ADDRESS : V4_ADDRESS, bytes.length);
        if (host instanceof Inet6Address scoped) {
            name.set(ValueLayout.JAVA_INT, V6_SCOPE, scoped.getScopeId());
        }
        return name;
    }

    static int family(MemorySegment name) {
        return name.get(ValueLayout.JAVA_SHORT, 0);
    }

    /** Returns the TCP address in a name that the kernel has filled in. */
    static MpAddress.Tcp tcp(MemorySegment name) throws IOException {
        byte[] bytes = family(name) == AF_INET6
                ? name.asSlice(V6_ADDRESS, 16).toArray(ValueLayout.JAVA_BYTE)
                : name.asSlice(V4_ADDRESS, 4).toArray(ValueLayout.JAVA_BYTE);
        return new MpAddress.Tcp(
                InetAddress.getByAddress(bytes).getHostAddress(),
                Short.toUnsignedInt(name.get(BIG_ENDIAN_SHORT, PORT)));
    }

    /** Prints a name as CPython prints what {@code socket.accept()} returns; abstract names begin with {@code @}. */
    static String text(MemorySegment name, int length) throws IOException {
        return switch (family(name)) {
            case AF_INET -> "('" + tcp(name).host() + "', " + tcp(name).port() + ")";
            case AF_INET6 ->
                "('" + tcp(name).host() + "', " + tcp(name).port() + ", 0, " + name.get(ValueLayout.JAVA_INT, V6_SCOPE)
                        + ")";
            default -> unixText(name.asSlice(PATH, Math.max(0, length - PATH)).toArray(ValueLayout.JAVA_BYTE));
        };
    }

    private static String unixText(byte[] path) {
        if (path.length == 0) {
            return "";
        }
        String text = new String(path, StandardCharsets.UTF_8);
        return path[0] == 0 ? "@" + text.substring(1) : text.substring(0, (text + '\0').indexOf('\0'));
    }
}
