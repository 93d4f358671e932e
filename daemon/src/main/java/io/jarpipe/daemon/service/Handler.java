package io.jarpipe.daemon.service;

import io.jarpipe.MpBrokenPipeException;
import io.jarpipe.MpPeer;
import io.jarpipe.PosixException;
import io.jarpipe.WorkerExit;
import io.jarpipe.connection.StreamConnection;
import io.jarpipe.daemon.worker.ServiceCode;
import java.io.EOFException;
import java.lang.System.Logger.Level;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Serves one client: a thread that runs the service's method, and closes the connection when that returns. */
final class Handler {
    private static final System.Logger LOG = System.getLogger(Handler.class.getName());

    private final Service service;
    private final StreamConnection connection;
    private final MpPeer peer;
    private volatile @Nullable Thread thread;

    Handler(Service service, StreamConnection connection, MpPeer peer) {
        this.service = service;
        this.connection = connection;
        this.peer = peer;
    }

    void start(ServiceSettings.Threads kind, ServiceCode code) {
        Thread.Builder builder = switch (kind) {
            case VIRTUAL -> Thread.ofVirtual();
            case PLATFORM -> Thread.ofPlatform().daemon();
        };
        Thread created = builder.name(service.name() + " " + peer).unstarted(() -> run(code));
        thread = created;
        try {
            created.start();
        } catch (OutOfMemoryError e) {
            LOG.log(Level.WARNING, "service {0}: no thread for {1}: {2}", service.name(), peer, e.getMessage());
            end();
        }
    }

    private void run(ServiceCode code) {
        try {
            if (!service.isStopped()) {
                code.call(connection);
            }
        } catch (Throwable e) {
            report(e);
        } finally {
            end();
        }
    }

    private void end() {
        connection.close();
        service.ended(this);
    }

    /** A client that is gone and a daemon that ends are no news: handlers need not catch them. */
    private void report(Throwable thrown) {
        Optional<String> ordinary = switch (thrown) {
            case EOFException e -> Optional.of("the client is gone");
            case MpBrokenPipeException e -> Optional.of("the client is gone");
            case PosixException e when e.errnoName().equals("ECONNRESET") -> Optional.of("the client is gone");
            case WorkerExit e when e.code() == 0 -> Optional.of("the handler called exit(0)");
            case Throwable e when service.isStopped() -> Optional.of("the daemon ends: " + e);
            default -> Optional.empty();
        };
        if (ordinary.isPresent()) {
            LOG.log(Level.DEBUG, "service {0}, {1}: {2}", service.name(), peer, ordinary.get());
        } else {
            LOG.log(
                    Level.WARNING,
                    "service {0}: the handler of {1} failed, its connection is closed\n{2}",
                    service.name(),
                    peer,
                    ServiceCode.stackTrace(thrown).stripTrailing());
        }
    }

    void interrupt() {
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    void close() {
        connection.close();
    }

    MpPeer peer() {
        return peer;
    }
}
