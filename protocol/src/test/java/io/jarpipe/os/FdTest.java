package io.jarpipe.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.PosixException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FdTest {
    private static boolean isOpen(Fd fd) {
        return Files.exists(Path.of("/proc/self/fd/" + fd.number()), java.nio.file.LinkOption.NOFOLLOW_LINKS);
    }

    @Test
    void closes_once_and_refuses_use_afterwards() throws Exception {
        List<Fd> pipe = Sockets.pipe();
        Fd fd = pipe.get(0);
        fd.close();
        assertThat(isOpen(fd)).isFalse();
        fd.close();
        assertThatThrownBy(fd::begin).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(fd::duplicate).isInstanceOf(ClosedChannelException.class);
        pipe.get(1).close();
    }

    @Test
    void stays_open_until_the_call_that_uses_it_has_ended() throws Exception {
        List<Fd> pipe = Sockets.pipe();
        Fd fd = pipe.get(0);
        fd.begin();
        fd.close();
        assertThat(fd.isClosed()).isTrue();
        assertThat(isOpen(fd)).isTrue();
        fd.end();
        assertThat(isOpen(fd)).isFalse();
        pipe.get(1).close();
    }

    @Test
    void refuses_a_number_that_is_not_open() {
        assertThatThrownBy(() -> Fd.own(1_000_000))
                .isInstanceOfSatisfying(
                        PosixException.class, e -> assertThat(e.errnoName()).isEqualTo("EBADF"));
    }
}
