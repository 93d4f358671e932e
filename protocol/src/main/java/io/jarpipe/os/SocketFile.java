package io.jarpipe.os;

import io.jarpipe.MpAddress;
import io.jarpipe.PosixException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

/**
 * The file of a listening Unix socket, put at its path without ever taking the path away from a listener that is alive.
 *
 * <p>The socket is bound under a temporary name, gets its mode, and is renamed: at no moment can anybody connect who
 * may not, and a stale file is replaced in one step.
 */
public final class SocketFile {
    private static final int FILE_TYPE = 0170000;
    private static final int SOCKET = 0140000;
    private static final int RANDOM_BYTES = 3;

    private final Path path;
    /** Not reused by the kernel while the socket is bound. */
    private final Object inode;

    private SocketFile(Path path) throws IOException {
        this.path = path;
        this.inode = inode(path);
    }

    /**
     * Refuses an address at which somebody listens. It is asked by connecting, which a listener notices as a client
     * that leaves at once.
     *
     * @param address a path or an abstract address
     * @throws PosixException with EADDRINUSE when somebody listens, with EACCES when that cannot be found out
     * @throws IOException when the path is something else than a socket
     */
    public static void requireFree(MpAddress address) throws IOException {
        if (Sockets.isListening(address)) {
            throw Errno.exception("bind", Errno.EADDRINUSE, address.toString());
        }
        if (address instanceof MpAddress.UnixPath unix && Files.exists(unix.path(), LinkOption.NOFOLLOW_LINKS)) {
            int mode = (Integer) Files.getAttribute(unix.path(), "unix:mode", LinkOption.NOFOLLOW_LINKS);
            if ((mode & FILE_TYPE) != SOCKET) {
                throw new IOException(address + " exists and is no socket: choose another address");
            }
        }
    }

    /**
     * Returns the name under which to bind the socket before {@link #publish}.
     *
     * @param path where it shall be in the end
     * @return a short random name in the same folder
     */
    public static Path temporary(Path path) {
        byte[] random = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(random);
        return path.resolveSibling("." + HexFormat.of().formatHex(random));
    }

    /**
     * Sets the mode of a bound socket and gives it its name, replacing a stale file.
     *
     * @param bound the temporary name
     * @param path the final name
     * @param permissions who may connect: those who may write to the file
     * @return the file, to be removed in the end
     * @throws IOException when the file cannot be changed; it is removed then
     */
    public static SocketFile publish(Path bound, Path path, Set<PosixFilePermission> permissions) throws IOException {
        try {
            Files.setPosixFilePermissions(bound, permissions);
            Files.move(bound, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return new SocketFile(path);
        } catch (IOException e) {
            Files.deleteIfExists(bound);
            throw e;
        }
    }

    /**
     * Removes the file if it is still this one; called while the socket is still bound.
     *
     * @throws IOException when it cannot be removed
     */
    public void remove() throws IOException {
        try {
            if (inode(path).equals(inode)) {
                Files.delete(path);
            }
        } catch (NoSuchFileException alreadyRemoved) {
            // by somebody who tidied up: just as well
        }
    }

    private static Object inode(Path path) throws IOException {
        return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
    }
}
