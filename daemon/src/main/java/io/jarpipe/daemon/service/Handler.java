package io.jarpipe.daemon.service;

import io.jarpipe.MpBrokenPipeException;
import io.jarpipe.MpPeer;
import io.jarpipe.PickleException;
import io.jarpipe.PosixException;
import io.jarpipe.ProtocolException;
import io.jarpipe.WorkerExit;
import io.jarpipe.connection.CurrentProcess;
import io.jarpipe.connection.StreamConnection;
import io.jarpipe.daemon.worker.ServiceCode;
import io.jarpipe.os.Transport;
import io.jarpipe.sharing.SharedObjects;
import java.io.EOFException;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** Serves one client: a thread that runs the service's method, and closes the connection when that returns. */
final class Handler {
    private static final System.Logger LOG = System.getLogger(Handler.class.getName());

    private final Service service;
    private final Transport socket;
    private final MpPeer peer;
    private volatile @Nullable Thread thread;

    Handler(Service service, Transport socket, MpPeer peer) {
        this.service = service;
        this.socket = socket;
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
        SharedObjects shared = service.newProcess();
        CurrentProcess.enter(shared);
        boolean returned = false;
        try {
            serve(code, shared);
            returned = true;
        } catch (Throwable e) {
            report(e);
        } finally {
            if (!returned) {
                shared.giveUp(service.name() + ", " + peer);
            }
            shared.close();
            end();
        }
    }

    private void serve(ServiceCode code, SharedObjects shared) throws Throwable {
        StreamConnection connection = new StreamConnection(socket, true, true, shared.codec(), service.maxMessage());
        shared.adopt(connection);
        if (!service.isStopped()) {
            code.call(connection);
            shared.flush();
        }
    }

    private void end() {
        socket.close();
        service.ended(this);
    }

    private void report(Throwable thrown) {
        switch (thrown) {
            // A client that is gone and a daemon that ends are no news: handlers need not catch them.
            case EOFException e -> debug("the client is gone");
            case MpBrokenPipeException e -> debug("the client is gone");
            case PosixException e when e.errnoName().equals("ECONNRESET") -> debug("the client is gone");
            case WorkerExit e when e.code() == 0 -> debug("the handler called exit(0)");
            case Throwable e when service.isStopped() -> debug("the daemon ends: " + e);
            // What the client did wrong has no stack trace worth reading.
            case ProtocolException e when !isOurs(e) -> warn("the client breaks the protocol", e.getMessage());
            default -> warn("the handler failed", ServiceCode.stackTrace(thrown).stripTrailing());
        }
    }

    /** A pickle that cannot be written, other than one that cannot be read, has no place of its error. */
    private static boolean isOurs(ProtocolException e) {
        return e instanceof PickleException pickle && pickle.offset().isEmpty();
    }

    private void debug(String what) {
        LOG.log(Level.DEBUG, "service {0}, {1}: {2}", service.name(), peer, what);
    }

    private void warn(String what, @Nullable String details) {
        service.failed();
        LOG.log(
                Level.WARNING,
                "service {0}, {1}: {2}, its connection is closed: {3}",
                service.name(),
                peer,
                what,
                details);
    }

    void interrupt() {
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    void close() {
        socket.close();
    }

    MpPeer peer() {
        return peer;
    }
}
