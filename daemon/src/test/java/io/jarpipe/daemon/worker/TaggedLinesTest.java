package io.jarpipe.daemon.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TaggedLinesTest {
    private final List<String> writes = new ArrayList<>();
    private final TaggedLines lines = new TaggedLines("[w] ".getBytes(StandardCharsets.US_ASCII), new OutputStream() {
        @Override
        public void write(int oneByte) {
            throw new AssertionError("lines are written as a whole");
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            writes.add(new String(bytes, offset, length, StandardCharsets.UTF_8));
        }
    });

    private void print(String text) throws IOException {
        lines.write(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void writes_each_line_at_once_with_its_tag() throws Exception {
        print("a");
        print("b\n");
        print("c\nd\n");
        assertThat(writes).containsExactly("[w] ab\n", "[w] c\n[w] d\n");
    }

    @Test
    void keeps_an_unfinished_line_until_the_end() throws Exception {
        print("half");
        assertThat(writes).isEmpty();
        lines.finish();
        lines.finish();
        assertThat(writes).containsExactly("[w] half\n");
    }

    @Test
    void does_not_collect_a_line_without_end() throws Exception {
        print("x".repeat(100_000));
        assertThat(writes).hasSize(1);
    }

    @Test
    void tags_an_empty_line_too() throws Exception {
        print("\n");
        assertThat(writes).containsExactly("[w] \n");
    }
}
