package io.jarpipe.daemon.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

/** The file that holds the authkey: readable by its owner alone, its content without the line end is the key. */
final class KeyFile {
    private static final int KEY_BYTES = 32;
    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    private KeyFile() {}

    /** Reads the key. */
    static byte[] read(Path file) throws IOException {
        Set<PosixFilePermission> permissions;
        try {
            permissions = Files.getPosixFilePermissions(file);
        } catch (NoSuchFileException e) {
            throw new IOException(
                    "the key file " + file + " does not exist: name the daemon's with --authkey-file or"
                            + " JARPIPE_AUTHKEY_FILE",
                    e);
        }
        if (permissions.stream().anyMatch(OTHERS::contains)) {
            throw new IOException("the key file " + file + " is open to other users ("
                    + PosixFilePermissions.toString(permissions) + "): chmod 600 " + file);
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

    /** Reads the key; makes a new random one first when there is no file. */
    static byte[] readOrCreate(Path file) throws IOException {
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
