package io.jarpipe.daemon.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/** Where a daemon listens that was given no address: a place of the user's own. */
final class DefaultAddress {
    private static final String RUNTIME = "XDG_RUNTIME_DIR";
    private static final String SOCKET = "jarpipe.sock";
    private static final String OWNER_ONLY = "rwx------";

    private DefaultAddress() {}

    /** Returns the address, and makes the folder of it if it is not there. */
    static String get() throws IOException {
        Path path = Path.of(path());
        if (!isInRuntimeFolder()) {
            makeOwn(Objects.requireNonNull(path.getParent()));
        }
        return path.toString();
    }

    /** Returns the address without making anything. */
    static String path() {
        return isInRuntimeFolder()
                ? Path.of(System.getenv(RUNTIME), SOCKET).toString()
                : Path.of(System.getProperty("java.io.tmpdir"), "jarpipe-" + uid(), SOCKET)
                        .toString();
    }

    private static boolean isInRuntimeFolder() {
        String runtime = System.getenv(RUNTIME);
        return runtime != null && Files.isDirectory(Path.of(runtime));
    }

    private static Object uid() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            throw new UncheckedIOException("the user's id cannot be read from /proc/self", e);
        }
    }

    private static void makeOwn(Path folder) throws IOException {
        try {
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
        } catch (FileAlreadyExistsException e) {
            requireOwn(folder, uid());
        }
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
