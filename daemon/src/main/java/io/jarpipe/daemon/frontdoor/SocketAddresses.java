package io.jarpipe.daemon.frontdoor;

import io.jarpipe.PosixException;
import io.jarpipe.os.Sockets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Puts a listening socket at a path without ever taking it away from a daemon that is alive.
 *
 * <p>The socket is bound under a temporary name, gets its mode, and is renamed: at no moment can anybody connect who
 * may not, and a stale file is replaced in one step.
 */
final class SocketAddresses {
    private static final String ABSTRACT_MARK = "@";
    private static final int FILE_TYPE = 0170000;
    private static final int SOCKET = 0140000;

    private SocketAddresses() {}

    static boolean isAbstract(String address) {
        return address.startsWith(ABSTRACT_MARK);
    }

    /** Refuses an address at which somebody listens. */
    static void requireFree(String address) throws IOException {
        try {
            Sockets.connect(address).close();
        } catch (PosixException nobodyListens) {
            if (!isAbstract(address)) {
                requireSocketOrNothing(Path.of(address));
            }
            return;
        }
        throw new IOException("another daemon is listening at " + address
                + ": use it (JARPIPE_ADDRESS), stop it, or choose another --address");
    }

    private static void requireSocketOrNothing(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if ((mode & FILE_TYPE) != SOCKET) {
            throw new IOException(path + " exists and is no socket: choose another --address");
        }
    }

    /** Returns the name under which to bind before {@link #publish}. */
    static Path temporary(Path path) {
        return path.resolveSibling(
                "." + path.getFileName() + "." + ProcessHandle.current().pid());
    }

    /** Restricts the bound socket to its owner and gives it its name. */
    static void publish(Path bound, Path path) throws IOException {
        Files.setPosixFilePermissions(bound, PosixFilePermissions.fromString("rw-------"));
        Files.move(bound, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Identifies the file at a path, to recognise later whether it is still the same. */
    static Object fileKey(Path path) throws IOException {
        return Files.getAttribute(path, "unix:ino");
    }
}
