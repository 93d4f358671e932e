package io.jarpipe.connection;

import io.jarpipe.MpAddress;
import io.jarpipe.MpConnection;
import io.jarpipe.MpPeer;
import io.jarpipe.PosixException;
import io.jarpipe.os.Transport;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Waits for clients, as {@code multiprocessing.connection.Listener} does: CPython's {@code Client} of any version from
 * 3.8 on, or {@link MpClient}.
 *
 * <p>Unlike CPython's, clients are accepted and authenticated in the background, side by side, from the moment the
 * listener is opened: one that stalls delays nobody, and one that fails does not make {@link #accept()} fail but is
 * reported to {@link MpListenerOptions#withRefused}. Connections that nobody has taken by {@link #accept()} are closed
 * with the listener. Thread-safe.
 *
 * <p>A listener without a key and a client with one wait for each other: the client for the challenge, the listener's
 * side for the first message. That cannot be told from a client that has nothing to say.
 */
public final class MpListener implements CurrentProcess.Resource, AutoCloseable {
    /** What {@link #accept()} finds: a connection, or the news that there will be no other. */
    private record Arrival(
            @Nullable StreamConnection connection,
            String from,
            @Nullable IOException failure) {}

    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private final CurrentProcess process = CurrentProcess.get();
    private final MpListenerOptions options;
    private final Acceptor acceptor;
    private volatile boolean closed;
    private volatile @Nullable String lastAccepted;

    private MpListener(MpAddress address, byte @Nullable [] authkey, MpListenerOptions options) throws IOException {
        this.options = options;
        this.acceptor = Acceptor.open(address, authkey, options, options.maxWaiting(), new Arrivals());
    }

    /** Puts what comes from the acceptor in line. */
    private final class Arrivals implements Acceptor.Clients {
        @Override
        public void accepted(Transport socket, MpPeer peer) {
            StreamConnection connection =
                    new StreamConnection(socket, true, true, process.codec(), options.maxMessage());
            arrivals.add(new Arrival(connection, peer.name(), null));
            if (closed) {
                discardArrivals();
            }
        }

        @Override
        public void full(@Nullable PosixException why) {
            if (why != null) {
                System.getLogger(MpListener.class.getName())
                        .log(System.Logger.Level.WARNING, "clients have to wait: {0}", why.getMessage());
            }
        }

        @Override
        public void failed(IOException why) {
            arrivals.add(new Arrival(null, "", why));
        }
    }

    /**
     * Begins to listen, for everybody who may connect to the Unix socket.
     *
     * @param address a path or an abstract address
     * @return the listener, to be closed by the caller
     * @throws PosixException with EADDRINUSE when somebody listens there
     * @throws IOException when the address cannot be bound
     * @throws IllegalArgumentException when the address is a TCP port: that needs a key
     */
    public static MpListener open(MpAddress address) throws IOException {
        return open(address, null, MpListenerOptions.defaults());
    }

    /**
     * Begins to listen, for those who know a key.
     *
     * @param address where; TCP port 0 means any free port
     * @param authkey the key, in Python {@code bytes(multiprocessing.current_process().authkey)}; copied; null accepts
     *     everybody
     * @return the listener, to be closed by the caller
     * @throws PosixException with EADDRINUSE when somebody listens there
     * @throws IOException when the address cannot be bound
     * @throws IllegalArgumentException when a TCP port is to be opened without a key
     */
    public static MpListener open(MpAddress address, byte @Nullable [] authkey) throws IOException {
        return open(address, authkey, MpListenerOptions.defaults());
    }

    /**
     * Begins to listen.
     *
     * @param address where; TCP port 0 means any free port
     * @param authkey the key, copied; null accepts everybody
     * @param options limits, and what happens to clients that fail
     * @return the listener, to be closed by the caller
     * @throws PosixException with EADDRINUSE when somebody listens there
     * @throws IOException when the address cannot be bound
     * @throws IllegalArgumentException when a TCP port is to be opened without a key and the options do not allow it
     */
    public static MpListener open(MpAddress address, byte @Nullable [] authkey, MpListenerOptions options)
            throws IOException {
        MpListener listener = new MpListener(address, authkey, options);
        listener.process.adopt(listener);
        listener.acceptor.start();
        return listener;
    }

    /**
     * Returns the next connection, waiting for it.
     *
     * @return the connection, authenticated if there is a key; to be closed by the caller
     * @throws ClosedChannelException when the listener is closed, also during the wait
     * @throws IOException when listening has failed
     * @throws InterruptedException when interrupted while waiting
     */
    public MpConnection accept() throws IOException, InterruptedException {
        return take(arrivals.take());
    }

    /**
     * Returns the next connection if it comes in time.
     *
     * @param timeout how long to wait; zero or negative does not wait
     * @return the connection, to be closed by the caller; empty when the time is over
     * @throws ClosedChannelException when the listener is closed, also during the wait
     * @throws IOException when listening has failed
     * @throws InterruptedException when interrupted while waiting
     */
    public Optional<MpConnection> accept(Duration timeout) throws IOException, InterruptedException {
        Arrival arrival = arrivals.poll(TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS);
        return arrival == null ? Optional.empty() : Optional.of(take(arrival));
    }

    private MpConnection take(Arrival arrival) throws IOException {
        StreamConnection connection = arrival.connection();
        if (connection == null) {
            arrivals.add(arrival); // for whoever asks next
            IOException failure = arrival.failure();
            throw failure == null ? new ClosedChannelException() : new IOException(failure.getMessage(), failure);
        }
        acceptor.release();
        process.adopt(connection);
        lastAccepted = arrival.from();
        return connection;
    }

    /**
     * Returns where clients connect to, CPython's {@code Listener.address}.
     *
     * @return the address, of a TCP port the numeric host and the real port
     */
    public MpAddress address() {
        return acceptor.address();
    }

    /**
     * Returns where the connection that {@link #accept()} returned last came from, as CPython prints
     * {@code Listener.last_accepted}.
     *
     * @return empty for a Unix client, {@code ('127.0.0.1', 50312)} for TCP; null before the first
     */
    public @Nullable String lastAccepted() {
        return lastAccepted;
    }

    /**
     * Tells whether this listener was closed.
     *
     * @return true from the moment of {@link #close()}
     */
    @Override
    public boolean isClosed() {
        return closed;
    }

    /**
     * Stops listening, removes the socket's file if it is still ours, and closes connections that were not taken;
     * {@link #accept()} ends. Connections that were taken are not touched. Idempotent.
     */
    @Override
    public void close() {
        closed = true;
        acceptor.close();
        discardArrivals();
    }

    private void discardArrivals() {
        for (Arrival arrival = arrivals.poll(); arrival != null; arrival = arrivals.poll()) {
            if (arrival.connection() != null) {
                arrival.connection().close();
                acceptor.release();
            }
        }
        arrivals.add(new Arrival(null, "", null));
    }
}
