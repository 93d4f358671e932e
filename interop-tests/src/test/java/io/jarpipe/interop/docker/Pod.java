package io.jarpipe.interop.docker;

import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.SELContext;
import com.github.dockerjava.api.model.Volume;
import io.jarpipe.interop.docker.Engine.Python;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.output.OutputFrame;
import org.testcontainers.containers.wait.strategy.Wait;

/**
 * A sidecar and the Python containers beside it, as {@code compose.yaml} has them: no network, one volume for the
 * socket and the key, one in memory for {@code /dev/shm}. Closing it removes all of them.
 */
final class Pod implements AutoCloseable {
    /** The user of all containers, unless a test says otherwise. */
    static final String USER = "1000:1000";

    static final String RUN = "/run/jarpipe";
    static final String ADDRESS = RUN + "/jarpipe.sock";
    /** The checkout, as all containers see it. */
    static final String CHECKOUT = "/checkout";

    static final String TESTS = CHECKOUT + "/interop-tests/src/test/python";

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final AtomicInteger PODS = new AtomicInteger();
    private static final AtomicInteger CONTAINERS = new AtomicInteger();

    private final String name = "jarpipe-test-" + ProcessHandle.current().pid() + "-" + PODS.incrementAndGet();
    private final List<GenericContainer<?>> containers = new ArrayList<>();

    Pod() {
        Engine.client().createVolumeCmd().withName(volume("run")).exec();
        Engine.client()
                .createVolumeCmd()
                .withName(volume("shm"))
                .withDriverOpts(Map.of("type", "tmpfs", "device", "tmpfs", "o", "size=256m,mode=1777"))
                .exec();
    }

    private String volume(String what) {
        return name + "-" + what;
    }

    /** Starts the daemon as users are told to, with what the tests want besides; returns when it listens. */
    GenericContainer<?> sidecar(String... options) throws IOException, InterruptedException {
        return sidecar(USER, host -> {}, options);
    }

    /** Starts a daemon of another user, or whose container is changed before it is made. */
    GenericContainer<?> sidecar(String user, Consumer<HostConfig> change, String... options)
            throws IOException, InterruptedException {
        String[] command = Stream.concat(Stream.of("serve", "--workers", "/workers"), Stream.of(options))
                .toArray(String[]::new);
        GenericContainer<?> container = container(Engine.image(), "sidecar", user, host -> {
            host.withReadonlyRootfs(true).withCapDrop(Capability.ALL).withSecurityOpts(List.of("no-new-privileges"));
            change.accept(host);
        });
        container
                .withCommand(command)
                .waitingFor(Wait.forLogMessage(".* listening;.*", 1).withStartupTimeout(PATIENCE));
        return start(container);
    }

    /** Starts a container with an interpreter that waits for {@link #exec}, or runs a program. */
    GenericContainer<?> python(Python python, String... command) {
        return python(python, host -> {}, command);
    }

    /** Starts a container with an interpreter that is changed before it is made. */
    GenericContainer<?> python(Python python, Consumer<HostConfig> change, String... command) {
        GenericContainer<?> container = container(python.image(), "python-" + containers.size(), USER, change);
        environment().forEach(container::withEnv);
        container.withCommand(command.length == 0 ? new String[] {"sleep", "infinity"} : command);
        return start(container);
    }

    /** Returns what Python is told, wherever it runs. */
    static Map<String, String> environment() {
        return Map.of(
                "JARPIPE_ADDRESS",
                ADDRESS,
                "TMPDIR",
                RUN,
                "PYTHONDONTWRITEBYTECODE",
                "1",
                "PYTHONPATH",
                CHECKOUT + "/python-client/src:" + TESTS + ":" + TESTS + "/sidecar");
    }

    @SuppressWarnings("resource") // closed with the pod
    private GenericContainer<?> container(String image, String suffix, String user, Consumer<HostConfig> change) {
        GenericContainer<?> container = new GenericContainer<>(image);
        containers.add(container);
        return container.withNetworkMode("none").withCreateContainerCmdModifier(create -> {
            create.withName(name + "-" + suffix).withUser(user);
            HostConfig host = create.getHostConfig();
            host.withBinds(
                    new Bind(volume("run"), new Volume(RUN)),
                    new Bind(volume("shm"), new Volume("/dev/shm"), AccessMode.rw, SELContext.none, true),
                    new Bind(Engine.ROOT.toString(), new Volume(CHECKOUT), AccessMode.ro),
                    new Bind(System.getProperty("jarpipe.workers"), new Volume("/workers"), AccessMode.ro),
                    new Bind(Engine.OUTPUT.toString(), new Volume(Engine.OUTPUT.toString())));
            change.accept(host);
        });
    }

    private static GenericContainer<?> start(GenericContainer<?> container) {
        container.start();
        CONTAINERS.incrementAndGet();
        return container;
    }

    /** Leaves out the volume for {@code /dev/shm}. */
    static HostConfig withoutShm(HostConfig host) {
        return host.withBinds(Stream.of(host.getBinds())
                .filter(bind -> !bind.getVolume().getPath().equals("/dev/shm"))
                .toArray(Bind[]::new));
    }

    /** Waits until the engine's check of a container says that it is healthy. */
    static void awaitHealthy(GenericContainer<?> container) throws Exception {
        Await.until(
                "the container to be healthy",
                () -> "healthy"
                        .equals(Engine.client()
                                .inspectContainerCmd(container.getContainerId())
                                .exec()
                                .getState()
                                .getHealth()
                                .getStatus()));
    }

    /** Starts a container again that was ended. */
    static void startAgain(GenericContainer<?> container) {
        Engine.client().startContainerCmd(container.getContainerId()).exec();
        CONTAINERS.incrementAndGet();
    }

    /** Runs a command in a container and returns what it printed. */
    static String exec(GenericContainer<?> container, String user, String... command)
            throws IOException, InterruptedException {
        ExecResult result = container.execInContainer(org.testcontainers.containers.ExecConfig.builder()
                .user(user)
                .command(command)
                .build());
        return result.getStdout() + result.getStderr();
    }

    /** Returns what the daemon has logged. */
    static String log(GenericContainer<?> container) {
        return container.getLogs(OutputFrame.OutputType.STDERR);
    }

    /** Removes everything, and notes for the report of the build how many containers have been started so far. */
    @Override
    public void close() {
        containers.forEach(GenericContainer::stop);
        for (String what : List.of("run", "shm")) {
            Engine.client().removeVolumeCmd(volume(what)).exec();
        }
        try {
            Files.writeString(Engine.OUTPUT.resolve("containers.txt"), CONTAINERS + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
