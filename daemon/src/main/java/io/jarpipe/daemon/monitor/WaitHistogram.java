package io.jarpipe.daemon.monitor;

import io.jarpipe.os.Flow.Direction;
import io.jarpipe.os.Waits;
import io.jarpipe.sharing.Traffic;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.function.Supplier;

/**
 * How long workers wait for messages, and for room for them. Micrometer has function counters but no function
 * histograms, so this one is a collector of the Prometheus library's own.
 */
final class WaitHistogram implements Collector {
    private static final String NAME = "jarpipe_wait_seconds";

    private final Supplier<Traffic> traffic;

    WaitHistogram(Supplier<Traffic> traffic) {
        this.traffic = traffic;
    }

    @Override
    public MetricSnapshot collect() {
        HistogramSnapshot.Builder all = HistogramSnapshot.builder()
                .name(NAME)
                .help("Waits of workers and services for messages (in), and for room in a pipe or socket (out)");
        Traffic now = traffic.get();
        for (Traffic.Kind kind : Traffic.Kind.values()) {
            for (Direction direction : Direction.values()) {
                all.dataPoint(point(kind, direction, now.of(kind).waits(direction)));
            }
        }
        return all.build();
    }

    private static HistogramDataPointSnapshot point(Traffic.Kind kind, Direction direction, Waits waits) {
        double[] bounds = Waits.boundsSeconds();
        long[] counts = waits.counts();
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i < counts.length; i++) {
            buckets.bucket(i < bounds.length ? bounds[i] : Double.POSITIVE_INFINITY, counts[i]);
        }
        return HistogramDataPointSnapshot.builder()
                .labels(Labels.of("kind", Metrics.lowerCase(kind), "direction", Metrics.lowerCase(direction)))
                .classicHistogramBuckets(buckets.build())
                .sum(waits.totalSeconds())
                .build();
    }
}
