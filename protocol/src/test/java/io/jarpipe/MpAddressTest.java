package io.jarpipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MpAddressTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"/run/x.sock", "x.sock", "./x:1", "/tmp/a:80", "dir/localhost:80", "host:123456", "C:", ":80"})
    void anything_else_is_a_path(String text) {
        assertThat(MpAddress.of(text)).isEqualTo(new MpAddress.UnixPath(Path.of(text)));
        assertThat(MpAddress.of(text)).hasToString(Path.of(text).toString());
    }

    @Test
    void at_sign_or_zero_byte_means_abstract() {
        assertThat(MpAddress.of("@name"))
                .isEqualTo(new MpAddress.Abstract("name"))
                .hasToString("@name");
        assertThat(MpAddress.of("\0name")).isEqualTo(new MpAddress.Abstract("name"));
        assertThat(MpAddress.of("@a:80")).isEqualTo(new MpAddress.Abstract("a:80"));
        assertThat(MpAddress.arbitrary()).isInstanceOf(MpAddress.Abstract.class).isNotEqualTo(MpAddress.arbitrary());
    }

    @Test
    void host_and_port_mean_tcp() {
        assertThat(MpAddress.of("localhost:5000"))
                .isEqualTo(new MpAddress.Tcp("localhost", 5000))
                .hasToString("localhost:5000");
        assertThat(MpAddress.of("tcp://127.0.0.1:0")).isEqualTo(new MpAddress.Tcp("127.0.0.1", 0));
        assertThat(MpAddress.of("tcp://[::1]:65535"))
                .isEqualTo(new MpAddress.Tcp("::1", 65535))
                .hasToString("[::1]:65535");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "@", "tcp://", "tcp://host", "tcp://:80", "localhost:65536", "/", "tcp://host/x:1"})
    void refuses_what_is_no_address(String text) {
        assertThatThrownBy(() -> MpAddress.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text)
                .hasMessageContaining("expected");
    }
}
