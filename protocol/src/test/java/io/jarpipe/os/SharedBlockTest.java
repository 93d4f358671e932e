package io.jarpipe.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.testing.NoLeaks;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoLeaks.class)
final class SharedBlockTest {
    private static final int PAGE = 4096;

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void create() throws IOException {
        file = folder.resolve("arena");
        Files.write(file, new byte[PAGE]);
    }

    /** Opens the file as a descriptor of its own, with the number that the JVM's stream has. */
    private Fd open() throws IOException {
        try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
            return Fd.duplicate(numberOf(opened));
        }
    }

    private int numberOf(RandomAccessFile opened) throws IOException {
        assertThat(opened.getFD().valid()).isTrue();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .filter(this::isFile)
                    .mapToInt(path -> Integer.parseInt(path.getFileName().toString()))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private boolean isFile(Path descriptor) {
        try {
            return Files.isSymbolicLink(descriptor)
                    && Files.readSymbolicLink(descriptor).equals(file);
        } catch (IOException e) {
            return false; // the descriptor of the listing
        }
    }

    @Test
    void others_see_what_is_written() throws Exception {
        SharedBlock.Place place = new SharedBlock.Place(PAGE, 4000, 4016);
        try (SharedBlock one = SharedBlock.map(open(), place);
                SharedBlock other = SharedBlock.map(one.duplicateForOthers(), place)) {
            one.set(12, -2);
            assertThat(other.get(12)).isEqualTo(-2);
            assertThat(Files.readAllBytes(file)[4012]).isEqualTo((byte) -2);
        }
    }

    @Test
    void keeps_within_its_bounds() throws Exception {
        try (SharedBlock block = SharedBlock.map(open(), new SharedBlock.Place(PAGE, 8, 16))) {
            for (long offset : new long[] {-4, 8, 5000}) {
                assertThatThrownBy(() -> block.get(offset)).isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> block.set(offset, 1)).isInstanceOf(IndexOutOfBoundsException.class);
            }
        }
    }

    @Test
    void refuses_what_is_not_there() throws Exception {
        for (long[] bad : new long[][] {{-8, 8}, {2, 10}, {8, 8}, {16, 8}, {PAGE - 8, PAGE + 8}}) {
            assertThatThrownBy(() -> new SharedBlock.Place(PAGE, bad[0], bad[1]))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        Fd fd = open();
        assertThatThrownBy(() -> SharedBlock.map(fd, new SharedBlock.Place(2 * PAGE, PAGE, PAGE + 8)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has 4096 bytes");
        assertThat(Files.size(file)).isEqualTo(PAGE);
        assertThat(fd.isClosed()).isTrue();
    }

    @Test
    void is_unusable_after_the_close() throws Exception {
        SharedBlock block = SharedBlock.map(open(), new SharedBlock.Place(PAGE, 0, 8));
        block.close();
        block.close();
        assertThatThrownBy(() -> block.get(0)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> block.set(0, 1)).isInstanceOf(ClosedChannelException.class);
    }
}
