package io.jarpipe.interop.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.command.InspectImageResponse;
import io.jarpipe.interop.SuiteRun;
import io.jarpipe.interop.docker.Engine.Python;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.testcontainers.containers.GenericContainer;

/**
 * Runs Python tests in containers of several interpreters, whose workers are in the sidecar. The tests are those of
 * {@code InteropTest}; they skip what looks into the daemon's process.
 */
class SidecarTest {
    private static final int AT_A_TIME = 2;
    private static final long MEGABYTE = 1_000_000;

    /** Queues, pipes, locks, and what is passed on, on every interpreter. */
    private static final List<String> EVERYWHERE = List.of(
            "test_sidecar",
            "test_start_methods",
            "test_queue",
            "test_joinable_and_simple_rows",
            "test_pipe",
            "test_sync_locks",
            "test_sync_condition",
            "test_sync_event",
            "test_passing_to_java",
            "test_passing_to_python",
            "test_unsharable");
    /** More, on the oldest and the newest. */
    private static final List<String> AT_BOTH_ENDS = List.of(
            "test_queue_rows",
            "test_sync_barrier",
            "test_connection_rows",
            "test_terminate",
            "test_endings",
            "test_fork_objects.AdoptedLockTest",
            "test_fork_objects.RelayTest");

    private static Pod pod;
    private static GenericContainer<?> sidecar;
    private static String firstLog;
    private static ExecutorService runs;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        Engine.assumeAvailable();
        Engine.openToContainers(Engine.OUTPUT.resolve("logs"));
        runs = Executors.newFixedThreadPool(
                AT_A_TIME, Thread.ofPlatform().daemon().factory());
        pod = new Pod();
        sidecar = pod.sidecar("--service", Pod.RUN + "/echo.sock=io.jarpipe.interop.ServiceWorkers::echo");
        firstLog = Pod.log(sidecar);
    }

    @AfterAll
    static void stop() {
        if (pod != null) {
            runs.shutdownNow();
            pod.close();
        }
    }

    @Test
    void image_is_small_and_has_its_parts() throws Exception {
        InspectImageResponse image =
                Engine.client().inspectImageCmd(Engine.image()).exec();
        assertThat(image.getSize()).isLessThan(200 * MEGABYTE);
        assertThat(image.getConfig().getUser()).isEqualTo("1000:1000");
        assertThat(image.getConfig().getLabels()).containsEntry("org.opencontainers.image.title", "jarpipe");
        assertThat(Pod.exec(sidecar, Pod.USER, "cat", "/opt/jarpipe/lib/jarpipe.cdx.json"))
                .contains("\"bomFormat\" : \"CycloneDX\"", "pkg:maven/io.netty/netty-transport@");
        // What was made at build time is really used: both files are mapped by the JVM.
        assertThat(Pod.exec(sidecar, Pod.USER, "cat", "/proc/1/maps"))
                .contains("/opt/jarpipe/lib/jarpipe.aot", "/opt/jarpipe/runtime/lib/libnetty_transport_native_epoll");
        assertThat(firstLog).doesNotContain("WARNING").contains("listening");
        Pod.awaitHealthy(sidecar);
    }

    @TestFactory
    Stream<DynamicContainer> interop() {
        List<Python> pythons = Engine.pythons();
        List<SuiteRun> started = new ArrayList<>();
        for (Python python : pythons) {
            boolean atAnEnd = python.equals(pythons.getFirst()) || python.equals(pythons.getLast());
            SuiteRun run = suiteRun(python, atAnEnd);
            runs.execute(run);
            started.add(run);
        }
        return started.stream().map(SidecarTest::container);
    }

    private static SuiteRun suiteRun(Python python, boolean all) {
        GenericContainer<?> container = pod.python(python);
        Path log = Engine.OUTPUT.resolve("logs").resolve(python.toString().replaceAll("[^A-Za-z0-9.]+", "-") + ".log");
        List<String> command = new ArrayList<>(
                List.of("docker", "exec", container.getContainerId(), python.executable(), "-X", "dev", "-W", "error"));
        command.addAll(List.of(Pod.TESTS + "/runner.py", "--log", log.toString()));
        command.addAll(List.of("--evidence", Engine.OUTPUT.resolve("failures").toString()));
        command.addAll(EVERYWHERE);
        if (all) {
            command.addAll(AT_BOTH_ENDS);
        }
        return new SuiteRun(command, Map.of(), log);
    }

    private static DynamicContainer container(SuiteRun run) {
        String interpreter = "in a container: CPython " + run.version();
        return DynamicContainer.dynamicContainer(
                interpreter,
                run.plan().stream()
                        .map(test -> DynamicTest.dynamicTest(
                                test, () -> run.outcome(test).replay(interpreter + " > " + test))));
    }
}
