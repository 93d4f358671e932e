package io.jarpipe.sharing;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A folder for one Unix socket that nobody but the owner may enter: what {@code multiprocessing.util.get_temp_dir()} is
 * in CPython, with the same mode, 0700, and like that removed when the process ends.
 */
final class SharerFolder implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SharerFolder.class.getName());
    private static final String PREFIX = "jarpipe-";
    private static final String SOCKET = "sharer";
    /** What follows the parent folder: the folder's random name has up to 20 digits. */
    private static final int LONGEST_REST = ("/" + PREFIX + "/" + SOCKET).length() + 20;
    /** The longest path of a Unix socket, in bytes. */
    private static final int LONGEST_PATH = 107;

    /** Those to remove when the JVM ends; also guards the flag below. */
    private static final Set<SharerFolder> OPEN = new LinkedHashSet<>();

    private static boolean atExit;

    private final Path folder;

    private SharerFolder(Path folder) {
        this.folder = folder;
    }

    /** Makes a folder with a random name where temporary files belong. */
    static SharerFolder create() throws IOException {
        SharerFolder made = new SharerFolder(Files.createTempDirectory(
                parent(), PREFIX, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))));
        made.removeAtExit();
        return made;
    }

    private void removeAtExit() {
        synchronized (OPEN) {
            if (!atExit) {
                Runtime.getRuntime().addShutdownHook(new Thread(SharerFolder::removeAll, "jarpipe-sharer-folders"));
                atExit = true;
            }
            OPEN.add(this);
        }
    }

    private static void removeAll() {
        List<SharerFolder> left;
        synchronized (OPEN) {
            left = List.copyOf(OPEN);
        }
        left.forEach(SharerFolder::close);
    }

    /** Chooses as Python's tempfile does, except that a path too long for a socket does not count. */
    private static Path parent() {
        return Stream.of(System.getenv("TMPDIR"), System.getenv("TEMP"), System.getenv("TMP"))
                .filter(name -> name != null && !name.isEmpty())
                .map(name -> Path.of(name).toAbsolutePath())
                .filter(path -> path.toString().getBytes(StandardCharsets.UTF_8).length + LONGEST_REST <= LONGEST_PATH)
                .filter(path -> Files.isDirectory(path) && Files.isWritable(path))
                .findFirst()
                .orElse(Path.of("/tmp"));
    }

    /** Returns where to bind the socket. */
    Path socket() {
        return folder.resolve(SOCKET);
    }

    /** Removes the socket and the folder. Idempotent. */
    @Override
    public void close() {
        synchronized (OPEN) {
            OPEN.remove(this);
        }
        try {
            Files.deleteIfExists(socket());
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the folder {0} could not be removed: {1}", folder, e.getMessage());
        }
    }
}
