package io.jarpipe.daemon.service;

import io.jarpipe.MpAddress;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** All services of this daemon. Thread-safe. */
public final class Services {
    private static final System.Logger LOG = System.getLogger(Services.class.getName());
    /** How long handlers that were interrupted may take to end. */
    private static final Duration INTERRUPTION = Duration.ofSeconds(2);

    private final List<Service> services;

    private Services(List<Service> services) {
        this.services = List.copyOf(services);
    }

    /**
     * Binds addresses and loads the code behind them; nobody is served before {@link #start()}.
     *
     * @param targets what to call for the clients of which address
     * @param settings keys and limits, which are common to all
     * @return the services
     * @throws IOException when an address is taken or cannot be bound, or the code cannot be called
     */
    public static Services open(Map<MpAddress, String> targets, ServiceSettings settings) throws IOException {
        List<Service> opened = new ArrayList<>();
        try {
            for (Map.Entry<MpAddress, String> entry : targets.entrySet()) {
                opened.add(new Service(entry.getKey(), entry.getValue(), settings));
            }
            return new Services(opened);
        } catch (IOException | RuntimeException e) {
            new Services(opened).close();
            throw e;
        }
    }

    /**
     * Returns what a daemon has that serves nobody but workers.
     *
     * @return no services
     */
    public static Services none() {
        return new Services(List.of());
    }

    /** Begins to serve. */
    public void start() {
        for (Service service : services) {
            service.start();
            LOG.log(Level.INFO, "service {0} calls {1}", service.name(), service.target());
        }
    }

    /**
     * Lists the services.
     *
     * @return all of them, in the order of the command line
     */
    public List<Service> list() {
        return services;
    }

    /**
     * Returns how many clients are being served.
     *
     * @return the number of connections of all services
     */
    public int connections() {
        return services.stream().mapToInt(Service::connections).sum();
    }

    /** Accepts nobody any more. Those who are being served are not touched. */
    public void stopAccepting() {
        services.forEach(Service::stopAccepting);
    }

    /**
     * Lets handlers finish, interrupts those that do not, and closes the connections of those that go on all the same.
     *
     * @param grace how long they may take to finish by themselves
     * @throws InterruptedException when interrupted while waiting; connections may be open then
     */
    public void drain(Duration grace) throws InterruptedException {
        stopAccepting();
        int left = connections();
        if (left > 0) {
            LOG.log(
                    Level.INFO,
                    "waiting up to {0} s for {1} connections of services to end",
                    Long.toString(Math.max(0, grace.toSeconds())),
                    Integer.toString(left));
        }
        if (!awaitNone(grace)) {
            LOG.log(Level.INFO, "interrupting the handlers of {0} connections", Integer.toString(connections()));
            services.forEach(Service::interrupt);
            awaitNone(INTERRUPTION);
        }
        services.forEach(Service::cutOff);
    }

    private boolean awaitNone(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean none = true;
        for (Service service : services) {
            none &= service.awaitNone(deadline);
        }
        return none;
    }

    /** Ends at once. */
    public void close() {
        stopAccepting();
        services.forEach(Service::cutOff);
    }
}
