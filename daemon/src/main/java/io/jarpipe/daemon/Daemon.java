package io.jarpipe.daemon;

import io.jarpipe.daemon.control.ControlServer;
import io.jarpipe.daemon.control.StartFailures;
import io.jarpipe.daemon.frontdoor.Door;
import io.jarpipe.daemon.frontdoor.FrontDoor;
import io.jarpipe.daemon.frontdoor.PrivateDoor;
import io.jarpipe.daemon.service.Services;
import io.jarpipe.daemon.worker.JavaProcess;
import io.jarpipe.daemon.worker.Limits;
import io.jarpipe.daemon.worker.LogContext;
import io.jarpipe.daemon.worker.Workers;
import io.jarpipe.os.Transport;
import io.jarpipe.pickle.PickleCodec;
import io.jarpipe.sync.Hold;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A running daemon: its front door, its workers and its services. */
public final class Daemon {
    private static final System.Logger LOG = System.getLogger(Daemon.class.getName());
    /** How long workers that were told to end may take: more than the grace each of them has. */
    private static final Duration TERMINATION = Duration.ofSeconds(4);
    /** How long workers that were interrupted may take. */
    private static final Duration INTERRUPTION = Duration.ofSeconds(1);

    private final Workers workers;
    private final Services services;
    private final ControlServer control;
    private final Door door;
    private final Limits limits;
    private volatile @Nullable String whyNotReady;

    private Daemon(Workers workers, Services services, ControlServer control, Door door, Limits limits) {
        this.workers = workers;
        this.services = services;
        this.control = control;
        this.door = door;
        this.limits = limits;
    }

    /**
     * What a daemon is started with.
     *
     * @param door where to listen, with which key, for whom
     * @param code the folders and jars with the workers' classes
     * @param maxMessage the longest message a worker accepts, in bytes
     * @param requests reads and writes what clients ask for, and with it the arguments of workers
     * @param messages reads and writes the messages of workers
     * @param limits how much it takes on
     */
    public record Settings(
            Door.Settings door,
            List<Path> code,
            int maxMessage,
            PickleCodec requests,
            PickleCodec messages,
            Limits limits) {}

    /** Opens a door for clients, whose sockets it hands on. */
    private interface Opening {
        Door open(Door.Settings settings, BiConsumer<Transport, Runnable> clients) throws IOException;
    }

    /**
     * Starts to listen for Python programs.
     *
     * @param settings how
     * @param services what else it does; closed when this call fails
     * @return the daemon
     * @throws IOException when the address is taken or cannot be bound
     */
    public static Daemon start(Settings settings, Services services) throws IOException {
        return start(settings, services, FrontDoor::open);
    }

    /**
     * Starts to listen for one Python program.
     *
     * @param settings how
     * @return the daemon
     * @throws IOException when the address is taken or cannot be bound
     */
    public static Daemon startPrivate(Settings settings) throws IOException {
        return start(settings, Services.none(), PrivateDoor::open);
    }

    private static Daemon start(Settings settings, Services services, Opening opening) throws IOException {
        Workers workers = new Workers(settings.code(), settings.messages(), settings.maxMessage(), settings.limits());
        ControlServer control = new ControlServer(workers, services, settings.requests());
        try {
            Door door = opening.open(settings.door(), control::accept);
            Daemon daemon = new Daemon(workers, services, control, door, settings.limits());
            services.start();
            return daemon;
        } catch (IOException | RuntimeException e) {
            services.close();
            throw e;
        }
    }

    /**
     * Ends in order: accepts nobody any more, lets workers and services finish, tells those that do not to end.
     *
     * @param grace how long they may take to finish by themselves
     */
    public void drain(Duration grace) {
        whyNotReady = "draining: the daemon ends";
        door.close();
        services.stopAccepting();
        long deadline = System.nanoTime() + grace.toNanos();
        try {
            int left = workers.list().size();
            if (left > 0) {
                LOG.log(Level.INFO, "waiting up to {0} s for {1} workers to finish", grace.toSeconds(), left);
            }
            if (!workers.awaitNone(grace)) {
                workers.list().forEach(worker -> reportLeft(worker, "has not finished: terminated"));
                terminateWorkers(TERMINATION);
            }
            services.drain(Duration.ofNanos(deadline - System.nanoTime()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Ends as the children of a CPython program end at Ctrl-C: each worker is interrupted and ends with its stack
     * trace. Those that do not are told to end.
     */
    public void interrupt() {
        door.close();
        workers.list().forEach(JavaProcess::interrupt);
        try {
            if (!workers.awaitNone(INTERRUPTION)) {
                terminateWorkers(TERMINATION);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Ends at once: accepts nobody any more, tells all workers to end and gives them a moment to release locks and
     * finish messages.
     *
     * @param moment how long to wait for them
     * @throws InterruptedException when interrupted while waiting
     */
    public void terminate(Duration moment) throws InterruptedException {
        door.close();
        terminateWorkers(moment);
    }

    private void terminateWorkers(Duration moment) throws InterruptedException {
        workers.terminateAll();
        if (!workers.awaitNone(moment)) {
            workers.list().forEach(worker -> reportLeft(worker, "did not end in time"));
        }
    }

    /** Logs what is left undone: workers, what they have not written, and what they hold. */
    public void reportLeft() {
        workers.list().forEach(worker -> reportLeft(worker, "is left"));
        if (services.connections() > 0) {
            LOG.log(Level.WARNING, "{0} connections of services are left", services.connections());
        }
    }

    private static void reportLeft(JavaProcess worker, String how) {
        LogContext.about(worker.name(), () -> {
            LOG.log(Level.WARNING, "{0} ({1}) {2}", worker.name(), worker.target(), how);
            int unwritten = worker.unwritten();
            if (unwritten > 0) {
                LOG.log(Level.WARNING, "{0} has put {1} items that are not written", worker.name(), unwritten);
            }
            for (Hold hold : worker.holds()) {
                LOG.log(
                        Level.WARNING,
                        "{0} holds a {1}, {2}, since {3} s",
                        worker.name(),
                        hold.kind(),
                        hold.name(),
                        hold.age().toMillis() / 1000.0);
            }
        });
    }

    /**
     * Returns the workers.
     *
     * @return all workers of this daemon
     */
    public Workers workers() {
        return workers;
    }

    /**
     * Returns how many clients were not let in.
     *
     * @return the numbers, by reason
     */
    public Tally<Refusal> refusals() {
        return door.refusals();
    }

    /**
     * Returns how many processes could not be started.
     *
     * @return the numbers, by error
     */
    public StartFailures startFailures() {
        return control.failures();
    }

    /**
     * Returns how much the daemon takes on.
     *
     * @return the limits, which may be changed
     */
    public Limits limits() {
        return limits;
    }

    /**
     * Returns the services.
     *
     * @return all services of this daemon
     */
    public Services services() {
        return services;
    }

    /**
     * Returns how many clients are connected to the daemon itself.
     *
     * @return the number of connections
     */
    public int connections() {
        return control.connections();
    }

    /**
     * Tells why no new work is taken.
     *
     * @return the reason; empty when the daemon takes new work
     */
    public Optional<String> whyNotReady() {
        return Optional.ofNullable(whyNotReady).or(workers::whyFull);
    }

    /**
     * Asks the event loop for a sign of life.
     *
     * @return done when it has come round
     */
    public CompletableFuture<Void> pingEventLoop() {
        return door.ping();
    }

    /**
     * Asks for a sign of life of a thread such as clients get.
     *
     * @return done when it has run
     */
    public CompletableFuture<Void> pingControl() {
        return control.ping();
    }
}
