package io.jarpipe.daemon;

import io.jarpipe.daemon.control.ControlServer;
import io.jarpipe.daemon.frontdoor.FrontDoor;
import io.jarpipe.daemon.worker.JavaProcess;
import io.jarpipe.daemon.worker.Workers;
import io.jarpipe.pickle.PickleCodec;
import io.jarpipe.pickle.RazorvineCodec;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A running daemon: its front door and its workers. */
public final class Daemon {
    private static final System.Logger LOG = System.getLogger(Daemon.class.getName());
    /** How long workers that were told to end may take: more than the grace each of them has. */
    private static final Duration TERMINATION = Duration.ofSeconds(4);
    /** How long workers that were interrupted may take. */
    private static final Duration INTERRUPTION = Duration.ofSeconds(1);

    private final Workers workers;
    private final FrontDoor frontDoor;

    private Daemon(Workers workers, FrontDoor frontDoor) {
        this.workers = workers;
        this.frontDoor = frontDoor;
    }

    /**
     * Starts to listen for Python programs.
     *
     * @param door where to listen, with which key, for whom
     * @param code the folders and jars with the workers' classes
     * @param maxMessage the longest message a worker accepts, in bytes
     * @return the daemon
     * @throws IOException when the address is taken or cannot be bound
     */
    public static Daemon start(FrontDoor.Settings door, List<Path> code, int maxMessage) throws IOException {
        PickleCodec codec = new RazorvineCodec();
        Workers workers = new Workers(code, codec, maxMessage);
        ControlServer control = new ControlServer(workers, codec);
        return new Daemon(workers, FrontDoor.open(door, control::accept));
    }

    /**
     * Ends in order: accepts nobody any more, lets the workers finish, tells those that do not to end.
     *
     * @param grace how long the workers may take to finish by themselves
     */
    public void drain(Duration grace) {
        frontDoor.close();
        try {
            int left = workers.list().size();
            if (left > 0) {
                LOG.log(Level.INFO, "waiting up to {0} s for {1} workers to finish", grace.toSeconds(), left);
            }
            if (!workers.awaitNone(grace)) {
                workers.list()
                        .forEach(worker -> LOG.log(
                                Level.WARNING,
                                "{0} ({1}) has not finished: terminated",
                                worker.name(),
                                worker.target()));
                terminate(TERMINATION);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Ends as the children of a CPython program end at Ctrl-C: each worker is interrupted and ends with its stack
     * trace. Those that do not are told to end.
     */
    public void interrupt() {
        frontDoor.close();
        workers.list().forEach(JavaProcess::interrupt);
        try {
            if (!workers.awaitNone(INTERRUPTION)) {
                terminate(TERMINATION);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Ends at once: tells all workers to end and gives them a moment to release locks and finish messages.
     *
     * @param moment how long to wait for them
     * @throws InterruptedException when interrupted while waiting
     */
    public void terminate(Duration moment) throws InterruptedException {
        workers.terminateAll();
        if (!workers.awaitNone(moment)) {
            workers.list()
                    .forEach(worker ->
                            LOG.log(Level.WARNING, "{0} ({1}) did not end in time", worker.name(), worker.target()));
        }
    }
}
