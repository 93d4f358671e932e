package io.jarpipe.daemon.cli;

import io.jarpipe.daemon.control.ControlClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jarpipe ps}: the workers and services of a daemon. */
@Command(
        name = "ps",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        description =
                "Lists the workers and services of a running daemon: pid (the worker thread's id in the kernel), the pid of the"
                        + " Python process it belongs to, state, age, how many queues and locks it uses directly, of those that were adopted from a"
                        + " fork context, and through a relay, how many messages and bytes go through it a second, in and out"
                        + " together, over the last five to ten seconds, how many locks and semaphores it holds, name and target. Then its services, if it has"
                        + " any: address, number of connections, their limit, and target. With --locks, what the workers"
                        + " hold of locks and semaphores, too.")
final class PsCommand implements Callable<Integer> {
    private static final String ROW = "%8s %8s %-11s %10s %7s %7s %7s %10s %12s %5s  %-24s %s%n";
    private static final String LOCK_ROW = "%8s %-24s %-17s %-20s %6s %10s  %s%n";
    private static final String ENDPOINT_ROW = "%8s %-24s %8s %9s  %s%n";
    private static final String SERVICE_ROW = "%-40s %11s %8s  %s%n";

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private ClientOptions client;

    @Option(
            names = "--locks",
            description =
                    "Lists the locks and semaphores that workers hold: pid and name of the worker, kind, name of the"
                            + " semaphore (the file /dev/shm/sem.NAME), how often it was acquired and not released, for how long"
                            + " it has been held, and the thread that acquired it last. What a daemon leaves taken that is killed"
                            + " now is this.")
    private boolean locks;

    @Option(
            names = "--endpoints",
            description =
                    "Lists the queues, connections, sockets and locks that workers use: pid and name of the worker,"
                            + " what it is, how many items a queue holds, and how many items the worker has put into it that are"
                            + " in no pipe yet.")
    private boolean endpoints;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (ControlClient daemon = client.connect()) {
            PrintWriter out = spec.commandLine().getOut();
            print(out, (List<?>) Objects.requireNonNull(daemon.call("workers")));
            printServices(out, (List<?>) Objects.requireNonNull(daemon.call("services")));
            if (endpoints) {
                printEndpoints(out, (List<?>) Objects.requireNonNull(daemon.call("endpoints")));
            }
            if (locks) {
                printLocks(out, (List<?>) Objects.requireNonNull(daemon.call("locks")));
            }
        }
        return 0;
    }

    private static void print(PrintWriter out, List<?> workers) {
        out.printf(
                ROW, "PID", "PARENT", "STATE", "SECONDS", "DIRECT", "ADOPTED", "RELAYED", "ITEMS/S", "BYTES/S", "HELD",
                "NAME", "TARGET");
        for (Object worker : workers) {
            Map<?, ?> row = (Map<?, ?>) worker;
            out.printf(
                    ROW,
                    row.get("pid"),
                    row.get("parent"),
                    row.get("state"),
                    row.get("seconds"),
                    row.get("direct"),
                    row.get("adopted"),
                    row.get("relayed"),
                    rate(row.get("items_per_second")),
                    rate(row.get("bytes_per_second")),
                    Objects.requireNonNullElse(row.get("held"), "-"),
                    row.get("name"),
                    row.get("target"));
        }
        out.flush();
    }

    /** Formats a rate, which older daemons do not tell. */
    private static String rate(@Nullable Object perSecond) {
        return perSecond instanceof Double number ? String.format(Locale.ROOT, "%.1f", number) : "-";
    }

    private static void printServices(PrintWriter out, List<?> services) {
        if (services.isEmpty()) {
            return;
        }
        out.println();
        out.printf(SERVICE_ROW, "SERVICE", "CONNECTIONS", "LIMIT", "TARGET");
        for (Object service : services) {
            Map<?, ?> row = (Map<?, ?>) service;
            out.printf(SERVICE_ROW, row.get("address"), row.get("connections"), row.get("limit"), row.get("target"));
        }
        out.flush();
    }

    private static void printEndpoints(PrintWriter out, List<?> uses) {
        out.println();
        out.printf(ENDPOINT_ROW, "PID", "NAME", "ITEMS", "UNWRITTEN", "ENDPOINT");
        for (Object use : uses) {
            Map<?, ?> row = (Map<?, ?>) use;
            boolean isQueue = row.get("items") instanceof Long items && items >= 0;
            out.printf(
                    ENDPOINT_ROW,
                    row.get("pid"),
                    row.get("process"),
                    isQueue ? row.get("items") : "-",
                    isQueue ? row.get("unwritten") : "-",
                    row.get("endpoint"));
        }
        out.flush();
    }

    private static void printLocks(PrintWriter out, List<?> locks) {
        out.println();
        out.printf(LOCK_ROW, "PID", "NAME", "SEMAPHORE", "KIND", "COUNT", "SECONDS", "THREAD");
        for (Object lock : locks) {
            Map<?, ?> row = (Map<?, ?>) lock;
            out.printf(
                    LOCK_ROW,
                    row.get("pid"),
                    row.get("process"),
                    row.get("name"),
                    row.get("kind"),
                    row.get("count"),
                    row.get("seconds"),
                    row.get("thread"));
        }
        out.flush();
    }
}
