package io.jarpipe.daemon.control;

import io.jarpipe.connection.StreamConnection;
import io.jarpipe.daemon.service.Services;
import io.jarpipe.daemon.worker.Workers;
import io.jarpipe.os.Transport;
import io.jarpipe.pickle.PickleCodec;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Gives each authenticated connection a thread that serves it. */
public final class ControlServer {
    private static final System.Logger LOG = System.getLogger(ControlServer.class.getName());
    /** A request holds the pickled arguments of a process; large data belongs into a queue. */
    private static final int LONGEST_REQUEST = 64 * 1024 * 1024;

    private final Workers workers;
    private final Services services;
    private final PickleCodec codec;
    private final AtomicInteger connections = new AtomicInteger();
    private final StartFailures failures = new StartFailures();

    /**
     * Serves requests about workers and services.
     *
     * @param workers the workers to start, list and end
     * @param services the services to list
     * @param codec reads requests and writes replies
     */
    public ControlServer(Workers workers, Services services, PickleCodec codec) {
        this.workers = workers;
        this.services = services;
        this.codec = codec;
    }

    /**
     * Begins to serve a client; returns at once.
     *
     * @param socket the client's socket, owned by the server from now on
     * @param left runs when the client has gone
     */
    public void accept(Transport socket, Runnable left) {
        connections.incrementAndGet();
        boolean started = false;
        try {
            Thread.ofPlatform().name("control-" + socket.fd().number()).daemon().start(() -> serve(socket, left));
            started = true;
        } catch (OutOfMemoryError e) {
            LOG.log(Level.WARNING, "no thread for a client, which is refused: {0}", e.getMessage());
        } finally {
            if (!started) {
                socket.close();
                end(left);
            }
        }
    }

    private void end(Runnable left) {
        connections.decrementAndGet();
        left.run();
    }

    /**
     * Returns how many processes could not be started, and why.
     *
     * @return the numbers
     */
    public StartFailures failures() {
        return failures;
    }

    /**
     * Returns how many clients are connected.
     *
     * @return the number of connections that have a thread
     */
    public int connections() {
        return connections.get();
    }

    /**
     * Asks for a sign of life of a new thread, such as a client would get.
     *
     * @return done when the thread has run; failed when there can be no more threads
     */
    public CompletableFuture<Void> ping() {
        CompletableFuture<Void> answered = new CompletableFuture<>();
        try {
            Thread.ofPlatform().name("control-ping").daemon().start(() -> answered.complete(null));
        } catch (OutOfMemoryError noMoreThreads) {
            answered.completeExceptionally(noMoreThreads);
        }
        return answered;
    }

    private void serve(Transport socket, Runnable left) {
        try {
            StreamConnection connection = new StreamConnection(socket, true, true, codec, LONGEST_REQUEST);
            new ControlSession(connection, workers, services, codec, failures).run();
        } finally {
            end(left);
        }
    }
}
