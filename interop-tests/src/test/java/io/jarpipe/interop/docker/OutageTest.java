package io.jarpipe.interop.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;

/**
 * Ends, stops and freezes one container after the other under load, and starts it again: the rest goes on, and whoever
 * lost something says what. The programs are {@code load.py}; their logs are in {@code target/docker/load}.
 */
class OutageTest {
    private static final Path FOLDER = Engine.OUTPUT.resolve("load");
    private static final Path REPORT = Engine.OUTPUT.resolve("outages.txt");
    private static final List<String> ROWS = new ArrayList<>();

    private static Pod pod;
    private static GenericContainer<?> sidecar;
    private static Program first;
    private static Program second;

    /** A container that runs {@code load.py}. */
    private record Program(String name, GenericContainer<?> container) {
        private Path log() {
            return FOLDER.resolve(name + ".log");
        }

        private List<String> lines() throws IOException {
            return Files.exists(log()) ? Files.readAllLines(log()) : List.of();
        }

        /** Waits until it has got answers that it did not have before the call. */
        void awaitProgress() throws Exception {
            awaitLine("answered", lines().size());
        }

        /** Waits for a line behind the first ones, and returns it. */
        String awaitLine(String beginning, int behind) throws Exception {
            Await.until(
                    name + " to say '" + beginning + "'",
                    () -> lines().stream().skip(behind).anyMatch(line -> line.startsWith(beginning)));
            return lines().stream()
                    .skip(behind)
                    .filter(line -> line.startsWith(beginning))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @BeforeAll
    static void start() throws Exception {
        Engine.assumeAvailable();
        Engine.openToContainers(FOLDER);
        try (Stream<Path> old = Files.list(FOLDER)) {
            for (Path path : old.toList()) {
                Files.delete(path);
            }
        }
        pod = new Pod();
        sidecar = pod.sidecar("--grace", "1");
        first = program("first", Engine.pythons().getFirst());
        second = program("second", Engine.pythons().getLast());
    }

    private static Program program(String name, Engine.Python python) {
        return new Program(
                name, pod.python(python, python.executable(), Pod.TESTS + "/sidecar/load.py", name, FOLDER.toString()));
    }

    @AfterAll
    static void stop() throws Exception {
        if (pod == null) {
            return;
        }
        try {
            Files.createFile(FOLDER.resolve("stop"));
            for (Program program : List.of(first, second)) {
                String done = program.awaitLine("done", 0);
                ROWS.add(program.name() + ": " + done);
                assertThat(done).endsWith("wrong 0");
            }
        } finally {
            pod.close();
            Files.write(REPORT, ROWS);
            ROWS.forEach(row -> System.out.println("outage: " + row));
        }
    }

    private static void command(Consumer<DockerClient> command) {
        command.accept(Engine.client());
    }

    @Test
    void killed_program_takes_its_workers_along_and_no_others() throws Exception {
        kill(first, second);
        kill(second, first);
    }

    private static void kill(Program killed, Program other) throws Exception {
        killed.awaitProgress();
        int logged = Pod.log(sidecar).length();
        command(docker ->
                docker.killContainerCmd(killed.container().getContainerId()).exec());
        Await.until("its workers to end", () -> !ps().contains(killed.name() + "-"));
        assertThat(ps()).contains(other.name() + "-0", other.name() + "-1");
        other.awaitProgress();
        String said = Pod.log(sidecar).substring(logged).strip();
        ROWS.add("kill -9 of " + killed.name() + "; the daemon says: "
                + (said.isEmpty() ? "nothing" : said.replace("\n", "; ")));
        Pod.startAgain(killed.container());
        killed.awaitProgress();
    }

    private static String ps() throws IOException, InterruptedException {
        return Pod.exec(sidecar, Pod.USER, "jarpipe", "ps");
    }

    @Test
    void killed_daemon_is_found_again_by_the_programs_that_ran() throws Exception {
        withoutSidecar(
                "kill -9 of the sidecar",
                docker -> docker.killContainerCmd(sidecar.getContainerId()).exec(),
                "255");
    }

    @Test
    void stopped_daemon_is_found_again_by_the_programs_that_ran() throws Exception {
        withoutSidecar(
                "SIGTERM to the sidecar",
                docker -> docker.stopContainerCmd(sidecar.getContainerId())
                        .withTimeout(20)
                        .exec(),
                "-15");
    }

    private static void withoutSidecar(String what, Consumer<DockerClient> end, String exitCode) throws Exception {
        first.awaitProgress();
        second.awaitProgress();
        int before = first.lines().size();
        int beforeOfSecond = second.lines().size();
        command(end);
        Pod.startAgain(sidecar);
        assertResumes(what, first, before, exitCode);
        assertResumes(what, second, beforeOfSecond, exitCode);
    }

    private static void assertResumes(String what, Program program, int before, String exitCode) throws Exception {
        String lost = program.awaitLine("lost", before);
        assertThat(lost).containsPattern("exitcodes \\[(.*, )?" + exitCode + "[,\\]].* in flight: ");
        String resumed = program.awaitLine("resumed", before);
        ROWS.add(what + "; " + program.name() + ": " + lost + "; " + resumed);
        program.awaitProgress();
    }

    @Test
    void frozen_containers_lose_nothing() throws Exception {
        int before = first.lines().size();
        int beforeOfSecond = second.lines().size();
        freeze(sidecar, List.of());
        freeze(first.container(), List.of(second));
        freeze(second.container(), List.of(first));
        assertOnlyAnswers(first, before);
        assertOnlyAnswers(second, beforeOfSecond);
        ROWS.add("freezing each container in turn: nothing lost, the others went on");
    }

    private static void freeze(GenericContainer<?> frozen, List<Program> others) throws Exception {
        first.awaitProgress();
        second.awaitProgress();
        command(docker -> docker.pauseContainerCmd(frozen.getContainerId()).exec());
        for (Program other : others) {
            other.awaitProgress();
        }
        command(docker -> docker.unpauseContainerCmd(frozen.getContainerId()).exec());
        first.awaitProgress();
        second.awaitProgress();
    }

    private static void assertOnlyAnswers(Program program, int behind) throws IOException {
        assertThat(program.lines().stream().skip(behind)).allMatch(line -> line.startsWith("answered"));
    }
}
