package io.jarpipe.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.jarpipe.testing.Pythons;
import io.jarpipe.testing.Pythons.Python;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Tries every cell of the matrix with every interpreter of this machine ({@code matrix.py}), and compares what is seen
 * with the table that is kept in {@code docs/matrix.md}. Prints the table; {@code target/matrix.md} has what was seen,
 * to be copied after a change that is meant.
 */
class MatrixTest {
    private static final int AT_A_TIME = 2;
    private static final String NOT_HERE = "not here";

    private static final Path SCRIPT =
            Path.of("src", "test", "python", "matrix.py").toAbsolutePath();
    private static final Path TARGET = Path.of("target").toAbsolutePath();

    /** What was seen, by minor version. */
    private static final Map<Integer, Map<MatrixTable.Row, String>> SEEN = new TreeMap<>();

    private static MatrixTable expected;
    private static ExecutorService runs;

    @BeforeAll
    static void readTable() throws IOException {
        expected = MatrixTable.read(TARGET.resolve("../../docs/matrix.md").normalize());
        runs = Executors.newFixedThreadPool(
                AT_A_TIME, Thread.ofPlatform().daemon().factory());
    }

    @AfterAll
    static void report() throws IOException {
        runs.shutdownNow();
        expected.with(SEEN, TARGET.resolve("matrix.md"));
        System.out.println("The matrix, as seen here (docs/matrix.md):");
        expected.compared(SEEN, NOT_HERE).forEach(System.out::println);
    }

    @TestFactory
    Stream<DynamicTest> every_cell_is_as_the_table_says() {
        Map<Python, Future<Map<MatrixTable.Row, String>>> started =
                new TreeMap<>((one, other) -> Integer.compare(one.minor(), other.minor()));
        for (Python python : Pythons.all()) {
            Callable<Map<MatrixTable.Row, String>> run = () -> tryAll(python);
            started.put(python, runs.submit(run));
        }
        return started.entrySet().stream()
                .map(run -> DynamicTest.dynamicTest(
                        run.getKey().toString(), () -> compare(run.getKey().minor(), get(run.getValue()))));
    }

    private static Map<MatrixTable.Row, String> get(Future<Map<MatrixTable.Row, String>> run) throws Exception {
        try {
            return run.get();
        } catch (ExecutionException e) {
            throw new IOException("the matrix could not be tried", e.getCause());
        }
    }

    private static void compare(int minor, Map<MatrixTable.Row, String> seen) {
        assertThat(seen).isNotEmpty();
        SEEN.put(minor, seen);
        assertThat(seen).as("seen by CPython 3.%d", minor).isEqualTo(expected.column(minor));
    }

    private static Map<MatrixTable.Row, String> tryAll(Python python) throws IOException, InterruptedException {
        Path log = TARGET.resolve("logs").resolve("matrix-3." + python.minor() + ".log");
        Files.createDirectories(log.getParent());
        Map<MatrixTable.Row, String> seen = new TreeMap<>();
        List<String> command = List.of(python.executable().toString(), SCRIPT.toString(), "--log", log.toString());
        try (RunnerProcess runner = RunnerProcess.start(command, TestEnvironment.variables())) {
            for (List<String> cell = runner.next(); !cell.isEmpty(); cell = runner.next()) {
                seen.put(MatrixTable.Row.of(cell), cell.getLast());
            }
            assertThat(runner.exitStatus())
                    .as("exit status of matrix.py; its output is in %s", log)
                    .isZero();
        }
        return seen;
    }
}
