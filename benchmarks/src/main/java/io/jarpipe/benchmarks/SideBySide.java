package io.jarpipe.benchmarks;

import io.jarpipe.binding.Wanted;
import io.jarpipe.pickle.JarpipeCodec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Decodes and encodes the same payloads with jarpipe and with CPython's C pickle, in turns, so that whatever slows the
 * machine slows both. What counts is the ratio of neighbours. All payloads are in every round, so that a spell in which
 * the machine favours one side, as it does when another one uses the memory, is not all that one of them sees. Time is
 * CPU time of the calling thread on both sides, as other programs take the processors away; so the JVM's garbage
 * collection, in threads of its own, is not in it, and the bytes allocated for a call stand beside it.
 *
 * <p>Arguments: the Python interpreter, the script {@code cpython.py}, and optionally the number of rounds. Options
 * before them: {@code --lines} prints what a program can read, {@link Comparison#line()}; {@code --warm-up} and
 * {@code --round} say how many milliseconds of CPU time the warm-up of each comparison and each side of a round take.
 *
 * <p>On both sides what is decoded is dropped at once, and what is encoded has just been decoded, a batch of some
 * values at a time, each encoded once: so a worker does with its results, and an object that was encoded before has its
 * identity hash already.
 */
public final class SideBySide {
    private static final int DEFAULT_ROUNDS = 9;
    /** Values that are alive at a time, in bytes of Java's heap: few enough to be in a processor's cache. */
    private static final long BATCH_BYTES = 1 << 20;

    private static final long MAX_BATCH = 2000;
    /** Times that everything is run before anything counts. */
    private static final int WARM_UPS = 2;
    /** Of a mebibyte there are too few calls for the compiler to do its best; of a kibibyte as many as it wants. */
    private static final int WARM_UP_CALLS = 20_000;

    private static final int KIBIBYTE = 1024;
    /** How long a side runs before its round, until the caches hold what is its own again. */
    private static final int SETTLING_MILLIS = 5;

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

    /** What is measured in each round, and what was found: nanoseconds a call of either side. */
    private record Row(Goal goal, Work work, byte[] pickle, int batch, double[] own, double[] theirs) {}

    /** How it is measured, and for whom it is printed. */
    private record Options(boolean lines, int warmUpMillis, int roundMillis, int rounds) {}

    private final JarpipeCodec codec = new JarpipeCodec();
    private final Writer toPython;
    private final BufferedReader fromPython;
    private final PrintStream out;
    private final Options options;

    private SideBySide(Process python, PrintStream out, Options options) {
        this.toPython = python.outputWriter();
        this.fromPython = python.inputReader();
        this.out = out;
        this.options = options;
    }

    /**
     * Runs the comparison and prints a table, or lines for a program.
     *
     * @param args options, interpreter, script, rounds
     * @throws Exception if a payload or the interpreter fails
     */
    public static void main(String[] args) throws Exception {
        List<String> rest = new ArrayList<>(List.of(args));
        boolean lines = rest.remove("--lines");
        int warmUpMillis = takeOption(rest, "--warm-up", 2000);
        int roundMillis = takeOption(rest, "--round", 150);
        int rounds = rest.size() > 2 ? Integer.parseInt(rest.get(2)) : DEFAULT_ROUNDS;
        Process python = new ProcessBuilder(
                        rest.get(0), rest.get(1), Payloads.folder().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            new SideBySide(python, System.out, new Options(lines, warmUpMillis, roundMillis, rounds)).run();
        } finally {
            python.destroy();
        }
    }

    private static int takeOption(List<String> arguments, String name, int usual) {
        int index = arguments.indexOf(name);
        if (index < 0) {
            return usual;
        }
        arguments.remove(index);
        return Integer.parseInt(arguments.remove(index));
    }

    private void run() throws Exception {
        List<Row> rows = new ArrayList<>();
        for (Goal goal : GOALS) {
            rows.add(row(goal, Work.LOAD));
            rows.add(row(goal, Work.DUMP));
        }
        rows.add(row(VIEW, Work.VIEW));
        byte[] bytes = codec.encode(new byte[KIBIBYTE]);
        for (int call = 0; call < WARM_UP_CALLS; call++) {
            Timing.consume(codec.encode(codec.decode(bytes)));
        }
        for (int time = 0; time < WARM_UPS; time++) { // as the compiler sees everything before anything counts
            for (Row row : rows) {
                warmUp(row);
            }
        }
        for (int round = 0; round < options.rounds(); round++) {
            for (Row row : rows) {
                measure(row, SETTLING_MILLIS);
                row.own()[round] = measure(row, options.roundMillis());
                askPython(row, SETTLING_MILLIS);
                row.theirs()[round] = askPython(row, options.roundMillis());
            }
        }
        if (!options.lines()) {
            out.println(Comparison.HEADER);
        }
        for (Row row : rows) {
            Comparison comparison = comparison(row);
            out.println(options.lines() ? comparison.line() : comparison.row());
        }
        if (!options.lines()) {
            new Records().run(out, options.rounds());
        }
    }

    private Row row(Goal goal, Work work) throws Exception {
        byte[] pickle = Payloads.read(goal.payload());
        long each = Math.max(1, Timing.allocated(() -> codec.decode(pickle)));
        int batch = (int) Math.clamp(BATCH_BYTES / each, 1, MAX_BATCH);
        return new Row(goal, work, pickle, batch, new double[options.rounds()], new double[options.rounds()]);
    }

    private Comparison comparison(Row row) throws Exception {
        Object value = codec.decode(row.pickle());
        long bytes = Timing.allocated(() -> perform(row, value));
        double wanted =
                row.work() == Work.DUMP ? row.goal().encode() : row.goal().decode();
        String work = row.work().name().toLowerCase(Locale.ROOT);
        return new Comparison(row.goal().payload(), work, wanted, row.own(), row.theirs(), bytes);
    }

    private void warmUp(Row row) throws Exception {
        long end = Timing.cpuNanos() + options.warmUpMillis() * NANOS_PER_MILLI / WARM_UPS;
        while (Timing.cpuNanos() < end) {
            measure(row, 1);
        }
    }

    /** Returns nanoseconds of the thread's CPU time per call, over about so many milliseconds of it. */
    private double measure(Row row, int millis) throws Exception {
        long spent = 0;
        long calls = 0;
        @Nullable Object[] values = new @Nullable Object[row.batch()];
        while (spent < millis * NANOS_PER_MILLI) {
            for (int index = 0; row.work() == Work.DUMP && index < values.length; index++) {
                values[index] = codec.decode(row.pickle());
            }
            long begin = Timing.cpuNanos();
            for (@Nullable Object value : values) {
                Timing.consume(perform(row, value));
            }
            spent += Timing.cpuNanos() - begin;
            calls += values.length;
        }
        return (double) spent / calls;
    }

    private @Nullable Object perform(Row row, @Nullable Object value) throws IOException {
        return switch (row.work()) {
            case LOAD -> codec.decode(row.pickle());
            case VIEW -> codec.decode(row.pickle(), Wanted.BUFFER);
            case DUMP -> codec.encode(value);
        };
    }

    private double askPython(Row row, int millis) throws IOException {
        String direction = row.work() == Work.DUMP ? "dump" : "load";
        toPython.write(
                String.join(" ", row.goal().payload(), direction, String.valueOf(millis), String.valueOf(row.batch()))
                        + "\n");
        toPython.flush();
        String answer = fromPython.readLine();
        if (answer == null) {
            throw new IOException("Python has ended");
        }
        return Double.parseDouble(answer);
    }
}
