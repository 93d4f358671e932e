package io.jarpipe.benchmarks;

import io.jarpipe.binding.Wanted;
import io.jarpipe.pickle.JarpipeCodec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Writer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Decodes and encodes the same payloads with jarpipe and with CPython's C pickle, in turns, so that whatever slows the
 * machine slows both. What counts is the ratio of neighbours. Time is CPU time of the calling thread on both sides, as
 * other programs take the processors away; so the JVM's garbage collection, in threads of its own, is not in it, and
 * the bytes allocated for a call stand beside it.
 *
 * <p>Arguments: the Python interpreter, the script {@code cpython.py}, and optionally the number of rounds.
 *
 * <p>On both sides what is decoded is dropped at once, and what is encoded has just been decoded, a batch of some
 * values at a time, each encoded once: so a worker does with its results, and an object that was encoded before has its
 * identity hash already.
 */
public final class SideBySide {
    private static final int DEFAULT_ROUNDS = 9;
    private static final int ROUND_MILLIS = 150;
    private static final int WARM_UP_MILLIS = 2000;
    /** Values that are alive at a time, in bytes of Java's heap: few enough to be in a processor's cache. */
    private static final long BATCH_BYTES = 1 << 20;

    private static final long MAX_BATCH = 2000;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final double NO_GOAL = 0;
    /** Goals: times faster than CPython, by payload; decoding, encoding. */
    private static final List<Goal> GOALS = List.of(
            new Goal("msg", 2, 1.2),
            new Goal("task", 2, 1.2),
            new Goal("ints1k", 2, 1.2),
            new Goal("rows10k", 2, 1.2),
            new Goal("floats100k", 2, 1.2),
            new Goal("bytes1m", 0.5, NO_GOAL),
            new Goal("strings", 1.2, 0.8),
            new Goal("tree12", 2, 1.2));

    /** Bytes that are not copied out of the message. */
    private static final Goal VIEW = new Goal("bytes1m", 0.9, NO_GOAL);

    /** What is done with a pickle or its value. */
    private enum Work {
        LOAD,
        VIEW,
        DUMP
    }

    private record Goal(String payload, double decode, double encode) {}

    private final JarpipeCodec codec = new JarpipeCodec();
    private final Writer toPython;
    private final BufferedReader fromPython;
    private final PrintStream out;
    private final int rounds;

    private SideBySide(Process python, PrintStream out, int rounds) {
        this.toPython = python.outputWriter();
        this.fromPython = python.inputReader();
        this.out = out;
        this.rounds = rounds;
    }

    /**
     * Runs the comparison and prints a table.
     *
     * @param args interpreter, script, rounds
     * @throws Exception if a payload or the interpreter fails
     */
    public static void main(String[] args) throws Exception {
        Process python = new ProcessBuilder(args[0], args[1], Payloads.folder().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            int rounds = args.length > 2 ? Integer.parseInt(args[2]) : DEFAULT_ROUNDS;
            new SideBySide(python, System.out, rounds).run();
        } finally {
            python.destroy();
        }
    }

    private void run() throws Exception {
        out.printf(
                "%-11s %-6s %12s %12s %22s %6s %12s%n",
                "payload", "", "jarpipe us", "CPython us", "times faster (min-max)", "goal", "bytes/call");
        for (Goal goal : GOALS) {
            compare(goal, Work.LOAD);
            compare(goal, Work.DUMP);
        }
        compare(VIEW, Work.VIEW);
        new Records().run(out, rounds);
    }

    private void compare(Goal goal, Work work) throws Exception {
        byte[] pickle = Payloads.read(goal.payload());
        int batch =
                (int) Math.clamp(BATCH_BYTES / Math.max(1, Timing.allocated(() -> codec.decode(pickle))), 1, MAX_BATCH);
        measure(pickle, work, batch, WARM_UP_MILLIS);
        double[] own = new double[rounds];
        double[] theirs = new double[rounds];
        double[] ratios = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            own[round] = measure(pickle, work, batch, ROUND_MILLIS);
            theirs[round] = askPython(goal.payload(), work == Work.DUMP ? "dump" : "load", batch);
            ratios[round] = theirs[round] / own[round];
        }
        Arrays.sort(ratios);
        Object value = codec.decode(pickle);
        long bytes = Timing.allocated(() -> perform(work, pickle, value));
        double wanted = work == Work.DUMP ? goal.encode() : goal.decode();
        out.printf(
                Locale.ROOT,
                "%-11s %-6s %12.2f %12.2f %9.2f (%.2f-%.2f) %6s %12d%s%n",
                goal.payload(),
                work.name().toLowerCase(Locale.ROOT),
                Timing.median(own) / 1000,
                Timing.median(theirs) / 1000,
                ratios[rounds / 2],
                ratios[0],
                ratios[rounds - 1],
                wanted == NO_GOAL ? "-" : String.valueOf(wanted),
                bytes,
                ratios[rounds / 2] < wanted ? "  MISSED" : "");
    }

    /** Returns nanoseconds of the thread's CPU time per call, over about so many milliseconds of it. */
    private double measure(byte[] pickle, Work work, int batch, int millis) throws Exception {
        long spent = 0;
        long calls = 0;
        @Nullable Object[] values = new @Nullable Object[batch];
        while (spent < millis * NANOS_PER_MILLI) {
            for (int index = 0; work == Work.DUMP && index < batch; index++) {
                values[index] = codec.decode(pickle);
            }
            long begin = Timing.cpuNanos();
            for (int index = 0; index < batch; index++) {
                Timing.consume(perform(work, pickle, values[index]));
            }
            spent += Timing.cpuNanos() - begin;
            calls += batch;
        }
        return (double) spent / calls;
    }

    private @Nullable Object perform(Work work, byte[] pickle, @Nullable Object value) throws IOException {
        return switch (work) {
            case LOAD -> codec.decode(pickle);
            case VIEW -> codec.decode(pickle, Wanted.BUFFER);
            case DUMP -> codec.encode(value);
        };
    }

    private double askPython(String payload, String direction, int batch) throws IOException {
        toPython.write(payload + " " + direction + " " + ROUND_MILLIS + " " + batch + "\n");
        toPython.flush();
        String answer = fromPython.readLine();
        if (answer == null) {
            throw new IOException("Python has ended");
        }
        return Double.parseDouble(answer);
    }
}
