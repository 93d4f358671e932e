package io.jarpipe.daemon.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Where a daemon listens that was given no address: a place of the user's own. */
final class DefaultAddress {
    private static final String SOCKET = "jarpipe.sock";
    private static final String OWNER_ONLY = "rwx------";

    private DefaultAddress() {}

    static String get() throws IOException {
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        if (runtime != null && Files.isDirectory(Path.of(runtime))) {
            return Path.of(runtime, SOCKET).toString();
        }
        Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        Path folder = Path.of(System.getProperty("java.io.tmpdir"), "jarpipe-" + uid);
        try {
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
        } catch (FileAlreadyExistsException e) {
            requireOwn(folder, uid);
        }
        return folder.resolve(SOCKET).toString();
    }

    private static void requireOwn(Path folder, Object uid) throws IOException {
        boolean own = Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                && Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                        .equals(uid)
                && PosixFilePermissions.toString(Files.getPosixFilePermissions(folder))
                        .equals(OWNER_ONLY);
        if (!own) {
            throw new IOException(folder + " is not a folder of yours alone: choose an --address elsewhere");
        }
    }
}
