package io.jarpipe.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which pipes hold more than usual, and how many. */
final class PipeGrowthTest {
    private static final int F_GETPIPE_SZ = 1032;
    private static final int LONG = 100_000;
    private static final int MOST_GROWN = 64;
    private static final int GROWN = 256 * 1024;

    private final List<Transport> ends = new ArrayList<>();

    @AfterEach
    void close() {
        ends.forEach(Transport::close);
    }

    /** Opens a pipe, and returns its writing end. */
    private Transport open() throws IOException {
        List<Fd> pipe = Sockets.pipe();
        ends.add(Transport.adopt(pipe.get(0), true, false));
        ends.add(Transport.adopt(pipe.get(1), false, true));
        return ends.getLast();
    }

    private Transport used() throws IOException {
        Transport end = open();
        end.allowGrowth();
        for (int i = 0; i < 4; i++) {
            end.expect(LONG);
        }
        return end;
    }

    private static boolean isGrown(Transport end) {
        return Libc.fcntl(end.fd().number(), F_GETPIPE_SZ, 0) == GROWN;
    }

    @Test
    void only_so_many_are_grown_at_a_time() throws IOException {
        List<Transport> grown = new ArrayList<>();
        for (int i = 0; i < MOST_GROWN; i++) {
            grown.add(used());
            assertThat(isGrown(grown.getLast())).as("number %d", i).isTrue();
        }
        assertThat(isGrown(used())).isFalse();
        grown.getFirst().close();
        grown.getFirst().close();
        assertThat(isGrown(used())).as("another one was closed").isTrue();
        assertThat(isGrown(used())).as("it was closed once").isFalse();
    }

    @Test
    void the_other_end_of_one_that_has_grown_is_not_counted() throws IOException {
        for (int i = 0; i < 2 * MOST_GROWN; i++) {
            assertThat(isGrown(used())).isTrue();
            Transport reader = ends.get(ends.size() - 2);
            reader.allowGrowth();
            for (int j = 0; j < 4; j++) {
                reader.expect(LONG);
            }
            ends.getLast().close();
        }
    }

    @Test
    void one_that_was_not_allowed_to_does_not_grow_nor_does_a_socket_fail() throws IOException {
        Transport end = open();
        for (int i = 0; i < 10; i++) {
            end.expect(LONG);
        }
        assertThat(isGrown(end)).isFalse();
        List<Fd> pair = Sockets.socketPair();
        ends.add(Transport.adopt(pair.get(0), true, true));
        ends.add(Transport.adopt(pair.get(1), true, true));
        ends.getLast().allowGrowth();
        for (int i = 0; i < 10; i++) {
            ends.getLast().expect(LONG);
        }
    }
}
