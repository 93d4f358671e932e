package io.jarpipe.benchmarks;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What was found of one payload and one direction.
 *
 * @param payload its name
 * @param work what was done
 * @param goal how many times faster than CPython it is to be; 0 for no goal
 * @param own nanoseconds a call of jarpipe in each round
 * @param theirs the same of CPython
 * @param bytes allocated for a call
 */
record Comparison(String payload, String work, double goal, double[] own, double[] theirs, long bytes) {
    static final String HEADER = String.format(
            Locale.ROOT,
            "%-11s %-6s %12s %12s %22s %6s %12s",
            "payload",
            "",
            "jarpipe us",
            "CPython us",
            "times faster (min-max)",
            "goal",
            "bytes/call");

    /** Returns how many times faster than CPython in each round, sorted. */
    private double[] ratios() {
        double[] ratios = new double[own.length];
        Arrays.setAll(ratios, round -> theirs[round] / own[round]);
        Arrays.sort(ratios);
        return ratios;
    }

    /** Returns a row of the table that {@link #HEADER} begins. */
    String row() {
        double[] ratios = ratios();
        double median = Timing.median(ratios);
        return String.format(
                Locale.ROOT,
                "%-11s %-6s %12.2f %12.2f %9.2f (%.2f-%.2f) %6s %12d%s",
                payload,
                work,
                Timing.median(own) / 1000,
                Timing.median(theirs) / 1000,
                median,
                ratios[0],
                ratios[ratios.length - 1],
                goal == 0 ? "-" : String.valueOf(goal),
                bytes,
                median < goal ? "  MISSED" : "");
    }

    /** Returns all of it for a program: fields separated by tabs, rounds by commas. */
    String line() {
        return String.join("\t", payload, work, String.valueOf(goal), list(own), list(theirs), String.valueOf(bytes));
    }

    private static String list(double[] nanos) {
        return Arrays.stream(nanos).mapToObj(String::valueOf).collect(Collectors.joining(","));
    }
}
