package io.jarpipe.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeyFileTest {
    @TempDir
    private Path folder;

    private Path write(String content, String permissions) throws IOException {
        Path file = Files.writeString(folder.resolve("key"), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    @Test
    void makes_a_random_key_for_its_owner_alone_and_keeps_it() throws Exception {
        Path file = folder.resolve("made");
        byte[] key = KeyFile.readOrCreate(file);
        assertThat(key).hasSize(64).isEqualTo(KeyFile.readOrCreate(file)).isEqualTo(KeyFile.read(file));
        assertThat(Files.readString(file)).endsWith("\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(KeyFile.readOrCreate(folder.resolve("other"))).isNotEqualTo(key);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void takes_the_content_without_the_line_end() throws Exception {
        assertThat(KeyFile.read(write(" secret \r\n", "rw-------")))
                .isEqualTo(" secret ".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void refuses_a_file_that_others_can_read_or_that_holds_no_key() throws Exception {
        assertThatThrownBy(() -> KeyFile.read(write("secret", "rw-r-----"))).hasMessageContaining("chmod 600");
        assertThatThrownBy(() -> KeyFile.read(write("\n", "rw-------"))).hasMessageContaining("is empty");
        assertThatThrownBy(() -> KeyFile.read(folder.resolve("none"))).hasMessageContaining("JARPIPE_AUTHKEY_FILE");
    }

    @Test
    void never_says_the_key() throws Exception {
        assertThatThrownBy(() -> KeyFile.read(write("secret", "rw-rw-rw-")))
                .satisfies(e -> assertThat(e.toString()).doesNotContain("secret"));
    }

    @Test
    void refuses_a_file_of_another_user() throws Exception {
        assumeTrue(Files.getAttribute(folder, "unix:uid").equals(0), "only root can give a file away");
        Path file = write("secret", "rw-------");
        Files.setAttribute(file, "unix:uid", 65534);
        assertThatThrownBy(() -> KeyFile.read(file)).hasMessageContaining("belongs to user 65534");
    }

    @Test
    void refuses_what_is_no_file() {
        assertThatThrownBy(() -> KeyFile.read(folder)).hasMessageContaining("no regular file");
    }
}
