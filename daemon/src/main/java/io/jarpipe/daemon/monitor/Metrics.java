package io.jarpipe.daemon.monitor;

import io.jarpipe.daemon.Daemon;
import io.jarpipe.daemon.Refusal;
import io.jarpipe.daemon.Tally;
import io.jarpipe.daemon.frontdoor.FrontDoor;
import io.jarpipe.daemon.frontdoor.HttpDoor.Reply;
import io.jarpipe.daemon.service.Service;
import io.jarpipe.daemon.worker.Outcome;
import io.jarpipe.os.Flow.Direction;
import io.jarpipe.os.NativeMemory;
import io.jarpipe.sharing.Traffic;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * The figures of a daemon. Nothing is counted here: the registry asks those who count when somebody scrapes, so that no
 * worker pays for a metric. Labels have a fixed set of values: enums, and the addresses of the command line.
 */
final class Metrics implements AutoCloseable {
    private static final String TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String DIRECTION = "direction";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final Daemon daemon;
    /** What all read during one scrape, which one thread does. */
    private volatile Snapshot snapshot;

    Metrics(Daemon daemon) {
        this.daemon = daemon;
        this.snapshot = Snapshot.of(daemon);
        bindJvm();
        bindWorkers();
        bindClients();
        bindTraffic();
        bindQueues();
    }

    private void bindJvm() {
        collections.bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        gauge(
                "process.resident.memory.bytes",
                "Memory that the kernel has given to the daemon",
                it -> ResidentMemory.bytes());
        gauge("jarpipe.netty.direct.memory.bytes", "Memory of the event loops", it -> FrontDoor.directMemory());
    }

    private void gauge(String name, String description, ToDoubleFunction<Metrics> value) {
        Gauge.builder(name, this, value).description(description).register(registry);
    }

    private void bindWorkers() {
        gauge(
                "jarpipe.workers.running",
                "Workers that have not ended",
                it -> it.daemon.workers().list().size());
        gauge(
                "jarpipe.workers.limit",
                "How many workers may run",
                it -> it.daemon.limits().workers());
        FunctionCounter.builder(
                        "jarpipe.workers.started", daemon, it -> it.workers().started())
                .description("Workers started since the daemon began")
                .register(registry);
        for (Outcome outcome : Outcome.values()) {
            FunctionCounter.builder(
                            "jarpipe.workers.ended", daemon, it -> it.workers().ended(outcome))
                    .description("Workers that have ended, by how they ended")
                    .tag("outcome", lowerCase(outcome))
                    .register(registry);
        }
        for (String error : daemon.startFailures().counts().keySet()) {
            FunctionCounter.builder(
                            "jarpipe.start.failures",
                            daemon,
                            it -> it.startFailures().counts().getOrDefault(error, 0L))
                    .description("Workers that could not be started, by the error that Python raised")
                    .tag("error", error)
                    .register(registry);
        }
    }

    private void bindClients() {
        gauge(
                "jarpipe.connections",
                "Connections to the daemon: one per worker, and who asks",
                it -> it.daemon.connections());
        gauge(
                "jarpipe.connections.limit",
                "How many connections there may be",
                it -> it.daemon.limits().connections());
        gauge(
                "jarpipe.ready",
                "1 if the daemon takes new work",
                it -> it.daemon.whyNotReady().isPresent() ? 0 : 1);
        bindRefusals("daemon", daemon.refusals());
        for (Service service : daemon.services().list()) {
            Gauge.builder("jarpipe.service.connections", service, Service::connections)
                    .description("Clients that a service is serving")
                    .tag("service", service.name())
                    .register(registry);
            FunctionCounter.builder("jarpipe.service.failures", service, Service::failures)
                    .description("Connections that ended by an exception of the handler or a mistake of the client")
                    .tag("service", service.name())
                    .register(registry);
            bindRefusals(service.name(), service.refusals());
        }
    }

    private void bindRefusals(String door, Tally<Refusal> refusals) {
        for (Refusal reason : Refusal.values()) {
            FunctionCounter.builder("jarpipe.refused.clients", refusals, it -> it.of(reason))
                    .description("Clients that were not let in, by address and reason")
                    .tag("door", door)
                    .tag("reason", lowerCase(reason))
                    .register(registry);
        }
    }

    private void bindTraffic() {
        for (Traffic.Kind kind : Traffic.Kind.values()) {
            for (Direction direction : Direction.values()) {
                FunctionCounter.builder(
                                "jarpipe.items",
                                this,
                                it -> it.snapshot.traffic().of(kind).items(direction))
                        .description("Messages that workers and services have received (in) and sent (out)")
                        .tag("kind", lowerCase(kind))
                        .tag(DIRECTION, lowerCase(direction))
                        .register(registry);
                FunctionCounter.builder(
                                "jarpipe.bytes",
                                this,
                                it -> it.snapshot.traffic().of(kind).bytes(direction))
                        .description("Bytes of these messages")
                        .tag("kind", lowerCase(kind))
                        .tag(DIRECTION, lowerCase(direction))
                        .register(registry);
                for (boolean paid : new boolean[] {true, false}) {
                    FunctionCounter.builder(
                                    "jarpipe.lingers",
                                    this,
                                    it -> it.snapshot.traffic().of(kind).lingers(direction, paid))
                            .description("Moments that threads stayed away for, so that messages or room could gather")
                            .tag("kind", lowerCase(kind))
                            .tag(DIRECTION, lowerCase(direction))
                            .tag("outcome", paid ? "paid" : "vain")
                            .register(registry);
                }
            }
        }
        registry.getPrometheusRegistry().register(new WaitHistogram(() -> snapshot.traffic()));
    }

    private void bindQueues() {
        gauge(
                "jarpipe.queues",
                "Queues that workers use",
                it -> it.snapshot.depths().size());
        gauge("jarpipe.queue.items", "Items in these queues", it -> it.snapshot.items());
        gauge("jarpipe.queue.items.max", "Items in the fullest of them", it -> it.snapshot.mostItems());
        gauge(
                "jarpipe.queue.unwritten.items",
                "Items that workers have put and that are in no pipe",
                it -> it.snapshot.unwritten());
        gauge("jarpipe.queue.unwritten.bytes", "Memory of these items", it -> NativeMemory.inUse());
        gauge("jarpipe.locks.held", "Locks and semaphores that workers hold", it -> it.snapshot.locks());
    }

    static String lowerCase(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** Asks everybody; takes some milliseconds. */
    Reply scrape() {
        snapshot = Snapshot.of(daemon);
        return new Reply(200, TEXT_FORMAT, registry.scrape().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
