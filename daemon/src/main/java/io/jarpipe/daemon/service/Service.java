package io.jarpipe.daemon.service;

import io.jarpipe.MpAddress;
import io.jarpipe.MpPeer;
import io.jarpipe.PosixException;
import io.jarpipe.connection.Acceptor;
import io.jarpipe.daemon.Refusal;
import io.jarpipe.daemon.Tally;
import io.jarpipe.daemon.worker.ServiceCode;
import io.jarpipe.os.Transport;
import io.jarpipe.sharing.ProcessKey;
import io.jarpipe.sharing.SharedObjects;
import io.jarpipe.sharing.Traffic;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** One service: calls a Java method for every client of an address, with the connection to it. */
public final class Service {
    private static final System.Logger LOG = System.getLogger(Service.class.getName());
    /** How often an operator is told that clients have to wait. */
    private static final Duration REMINDER = Duration.ofMinutes(1);

    private final String target;
    private final ServiceSettings settings;
    private final Acceptor acceptor;
    private final ServiceCode code;
    private final Tally<Refusal> refusals = new Tally<>(Refusal.class);
    private final LongAdder failures = new LongAdder();
    private final Traffic traffic = new Traffic();
    /** Guarded by itself, which is notified when one ends. */
    private final Set<Handler> handlers = new LinkedHashSet<>();

    private boolean stopped;
    private volatile @Nullable Long toldOfWaiting;

    /** Binds the address and loads the code; serves nobody before {@link #start()}. */
    Service(MpAddress address, String target, ServiceSettings settings) throws IOException {
        this.target = target;
        this.settings = settings;
        this.acceptor = Acceptor.open(
                address,
                settings.key(),
                settings.listenerOptions(address.toString(), refusals),
                settings.maxConnections(),
                new Clients());
        try {
            this.code = ServiceCode.load(name(), settings.code(), target);
        } catch (IOException e) {
            acceptor.close();
            throw e;
        }
    }

    /** Turns clients into handlers. */
    private final class Clients implements Acceptor.Clients {
        @Override
        public void accepted(Transport socket, MpPeer peer) {
            Handler handler = new Handler(Service.this, socket, peer);
            synchronized (handlers) {
                if (!stopped) {
                    handlers.add(handler);
                }
            }
            handler.start(settings.threads(), code);
        }

        @Override
        public void full(@Nullable PosixException why) {
            Long told = toldOfWaiting;
            long now = System.nanoTime();
            if (told != null && now - told < REMINDER.toNanos()) {
                return;
            }
            toldOfWaiting = now;
            if (why == null) {
                LOG.log(
                        Level.WARNING,
                        "service {0} has {1} connections, its limit: further clients wait; see --service-connections",
                        name(),
                        Integer.toString(limit()));
            } else {
                LOG.log(Level.WARNING, "clients of service {0} have to wait: {1}", name(), why.getMessage());
            }
        }

        @Override
        public void failed(IOException why) {
            LOG.log(Level.ERROR, "service " + name() + " accepts nobody any more", why);
        }
    }

    /** Returns what one handler, which is a process in Python's sense, shares with its client. */
    SharedObjects newProcess() {
        return new SharedObjects(
                Optional.ofNullable(settings.key()).map(ProcessKey::of),
                settings.codec(),
                settings.maxMessage(),
                traffic,
                Long.MAX_VALUE);
    }

    int maxMessage() {
        return settings.maxMessage();
    }

    /** Begins to serve. */
    void start() {
        acceptor.start();
    }

    /** Takes note that a handler has ended and its connection is closed. */
    void ended(Handler handler) {
        acceptor.release();
        synchronized (handlers) {
            handlers.remove(handler);
            handlers.notifyAll();
        }
    }

    /** Tells whether handlers are being made to end. */
    boolean isStopped() {
        synchronized (handlers) {
            return stopped;
        }
    }

    /** Accepts nobody any more. Handlers go on. */
    void stopAccepting() {
        acceptor.close();
    }

    /** Waits until no handler runs, or until a moment of {@link System#nanoTime()}; tells whether none runs. */
    boolean awaitNone(long deadline) throws InterruptedException {
        synchronized (handlers) {
            while (!handlers.isEmpty()) {
                long millis = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
                if (millis <= 0) {
                    return false;
                }
                handlers.wait(millis);
            }
            return true;
        }
    }

    /** Interrupts all handlers, those that begin now as well. */
    void interrupt() {
        begunToStop().forEach(Handler::interrupt);
    }

    /** Closes all connections, whatever their handlers do. */
    void cutOff() {
        begunToStop().forEach(handler -> {
            LOG.log(Level.WARNING, "service {0}: the handler of {1} did not end in time", name(), handler.peer());
            handler.close();
        });
        code.close();
    }

    private List<Handler> begunToStop() {
        synchronized (handlers) {
            stopped = true;
            return new ArrayList<>(handlers);
        }
    }

    /**
     * Returns the service's name.
     *
     * @return its address, with the real port
     */
    public String name() {
        return acceptor.address().toString();
    }

    /**
     * Returns what the service calls.
     *
     * @return the target string
     */
    public String target() {
        return target;
    }

    /**
     * Returns how many clients are being served.
     *
     * @return the number of handlers that run
     */
    public int connections() {
        synchronized (handlers) {
            return handlers.size();
        }
    }

    /** Counts a handler that ended by an exception, or a client that broke the protocol. */
    void failed() {
        failures.increment();
    }

    /**
     * Returns how many connections did not end well.
     *
     * @return the number of handlers that threw, because of an own mistake or one of the client
     */
    public long failures() {
        return failures.sum();
    }

    /**
     * Returns how many clients were not let in.
     *
     * @return the numbers, by reason
     */
    public Tally<Refusal> refusals() {
        return refusals;
    }

    /**
     * Returns what has gone through the connections of all clients.
     *
     * @return the figures, which go on to change
     */
    public Traffic traffic() {
        return traffic;
    }

    /**
     * Returns how many clients can be served at a time.
     *
     * @return the limit
     */
    public int limit() {
        return settings.maxConnections();
    }
}
