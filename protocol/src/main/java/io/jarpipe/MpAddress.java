package io.jarpipe;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a listener waits and a client connects to: what Python gives as {@code address} to
 * {@code multiprocessing.connection.Listener} and {@code Client}.
 *
 * <table>
 *   <caption>The text forms</caption>
 *   <thead>
 *     <tr><th>Text, as {@link #of} reads it</th><th>Python's address</th></tr>
 *   </thead>
 *   <tbody>
 *     <tr><td>{@code /run/me/x.sock}, {@code ./x.sock}, {@code x.sock}</td><td>the same {@code str}</td></tr>
 *     <tr><td>{@code @name}</td><td>{@code '\0name'}, an abstract address</td></tr>
 *     <tr><td>{@code localhost:5000}, {@code tcp://localhost:5000}</td><td>{@code ('localhost', 5000)}</td></tr>
 *     <tr><td>{@code [::1]:5000}, {@code tcp://[::1]:5000}</td><td>none: CPython's {@code Client} knows IPv4 alone</td></tr>
 *   </tbody>
 * </table>
 */
public sealed interface MpAddress {
    /**
     * Reads an address. What ends in a colon and a number and has no slash is a host and a port; a relative path that
     * looks like that is written {@code ./name:1}.
     *
     * @param text one of the forms in the table above
     * @return the address
     * @throws IllegalArgumentException when it is empty, or its port is no port
     */
    static MpAddress of(String text) {
        if (text.startsWith("@") || text.startsWith("\0")) {
            return new Abstract(text.substring(1));
        }
        boolean explicit = text.startsWith(Tcp.SCHEME);
        Matcher hostAndPort = Tcp.FORM.matcher(explicit ? text.substring(Tcp.SCHEME.length()) : text);
        if (hostAndPort.matches()) {
            String bracketed = hostAndPort.group(1);
            String host = bracketed == null ? hostAndPort.group(2) : bracketed;
            return new Tcp(host, Integer.parseInt(hostAndPort.group(3)));
        }
        if (explicit || text.isEmpty()) {
            throw new IllegalArgumentException(
                    "address: " + text + " (expected: a path, @name, host:port or tcp://host:port)");
        }
        return new UnixPath(Path.of(text));
    }

    /**
     * Makes an abstract address that nobody else uses: it leaves no file behind, whoever is killed.
     *
     * @return an address with a random name
     */
    static MpAddress arbitrary() {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        return new Abstract("jarpipe-" + HexFormat.of().formatHex(random));
    }

    /**
     * A Unix socket in the file system; who may connect is a matter of the file's mode.
     *
     * @param path where the socket is
     */
    record UnixPath(Path path) implements MpAddress {
        /** Checks the component. */
        public UnixPath {
            if (path.getFileName() == null || path.toString().isEmpty()) {
                throw new IllegalArgumentException("address: " + path + " (expected: the path of a socket)");
            }
        }

        @Override
        public String toString() {
            return path.toString();
        }
    }

    /**
     * A Unix socket in Linux's abstract namespace: no file, and no mode either, so that everybody on the machine (in
     * the same network namespace) can connect.
     *
     * @param name what follows the zero byte
     */
    record Abstract(String name) implements MpAddress {
        /** Checks the component. */
        public Abstract {
            if (name.isEmpty()) {
                throw new IllegalArgumentException("address: @ (expected: a name after it)");
            }
        }

        @Override
        public String toString() {
            return "@" + name;
        }
    }

    /**
     * A TCP port.
     *
     * @param host a name or an IP address; a name stands for its first IPv4 address, if it has one, as in CPython
     * @param port 0 to 65535; a listener on 0 gets a free port
     */
    record Tcp(String host, int port) implements MpAddress {
        private static final String SCHEME = "tcp://";
        private static final int MOST = 0xffff;
        /** Group 1 is an IPv6 address, 2 a name or an IPv4 address, 3 the port. */
        private static final Pattern FORM = Pattern.compile("(?:\\[([^/\\]]+)\\]|([^/:]+)):(\\d{1,5})");

        /** Checks the components. */
        public Tcp {
            Objects.requireNonNull(host, "host");
            if (host.isEmpty() || port < 0 || port > MOST) {
                throw new IllegalArgumentException(
                        "address: " + host + ":" + port + " (expected: a host, and a port from 0 to " + MOST + ")");
            }
        }

        @Override
        public String toString() {
            return host.indexOf(':') < 0 ? host + ":" + port : "[" + host + "]:" + port;
        }
    }
}
