package io.jarpipe.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.jarpipe.testing.Pythons;
import io.jarpipe.testing.Pythons.Python;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs the Python tests on every interpreter of this machine and shows each of them as a test of its own.
 *
 * <p>The tests are CPython's own {@code unittest}; {@code runner.py} runs them in one process per interpreter. Two
 * interpreters work ahead at a time while the results are read in order.
 */
class InteropTest {
    private static final int AT_A_TIME = 2;
    /**
     * What no behaviour may depend on: waits that always or never linger, and items taken in advance. Each is forced
     * for all tests of one interpreter, if there are enough of them.
     */
    private static final List<String> EXTREMES =
            List.of("-Djarpipe.linger=always", "-Djarpipe.linger=never", "-Djarpipe.prefetch=64");

    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final Path TESTS = Path.of("src", "test", "python").toAbsolutePath();

    private static final Map<Integer, String> VERSIONS = new TreeMap<>();
    private static final Map<Integer, Map<String, Integer>> COUNTS = new TreeMap<>();
    private static ExecutorService runs;

    @BeforeAll
    static void findInterpreters() throws IOException {
        List<Python> pythons = Pythons.all();
        assertThat(pythons)
                .as("CPython 3.8 or newer: as python3.N on PATH, or named in JARPIPE_PYTHONS")
                .isNotEmpty();
        pythons.forEach(python -> System.out.println("tests run on " + python + ": " + python.executable()));
        deleteTree(TARGET.resolve("failures"));
        runs = Executors.newFixedThreadPool(
                AT_A_TIME, Thread.ofPlatform().daemon().factory());
    }

    private static void deleteTree(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> tree = Files.walk(folder)) {
                for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    @AfterAll
    static void report() throws IOException {
        runs.shutdownNow();
        List<String> lines = new ArrayList<>();
        COUNTS.forEach((minor, counts) -> lines.add("CPython " + VERSIONS.get(minor) + ": "
                + counts.values().stream().mapToInt(Integer::intValue).sum() + " tests"));
        Files.write(TARGET.resolve("interpreters.txt"), lines);
        lines.forEach(System.out::println);
    }

    /** Workers and peers on queues, pipes and locks: the packaged daemon with unmodified CPython. */
    @TestFactory
    Stream<DynamicContainer> interop() {
        return containers("interop", List.of("--start", TESTS.toString()));
    }

    /** The Python package's own tests. */
    @TestFactory
    Stream<DynamicContainer> client() {
        Path project = TestEnvironment.CLIENT_SOURCES.getParent();
        return containers(
                "client", List.of("--start", project.resolve("tests").toString(), "--top", project.toString()));
    }

    private static Stream<DynamicContainer> containers(String suite, List<String> arguments) {
        List<Map.Entry<Python, SuiteRun>> started = new ArrayList<>();
        for (Python python : Pythons.all()) {
            SuiteRun run = suiteRun(python, suite, arguments);
            runs.execute(run);
            started.add(Map.entry(python, run));
        }
        // A stream is consumed lazily: each interpreter is waited for when its turn has come.
        return started.stream().map(entry -> container(suite, entry.getKey(), entry.getValue()));
    }

    private static SuiteRun suiteRun(Python python, String suite, List<String> arguments) {
        String label = suite + "-3." + python.minor();
        List<String> command = new ArrayList<>(List.of(python.executable().toString(), "-X", "dev", "-W", "error"));
        Path log = TARGET.resolve("logs").resolve(label + ".log");
        Collections.addAll(command, TESTS.resolve("runner.py").toString(), "--log", log.toString());
        Collections.addAll(command, "--evidence", TARGET.resolve("failures").toString());
        command.addAll(arguments);
        Map<String, String> environment = new HashMap<>(TestEnvironment.variables());
        environment.put("JARPIPE_TEST_HUGE", giants(python));
        environment.merge("JARPIPE_JAVA_OPTIONS", extreme(python), (usual, forced) -> usual + " " + forced);
        return new SuiteRun(command, environment, log);
    }

    /** Messages of gigabytes take long: says which tests of them an interpreter runs, if any. */
    private static String giants(Python python) {
        List<Python> all = Pythons.all();
        if (System.getenv("JARPIPE_TEST_HUGE") != null) {
            return python.equals(all.getFirst()) || python.equals(all.getLast()) ? "all" : "";
        }
        return python.equals(all.getFirst()) ? "some" : "";
    }

    /** Says what is forced for an interpreter, if anything; the first and the last one run with what users have. */
    private static String extreme(Python python) {
        List<Python> all = Pythons.all();
        int place = all.indexOf(python) - 1;
        return place >= 0 && place < Math.min(EXTREMES.size(), all.size() - 2) ? EXTREMES.get(place) : "";
    }

    private static DynamicContainer container(String suite, Python python, SuiteRun run) {
        VERSIONS.put(python.minor(), (run.version() + " " + extreme(python)).strip());
        COUNTS.computeIfAbsent(python.minor(), minor -> new TreeMap<>())
                .put(suite, run.plan().size());
        String interpreter = "CPython " + run.version();
        return DynamicContainer.dynamicContainer(
                interpreter,
                run.plan().stream()
                        .map(test -> DynamicTest.dynamicTest(
                                test, () -> run.outcome(test).replay(interpreter + " > " + test))));
    }
}
