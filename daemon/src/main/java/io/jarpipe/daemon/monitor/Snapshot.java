package io.jarpipe.daemon.monitor;

import io.jarpipe.daemon.Daemon;
import io.jarpipe.daemon.service.Service;
import io.jarpipe.daemon.worker.JavaProcess;
import io.jarpipe.sharing.Traffic;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is true at the moment of a scrape and costs something to find out.
 *
 * @param traffic what has gone through all workers and services
 * @param depths how many items each queue holds, by a name that is the same for all who use it
 * @param unwritten how many items workers have put that are in no pipe
 * @param locks how many locks workers hold
 */
record Snapshot(Traffic traffic, Map<String, Integer> depths, int unwritten, int locks) {
    static Snapshot of(Daemon daemon) {
        List<JavaProcess> workers = daemon.workers().list();
        Map<String, Integer> depths = new HashMap<>();
        workers.forEach(worker -> depths.putAll(worker.depths()));
        Traffic traffic = daemon.workers().traffic();
        daemon.services().list().stream().map(Service::traffic).forEach(traffic::add);
        return new Snapshot(
                traffic,
                depths,
                workers.stream().mapToInt(JavaProcess::unwritten).sum(),
                workers.stream().mapToInt(worker -> worker.holds().size()).sum());
    }

    int items() {
        return depths.values().stream().mapToInt(Integer::intValue).sum();
    }

    int mostItems() {
        return depths.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    }
}
