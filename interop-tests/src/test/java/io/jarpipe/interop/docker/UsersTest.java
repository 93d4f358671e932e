package io.jarpipe.interop.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import io.jarpipe.interop.docker.Engine.Python;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;

/** Containers whose users differ, and other ways of sharing {@code /dev/shm}. */
class UsersTest {
    private static final String STRANGER = "1001:1001";
    private static final String ROOT = "0:0";

    private static Python python;

    @BeforeAll
    static void assumeDocker() {
        Engine.assumeAvailable();
        python = Engine.pythons().getFirst();
    }

    private static String hello(GenericContainer<?> container, String user, String... variables)
            throws IOException, InterruptedException {
        String[] command = new String[variables.length + 3];
        command[0] = "env";
        System.arraycopy(variables, 0, command, 1, variables.length);
        command[variables.length + 1] = python.executable();
        command[variables.length + 2] = Pod.TESTS + "/sidecar/hello.py";
        return Pod.exec(container, user, command).strip();
    }

    @Test
    void others_are_refused_one_barrier_after_the_other() throws IOException, InterruptedException {
        try (Pod pod = new Pod()) {
            GenericContainer<?> sidecar = pod.sidecar();
            GenericContainer<?> container = pod.python(python);
            assertThat(hello(container, Pod.USER)).isEqualTo("works");

            // The folder and the socket are the daemon's user's alone.
            assertThat(hello(container, STRANGER))
                    .startsWith("DaemonUnavailable: the daemon at " + Pod.ADDRESS + " may not be used by user 1001:")
                    .contains("Run the program and the daemon as the same user");

            // The kernel tells the daemon who connects.
            Pod.exec(sidecar, Pod.USER, "chmod", "711", Pod.RUN);
            Pod.exec(sidecar, Pod.USER, "chmod", "666", Pod.ADDRESS);
            assertThat(hello(container, STRANGER, "HELLO_KEY=" + key(sidecar, Pod.USER)))
                    .startsWith("AuthenticationFailed: the daemon at " + Pod.ADDRESS + " hung up on user 1001:")
                    .contains("--allow-uid");
            assertThat(Pod.log(sidecar)).contains("of user 1001: start the daemon with --allow-uid 1001");

            // Root gets through, but its pipes are closed to a daemon that is not.
            assertThat(hello(container, ROOT))
                    .startsWith("StartError: the process could not be started: a pipe of another user cannot be used:")
                    .contains("run the daemon as the user that runs the Python program");
        }
    }

    @Test
    void daemon_of_root_serves_a_user_who_is_named() throws IOException, InterruptedException {
        try (Pod pod = new Pod()) {
            GenericContainer<?> sidecar = pod.sidecar(ROOT, UsersTest::asRoot, "--allow-uid", "1001");
            Pod.exec(sidecar, Pod.USER, "chmod", "711", Pod.RUN);
            Pod.exec(sidecar, ROOT, "chmod", "666", Pod.ADDRESS);
            GenericContainer<?> container = pod.python(python);
            assertThat(hello(container, STRANGER, "HELLO_KEY=" + key(sidecar, ROOT)))
                    .isEqualTo("works");
            assertThat(hello(container, Pod.USER, "HELLO_KEY=" + key(sidecar, ROOT)))
                    .startsWith("AuthenticationFailed: the daemon at " + Pod.ADDRESS + " hung up on user 1000:");
        }
    }

    /** To open pipes and semaphores of others takes this capability, not the user's number. */
    private static void asRoot(HostConfig host) {
        host.withCapDrop(Capability.ALL).withCapAdd(Capability.DAC_OVERRIDE);
    }

    private static String key(GenericContainer<?> sidecar, String user) throws IOException, InterruptedException {
        return Pod.exec(sidecar, user, "cat", Pod.ADDRESS + ".key").strip();
    }

    @Test
    void shareable_ipc_serves_until_its_owner_is_started_again() throws Exception {
        try (Pod pod = new Pod()) {
            GenericContainer<?> sidecar =
                    pod.sidecar(Pod.USER, host -> Pod.withoutShm(host).withIpcMode("shareable"));
            GenericContainer<?> container = pod.python(
                    python, host -> Pod.withoutShm(host).withIpcMode("container:" + sidecar.getContainerId()));
            assertThat(hello(container, Pod.USER)).isEqualTo("works");

            // The engine gives the owner a new /dev/shm, and leaves the old one to the others.
            Engine.client()
                    .restartContainerCmd(sidecar.getContainerId())
                    .withTimeout(5)
                    .exec();
            Pod.awaitHealthy(sidecar);
            assertThat(hello(container, Pod.USER)).startsWith("VanishedError:").contains("/dev/shm");
        }
    }
}
