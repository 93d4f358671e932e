package io.jarpipe.daemon.config;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

/**
 * The file that holds the authkey: the user's own, readable by him alone; its content without the line end is the key.
 */
public final class KeyFile {
    private static final int KEY_BYTES = 32;
    private static final Integer ROOT = 0;
    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    private KeyFile() {}

    /**
     * Refuses a file that another user could have read or written.
     *
     * @param file the file, or a symbolic link to it
     * @throws NoSuchFileException when it does not exist
     * @throws IOException when others may read or write it, or it belongs to another user than this one and root
     */
    public static void check(Path file) throws IOException {
        PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
        if (!attributes.isRegularFile()) {
            throw new IOException("the key file " + file + " is no regular file");
        }
        Set<PosixFilePermission> permissions = attributes.permissions();
        if (permissions.stream().anyMatch(OTHERS::contains)) {
            throw new IOException("the key file " + file + " is open to other users ("
                    + PosixFilePermissions.toString(permissions) + "): chmod 600 " + file);
        }
        Object owner = Files.getAttribute(file, "unix:uid");
        Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        if (!owner.equals(self) && !owner.equals(ROOT)) {
            throw new IOException("the key file " + file + " belongs to user " + owner
                    + ", who knows the key (expected: " + self + " or root): make one of your own");
        }
    }

    /**
     * Reads the key.
     *
     * @param file where it is
     * @return the key
     * @throws IOException when there is no such file, it is empty, or another user could have read it
     */
    public static byte[] read(Path file) throws IOException {
        try {
            check(file);
        } catch (NoSuchFileException e) {
            throw new IOException(
                    "the key file " + file + " does not exist: name the daemon's with --authkey-file or"
                            + " JARPIPE_AUTHKEY_FILE",
                    e);
        }
        byte[] content = Files.readAllBytes(file);
        int length = content.length;
        while (length > 0 && (content[length - 1] == '\n' || content[length - 1] == '\r')) {
            length--;
        }
        if (length == 0) {
            throw new IOException("the key file " + file + " is empty: remove it, and jarpipe serve makes a new one");
        }
        return Arrays.copyOf(content, length);
    }

    /**
     * Reads the key; makes a new random one first when there is no file.
     *
     * @param file where it is or shall be
     * @return the key
     * @throws IOException as {@link #read}, or when the file cannot be made
     */
    public static byte[] readOrCreate(Path file) throws IOException {
        if (Files.notExists(file)) {
            byte[] random = new byte[KEY_BYTES];
            new SecureRandom().nextBytes(random);
            Path temporary = Files.createTempFile(
                    file.toAbsolutePath().getParent(),
                    ".key",
                    null,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try {
                Files.writeString(temporary, HexFormat.of().formatHex(random) + "\n");
                Files.createLink(file, temporary); // fails, unlike a move, when another daemon was faster
            } catch (FileAlreadyExistsException anotherWasFaster) {
                return read(file);
            } finally {
                Files.delete(temporary);
            }
        }
        return read(file);
    }
}
