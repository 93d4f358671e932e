package io.jarpipe.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Runs the command with a script in the place of the benchmark that writes down what it is told. */
final class BenchCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter errors = new StringWriter();

    private int bench(Path benchmarks, String... arguments) {
        CommandLine commands = JarpipeCommand.commandLine();
        commands.setErr(new PrintWriter(errors));
        List<String> all = new ArrayList<>(List.of("bench", "--benchmarks", benchmarks.toString()));
        all.addAll(List.of(arguments));
        return commands.execute(all.toArray(String[]::new));
    }

    private void script(String permissions) throws IOException {
        Path script = Files.writeString(
                folder.resolve("bench"),
                "#!/bin/sh\nprintf '%s\\n' \"$PYTHON\" \"$JARPIPE_JAR\" \"$@\" >\"$0.told\"\nexit 3\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString(permissions));
    }

    private List<String> told() throws IOException {
        return Files.readAllLines(folder.resolve("bench.told"));
    }

    @Test
    void passes_everything_on_and_ends_as_the_benchmark_does() throws Exception {
        script("rwxr-xr-x");
        int code = bench(
                folder,
                "--quick",
                "--rounds",
                "3",
                "--seconds",
                "0.5",
                "--report",
                "a folder",
                "--json",
                "a.json",
                "--python",
                "python3.8",
                "pipes",
                "large");
        assertThat(code).isEqualTo(3);
        assertThat(told())
                .startsWith("python3.8")
                .endsWith(
                        "--quick",
                        "--rounds",
                        "3",
                        "--seconds",
                        "0.5",
                        "--report",
                        "a folder",
                        "--json",
                        "a.json",
                        "pipes",
                        "large");
        assertThat(Path.of(told().get(1))).as("what is measured").exists();
    }

    @Test
    void passes_on_two_files_to_compare_and_nothing_that_was_not_said() throws Exception {
        script("rwxr-xr-x");
        assertThat(bench(folder, "--compare", "a.json", "b.json")).isEqualTo(3);
        assertThat(told().subList(2, told().size())).containsExactly("--compare", "a.json", "b.json");
        assertThat(bench(folder)).isEqualTo(3);
        assertThat(told()).hasSize(2);
    }

    @Test
    void says_where_a_benchmark_can_be_had_if_there_is_none() throws Exception {
        for (Path benchmarks : List.of(folder.resolve("missing"), folder)) {
            assertThat(bench(benchmarks)).isEqualTo(1);
        }
        script("rw-r--r--");
        assertThat(bench(folder)).isEqualTo(1);
        assertThat(errors.toString())
                .contains("jarpipe: there is no " + folder.resolve("missing/bench"))
                .contains("part of a checkout", "JARPIPE_BENCHMARKS")
                .hasLineCount(3);
    }

    @Test
    void refuses_what_makes_no_sense() throws Exception {
        script("rwxr-xr-x");
        assertThat(bench(folder, "--rounds", "few")).isEqualTo(2);
        assertThat(bench(folder, "--compare", "a.json")).isEqualTo(2);
        assertThat(bench(folder, "--nonsense")).isEqualTo(2);
        assertThat(folder.resolve("bench.told")).doesNotExist();
    }

    @Test
    void finds_the_benchmark_of_the_checkout_that_it_is_part_of() {
        assertThat(BenchCommand.beside(Path.of("/some/checkout/daemon/target/jarpipe.jar")))
                .isEqualTo(Path.of("/some/checkout/benchmarks"));
    }
}
