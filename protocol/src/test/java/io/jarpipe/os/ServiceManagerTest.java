package io.jarpipe.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.PosixException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServiceManagerTest {
    @TempDir
    private Path folder;

    @Test
    void is_not_there_unless_the_environment_says_so() {
        assertThat(ServiceManager.of(Map.of())).isEmpty();
        assertThat(ServiceManager.of(Map.of("NOTIFY_SOCKET", ""))).isEmpty();
        assertThat(ServiceManager.of(Map.of("NOTIFY_SOCKET", "/run/x"))).isPresent();
        assertThat(ServiceManager.of(Map.of("NOTIFY_SOCKET", "@x"))).isPresent();
    }

    @Test
    void reports_a_manager_that_does_not_listen() {
        ServiceManager gone = ServiceManager.of(
                        Map.of("NOTIFY_SOCKET", folder.resolve("none").toString()))
                .orElseThrow();
        assertThatThrownBy(() -> gone.tell("READY=1"))
                .isInstanceOfSatisfying(
                        PosixException.class, e -> assertThat(e.errnoName()).isEqualTo("ENOENT"));
    }
}
