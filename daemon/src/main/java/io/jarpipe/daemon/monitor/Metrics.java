package io.jarpipe.daemon.monitor;

import io.jarpipe.daemon.Daemon;
import io.jarpipe.daemon.frontdoor.HttpDoor.Reply;
import io.jarpipe.daemon.service.Service;
import io.jarpipe.daemon.worker.Outcome;
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

/**
 * The figures of a daemon. Nothing is counted here: the registry asks those who count when somebody scrapes, so that no
 * worker pays for a metric. Labels have a fixed set of values: enums, and the addresses of the command line.
 */
final class Metrics implements AutoCloseable {
    private static final String TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();

    Metrics(Daemon daemon) {
        bindJvm();
        bindWorkers(daemon);
        bindClients(daemon);
    }

    private void bindJvm() {
        collections.bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
    }

    private void bindWorkers(Daemon daemon) {
        Gauge.builder(
                        "jarpipe.workers.running",
                        daemon,
                        it -> it.workers().list().size())
                .description("Workers that have not ended")
                .register(registry);
        FunctionCounter.builder(
                        "jarpipe.workers.started", daemon, it -> it.workers().started())
                .description("Workers started since the daemon began")
                .register(registry);
        for (Outcome outcome : Outcome.values()) {
            FunctionCounter.builder(
                            "jarpipe.workers.ended", daemon, it -> it.workers().ended(outcome))
                    .description("Workers that have ended, by how they ended")
                    .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
    }

    private void bindClients(Daemon daemon) {
        Gauge.builder("jarpipe.connections", daemon, Daemon::connections)
                .description("Connections of clients to the daemon: one per worker, and those that ask")
                .register(registry);
        for (Service service : daemon.services().list()) {
            Gauge.builder("jarpipe.service.connections", service, Service::connections)
                    .description("Clients that a service is serving")
                    .tag("service", service.name())
                    .register(registry);
        }
        Gauge.builder("jarpipe.ready", daemon, it -> it.whyNotReady().isPresent() ? 0 : 1)
                .description("1 if the daemon takes new work")
                .register(registry);
    }

    /** Asks everybody; takes some milliseconds. */
    Reply scrape() {
        return new Reply(200, TEXT_FORMAT, registry.scrape().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
