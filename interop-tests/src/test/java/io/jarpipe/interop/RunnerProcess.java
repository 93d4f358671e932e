package io.jarpipe.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A running {@code runner.py}, read event by event. If it falls silent for longer than its own deadlines allow, it is
 * aborted, so that reading always comes to an end.
 */
final class RunnerProcess implements AutoCloseable {
    /** The runner lets a test fail after 60 s; collecting evidence of it takes some more. */
    private static final double SILENCE_SECONDS = 150 * timeoutFactor();

    /** How long the stacks that CPython's faulthandler prints when it is aborted may take. */
    private static final long ABORT_SECONDS = 5;

    private static final ScheduledExecutorService WATCH = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("watch").factory());

    private final Process process;
    private final BufferedReader events;

    private RunnerProcess(Process process) {
        this.process = process;
        this.events = process.inputReader();
    }

    static RunnerProcess start(List<String> command, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().keySet().removeIf(RunnerProcess::leadsElsewhere);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        return new RunnerProcess(process);
    }

    /** A developer's own daemon, or his Python settings, have no part in a test. */
    private static boolean leadsElsewhere(String variable) {
        return variable.startsWith("PYTHON")
                || (variable.startsWith("JARPIPE_") && !variable.startsWith("JARPIPE_TEST_"));
    }

    private static double timeoutFactor() {
        String factor = System.getenv("JARPIPE_TEST_TIMEOUT_FACTOR");
        return factor == null ? 1 : Double.parseDouble(factor);
    }

    /** Returns the fields of the next event; empty at the end of the report. */
    List<String> next() throws IOException {
        ScheduledFuture<?> alarm =
                WATCH.schedule(this::abort, Math.round(SILENCE_SECONDS * 1000), TimeUnit.MILLISECONDS);
        try {
            String line = events.readLine();
            return line == null
                    ? List.of()
                    : Stream.of(line.split("\t", -1))
                            .map(String::translateEscapes)
                            .toList();
        } finally {
            alarm.cancel(false);
        }
    }

    /** SIGABRT makes faulthandler print all stacks, even when no Python code can run any more. */
    private void abort() {
        // All but the resource tracker, which removes the semaphores that are left.
        List<ProcessHandle> children = process.descendants()
                .filter(child -> !child.info().commandLine().orElse("").contains("resource_tracker"))
                .toList();
        try {
            new ProcessBuilder("kill", "-ABRT", Long.toString(process.pid()))
                    .inheritIO()
                    .start();
            process.waitFor(ABORT_SECONDS, TimeUnit.SECONDS);
        } catch (IOException e) {
            System.err.println("cannot abort the runner: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            children.forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** Waits for the end and tells how it was. */
    int exitStatus() throws InterruptedException {
        return process.waitFor();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        events.close();
    }
}
