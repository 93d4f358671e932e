package io.jarpipe.daemon.cli;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jarpipe bench}: jarpipe against CPython and others, as ratios. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        description = {
            "Measures jarpipe against CPython, C and others in the same roles, in turns, and prints ratios beside their"
                    + " goals. All of it takes less than 15 minutes, --quick less than two; the machine should do nothing else.",
            "The benchmark is part of a checkout. What is missing of it is built first.",
            "The exit code is 1 if something failed; a goal that is missed is a figure."
        })
final class BenchCommand implements Callable<Integer> {
    /** How long what was started may take to end when this process is ended. */
    private static final long END_SECONDS = 20;

    @Option(names = "--quick", description = "Only what has a goal, and shorter.")
    private boolean quick;

    @Option(names = "--rounds", paramLabel = "N", description = "How many rounds count.")
    private @Nullable Integer rounds;

    @Option(names = "--seconds", paramLabel = "SECONDS", description = "How long one side runs in one round.")
    private @Nullable Double seconds;

    @Option(
            names = "--report",
            paramLabel = "FOLDER",
            description = "Write performance.md and performance.svg there. Default: docs/ of the checkout if all cases"
                    + " are run and it is not --quick, else no report.")
    private @Nullable Path report;

    @Option(names = "--json", paramLabel = "FILE", description = "Write all figures there.")
    private @Nullable Path json;

    @Option(
            names = "--compare",
            arity = "2",
            paramLabel = "FILE",
            description = "Measure nothing; say of two files of --json which ratios agree, as their spreads have"
                    + " something in common, and which have moved out of the other's spread. The exit code"
                    + " is 1 if one does not agree.")
    private List<Path> compared = List.of();

    @Option(
            names = "--python",
            paramLabel = "EXECUTABLE",
            description = "The CPython that takes part. Default: PYTHON, else python3.")
    private @Nullable String python;

    @Option(
            names = "--benchmarks",
            paramLabel = "FOLDER",
            defaultValue = "${env:JARPIPE_BENCHMARKS}",
            description =
                    "The folder 'benchmarks' of a checkout. Default: JARPIPE_BENCHMARKS, else that of the checkout"
                            + " in which this jar was built.")
    private @Nullable Path benchmarks;

    @Parameters(paramLabel = "CASE", arity = "0..*", description = "What to measure. Default: everything.")
    private List<String> cases = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(script().toString());
        command.addAll(arguments());
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        Map<String, String> environment = builder.environment();
        environment.putIfAbsent("JARPIPE_JAR", jar().toString());
        if (python != null) {
            environment.put("PYTHON", python);
        }
        Process process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(process), "end of the benchmark"));
        return process.waitFor();
    }

    private List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        if (quick) {
            arguments.add("--quick");
        }
        addOption(arguments, "--rounds", rounds);
        addOption(arguments, "--seconds", seconds);
        addOption(arguments, "--report", report);
        addOption(arguments, "--json", json);
        if (!compared.isEmpty()) {
            arguments.add("--compare");
            compared.forEach(file -> arguments.add(file.toString()));
        }
        arguments.addAll(cases);
        return arguments;
    }

    private static void addOption(List<String> arguments, String name, @Nullable Object value) {
        if (value != null) {
            Collections.addAll(arguments, name, value.toString());
        }
    }

    private Path script() throws IOException {
        Path folder =
                benchmarks == null ? jar().resolveSibling("../../benchmarks").normalize() : benchmarks;
        Path script = folder.resolve("bench").toAbsolutePath();
        if (!Files.isExecutable(script)) {
            throw new IOException("there is no " + script + ": the benchmark is part of a checkout, not of an"
                    + " installation; run 'bin/jarpipe bench' in one, or let JARPIPE_BENCHMARKS name its folder"
                    + " 'benchmarks'");
        }
        return script;
    }

    /** Returns where the benchmark is if the jar is where a checkout has it. */
    static Path beside(Path jar) {
        return jar.resolveSibling("../../benchmarks").normalize();
    }

    /** Returns where this class is: the executable jar, in {@code daemon/target} of a checkout or elsewhere. */
    private static Path jar() throws IOException {
        try {
            return Path.of(BenchCommand.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IOException("jarpipe.jar cannot be found: " + e.getMessage(), e);
        }
    }

    /** Ends the benchmark, which ends its own parties, and what it may have been waiting for. */
    private static void end(Process process) {
        if (!process.isAlive()) {
            return;
        }
        List<ProcessHandle> descendants = process.descendants().toList();
        process.destroy();
        try {
            process.waitFor(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        descendants.forEach(ProcessHandle::destroy);
    }
}
