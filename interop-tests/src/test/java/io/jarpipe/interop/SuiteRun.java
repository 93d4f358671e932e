package io.jarpipe.interop;

import io.jarpipe.interop.Outcome.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Runs a suite of Python tests on one interpreter. A test that takes its interpreter down fails, and another
 * interpreter process goes on behind it.
 */
public final class SuiteRun implements Runnable {
    private static final int LONGEST_LOG = 20_000;

    private final List<String> command;
    private final Map<String, String> environment;
    private final Path log;
    private long logOfTest;

    private final CompletableFuture<String> version = new CompletableFuture<>();
    private final CompletableFuture<List<String>> plan = new CompletableFuture<>();
    private final List<String> planned = new ArrayList<>();
    private final Map<String, CompletableFuture<Outcome>> outcomes = new ConcurrentHashMap<>();

    /**
     * Prepares a run.
     *
     * @param command interpreter, runner and what to run
     * @param environment added to this process's own
     * @param log file for all that the tests print; replaced
     */
    public SuiteRun(List<String> command, Map<String, String> environment, Path log) {
        this.command = command;
        this.environment = environment;
        this.log = log;
    }

    /** Waits for the version of the interpreter: {@code 3.8.18}. */
    public String version() {
        return version.join();
    }

    /** Waits for the names of the tests, in the order in which they run. */
    public List<String> plan() {
        return plan.join();
    }

    /** Waits for the end of a test. */
    public Outcome outcome(String test) {
        return outcomes.get(test).join();
    }

    @Override
    public void run() {
        try {
            Files.createDirectories(log.getParent());
            Files.deleteIfExists(log);
            int done = 0;
            do {
                done = runFrom(done);
            } while (done < planned.size());
        } catch (IOException | InterruptedException | RuntimeException e) {
            IllegalStateException failure = new IllegalStateException(command + " failed", e);
            version.completeExceptionally(failure);
            plan.completeExceptionally(failure);
            outcomes.values().forEach(outcome -> outcome.completeExceptionally(failure));
        }
    }

    /** Runs the tests behind the first ones and returns how many of all are done then: at least one more. */
    private int runFrom(int done) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(command);
        if (done > 0) {
            arguments.addAll(List.of("--after", planned.get(done - 1)));
        }
        try (RunnerProcess runner = RunnerProcess.start(arguments, environment)) {
            int now = done;
            for (List<String> event = runner.next(); !event.isEmpty(); event = runner.next()) {
                now += handle(event);
                if (event.getFirst().equals("done")) {
                    return planned.size();
                }
            }
            return endedEarly(runner.exitStatus(), now, now > done);
        }
    }

    /** Takes note of an event and returns how many tests ended by it. */
    private int handle(List<String> event) {
        switch (event.getFirst()) {
            case "python" -> version.complete(event.get(1));
            case "plan" -> {
                if (!plan.isDone() && outcomes.putIfAbsent(event.get(1), new CompletableFuture<>()) == null) {
                    planned.add(event.get(1));
                }
            }
            case "started" -> {
                plan.complete(List.copyOf(planned));
                logOfTest = Long.parseLong(event.get(2));
            }
            case "done" -> plan.complete(List.copyOf(planned));
            case "ended" -> {
                Status status = Status.valueOf(event.get(2).toUpperCase(Locale.ROOT));
                return end(event.get(1), new Outcome(status, event.get(4)));
            }
            default -> throw new IllegalArgumentException("unknown event " + event);
        }
        return 0;
    }

    private int end(String test, Outcome outcome) {
        return outcomes.get(test).complete(outcome) ? 1 : 0;
    }

    /** A deadline ends the runner right after the test that missed it was reported; all else is news. */
    private int endedEarly(int exitStatus, int done, boolean afterReport) throws IOException {
        if (afterReport && exitStatus == 3) {
            return done;
        }
        String problem = "the interpreter ended with exit status " + exitStatus + "; the end of its output:\n" + tail();
        if (planned.isEmpty()) {
            throw new IOException(problem);
        }
        plan.complete(List.copyOf(planned));
        if (done < planned.size()) {
            return done + end(planned.get(done), Outcome.failed(problem));
        }
        return end(planned.getLast(), Outcome.failed(problem)) + done;
    }

    private String tail() throws IOException {
        if (!Files.exists(log)) {
            return "";
        }
        byte[] all = Files.readAllBytes(log);
        int start = (int) Math.max(logOfTest, all.length - LONGEST_LOG);
        return new String(all, start, all.length - start, StandardCharsets.UTF_8);
    }
}
