package io.jarpipe.benchmarks;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** CPU time and allocation of the calling thread. */
final class Timing {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static volatile @Nullable Object sink;

    private Timing() {}

    /** Returns the thread's CPU time so far, in nanoseconds. */
    static long cpuNanos() {
        return THREADS.getCurrentThreadCpuTime();
    }

    /** Keeps a value from being optimized away. */
    static void consume(@Nullable Object value) {
        sink = value;
    }

    /** Returns the mean CPU time of some calls in nanoseconds. */
    static double nanosPerCall(Callable<@Nullable Object> call, int calls) throws Exception {
        long begin = cpuNanos();
        for (int index = 0; index < calls; index++) {
            consume(call.call());
        }
        return (double) (cpuNanos() - begin) / calls;
    }

    /** Returns the mean allocation of a call in bytes. */
    static long allocated(Callable<@Nullable Object> call) throws Exception {
        int calls = 20;
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int index = 0; index < calls; index++) {
            consume(call.call());
        }
        return (THREADS.getCurrentThreadAllocatedBytes() - before) / calls;
    }

    static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
