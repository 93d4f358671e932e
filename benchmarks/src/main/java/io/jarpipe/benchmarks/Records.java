package io.jarpipe.benchmarks;

import io.jarpipe.PyClass;
import io.jarpipe.PyObject;
import io.jarpipe.binding.Converter;
import io.jarpipe.binding.Converters;
import io.jarpipe.binding.Wanted;
import io.jarpipe.pickle.JarpipeCodec;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Compares what a worker gets of one message of eight fields: a map of it or a record. The message is a dict or an
 * instance of a dataclass.
 */
final class Records {
    private static final int CALLS = 100_000;
    private static final int WARM_UP_ROUNDS = 12;

    /** A way to take a message, and how long it took in each round, in nanoseconds a call. */
    private record Way(String name, Callable<@Nullable Object> call, double[] rounds) {
        double median() {
            return Timing.median(rounds);
        }
    }

    private record JobOfDict(
            long number,
            String user,
            String method,
            double score,
            boolean active,
            String group,
            int retries,
            String path) {}

    @PyClass("payloads.Job")
    private record JobOfObject(
            long number,
            String user,
            String method,
            double score,
            boolean active,
            String group,
            int retries,
            String path) {}

    private final JarpipeCodec codec = new JarpipeCodec();
    private final Converter ofDict = Converters.of(JobOfDict.class);
    private final Converter ofObject = Converters.of(JobOfObject.class);

    /** Runs the comparison and prints a table; the ways take turns. */
    void run(PrintStream out, int rounds) throws Exception {
        byte[] dict = Payloads.read("jobdict");
        byte[] object = Payloads.read("job");
        List<Way> ways = List.of(
                new Way("dict to Map", () -> codec.decode(dict), new double[rounds]),
                new Way("dict to record", () -> convert(dict, ofDict), new double[rounds]),
                new Way("dataclass to Map", () -> attributes(object), new double[rounds]),
                new Way("dataclass to record", () -> convert(object, ofObject), new double[rounds]));
        for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
            for (Way way : ways) {
                double nanos = Timing.nanosPerCall(way.call(), CALLS);
                if (round >= 0) {
                    way.rounds()[round] = nanos;
                }
            }
        }
        out.printf("%n%-20s %10s %18s %12s%n", "message of 8 fields", "ns", "x its Map (goal)", "bytes/call");
        for (int index = 0; index < ways.size(); index++) {
            Way way = ways.get(index);
            double ratio = way.median() / ways.get(index - index % 2).median();
            String goal = index % 2 == 0
                    ? ""
                    : String.format(Locale.ROOT, "%.2f (<= 1)%s", ratio, ratio > 1 ? " MISSED" : "");
            out.printf(
                    Locale.ROOT,
                    "%-20s %10.1f %18s %12d%n",
                    way.name(),
                    way.median(),
                    goal,
                    Timing.allocated(way.call()));
        }
    }

    private @Nullable Object convert(byte[] pickle, Converter converter) throws IOException {
        Wanted wanted = converter.wanted();
        return converter.convert(codec.decode(pickle, wanted), "item");
    }

    private Object attributes(byte[] pickle) throws IOException {
        return ((PyObject) Objects.requireNonNull(codec.decode(pickle))).stateMap();
    }
}
