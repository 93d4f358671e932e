package io.jarpipe.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigFileTest {
    @TempDir
    private Path folder;

    private List<ConfigFile.Entry> read(String content) throws IOException {
        return ConfigFile.read(Files.writeString(folder.resolve("file"), content));
    }

    @Test
    void knows_the_line_of_each_entry() throws Exception {
        assertThat(read("# comment\n\na = 1\nb:2\n   # another\n\nc = x, \\\n  y, \\\n  # no comment\nd=\n\n"))
                .containsExactly(
                        new ConfigFile.Entry(3, "a", "1"),
                        new ConfigFile.Entry(4, "b", "2"),
                        new ConfigFile.Entry(7, "c", "x, y, # no comment"),
                        new ConfigFile.Entry(10, "d", ""));
    }

    @Test
    void knows_the_line_of_the_last_entry_without_a_line_end() throws Exception {
        assertThat(read("a=1\n\nb=2")).extracting(ConfigFile.Entry::line).containsExactly(1, 3);
        assertThat(read("a=1\\\n2")).containsExactly(new ConfigFile.Entry(1, "a", "12"));
    }

    @Test
    void keeps_every_occurrence_of_a_key() throws Exception {
        assertThat(read("a=1\na=2\n")).extracting(ConfigFile.Entry::value).containsExactly("1", "2");
    }

    @Test
    void reads_lines_longer_than_any_buffer() throws Exception {
        String longValue = "x".repeat(50_000);
        assertThat(read("a=" + longValue + "\nb=1\n"))
                .containsExactly(new ConfigFile.Entry(1, "a", longValue), new ConfigFile.Entry(2, "b", "1"));
    }

    @Test
    void says_what_is_wrong_with_a_file() throws Exception {
        assertThatThrownBy(() -> ConfigFile.read(folder.resolve("none"))).hasMessageContaining("does not exist");
        assertThatThrownBy(() -> read("a=\\u12\n")).hasMessageContaining("hexadecimal");
        Path latin = Files.write(folder.resolve("latin"), "a=é".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> ConfigFile.read(latin)).hasMessageContaining("not in UTF-8");
    }
}
