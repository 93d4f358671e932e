package io.jarpipe.daemon.control;

import io.jarpipe.daemon.worker.StartException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts processes that could not be started, by the error that Python raised. Thread-safe. */
public final class StartFailures {
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    StartFailures() {
        StartException.PYTHON_CLASSES.forEach(name -> counts.put(name, new LongAdder()));
    }

    void count(StartException failure) {
        counts.computeIfAbsent(failure.pythonClass(), name -> new LongAdder()).increment();
    }

    /**
     * Returns the numbers.
     *
     * @return by the name of a class of {@code jarpipe.errors}, of which there is a fixed number
     */
    public Map<String, Long> counts() {
        Map<String, Long> sums = new TreeMap<>();
        counts.forEach((name, count) -> sums.put(name, count.sum()));
        return sums;
    }
}
