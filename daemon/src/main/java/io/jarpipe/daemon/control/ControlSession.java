package io.jarpipe.daemon.control;

import io.jarpipe.ProtocolException;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.connection.StreamConnection;
import io.jarpipe.daemon.Version;
import io.jarpipe.daemon.service.Service;
import io.jarpipe.daemon.service.Services;
import io.jarpipe.daemon.worker.JavaProcess;
import io.jarpipe.daemon.worker.LogContext;
import io.jarpipe.daemon.worker.StartException;
import io.jarpipe.daemon.worker.Workers;
import io.jarpipe.os.Deadline;
import io.jarpipe.os.DescriptorPassing;
import io.jarpipe.os.Fd;
import io.jarpipe.os.ThisProcess;
import io.jarpipe.pickle.PickleCodec;
import io.jarpipe.sharing.SharedObjects;
import io.jarpipe.sync.Hold;
import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Serves one authenticated connection on a thread of its own: requests and replies in the forms of
 * {@code multiprocessing.managers}, {@code ('#RETURN', value)} and {@code ('#ERROR', exception)}.
 *
 * <p>Once it has started a worker the connection stands for the parent of that worker: its end is the parent's.
 */
final class ControlSession {
    private static final System.Logger LOG = System.getLogger(ControlSession.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** Most descriptors of one process: a queue has two, so this is far beyond any use. */
    private static final int MOST_DESCRIPTORS = 10_000;

    private static final int DESCRIPTORS_IN_A_BATCH = 250;

    private final StreamConnection connection;
    private final Workers workers;
    private final Services services;
    private final PickleCodec codec;
    private final StartFailures failures;
    private @Nullable JavaProcess worker;

    ControlSession(
            StreamConnection connection,
            Workers workers,
            Services services,
            PickleCodec codec,
            StartFailures failures) {
        this.failures = failures;
        this.connection = connection;
        this.workers = workers;
        this.services = services;
        this.codec = codec;
    }

    /** Serves requests until the client goes. */
    void run() {
        try (connection) {
            while (serveOne()) {
                // each request is complete before the next is read
            }
        } catch (EOFException | ClosedChannelException clientGone) {
            LOG.log(Level.TRACE, "a client is gone");
        } catch (IOException e) {
            LOG.log(Level.WARNING, "a control connection failed: {0}", e.getMessage());
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "a control connection ends with the daemon");
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "a request could not be served", e);
        } finally {
            if (worker != null) {
                worker.terminate();
            }
        }
    }

    private boolean serveOne() throws IOException, InterruptedException {
        Deadline deadline = worker == null ? Deadline.after(PATIENCE) : Deadline.NEVER;
        byte[] frame = connection.recvBytes(deadline);
        if (frame == null) {
            LOG.log(Level.WARNING, "a client asked for nothing within {0}: closed", PATIENCE);
            return false;
        }
        try {
            serve(Request.of(codec.decode(frame)));
            return true;
        } catch (ProtocolException e) {
            // What follows in the stream may belong to the request, so this is the last word.
            reply("#ERROR", error(e.getMessage()));
            return false;
        }
    }

    private void serve(Request request) throws IOException, InterruptedException {
        switch (request.method()) {
            case "version" -> reply("#RETURN", version());
            case "workers" ->
                reply(
                        "#RETURN",
                        workers.list().stream().map(ControlSession::describe).toList());
            case "locks" ->
                reply(
                        "#RETURN",
                        workers.list().stream().flatMap(ControlSession::locks).toList());
            case "endpoints" ->
                reply(
                        "#RETURN",
                        workers.list().stream()
                                .flatMap(ControlSession::endpoints)
                                .toList());
            case "services" ->
                reply(
                        "#RETURN",
                        services.list().stream().map(ControlSession::describe).toList());
            case "start" -> start(request);
            case "terminate" -> signal(JavaProcess::terminate);
            case "kill" -> signal(JavaProcess::kill);
            case "interrupt" -> signal(JavaProcess::interrupt);
            default ->
                reply(
                        "#ERROR",
                        error("this daemon (jarpipe " + Version.number() + ") knows no request " + request.method()
                                + ": install the same version of jarpipe on both sides"));
        }
    }

    private static Map<String, Object> version() {
        Map<String, Object> version = new LinkedHashMap<>();
        version.put("daemon", Version.number());
        version.put("protocol", Version.PROTOCOL);
        version.put("pid", ThisProcess.id());
        version.put("java", Runtime.version().toString());
        return version;
    }

    private static Map<String, Object> describe(JavaProcess process) {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("pid", process.pid());
        description.put("name", process.name());
        description.put("target", process.target());
        description.put("state", process.state().name().toLowerCase(Locale.ROOT));
        description.put("parent", process.parent());
        description.put("seconds", process.age().toMillis() / 1000.0);
        SharedObjects.Usage usage = process.usage();
        int adopted = Math.min(process.adopted(), usage.direct());
        description.put("direct", usage.direct() - adopted);
        description.put("adopted", adopted);
        description.put("relayed", usage.relayed());
        description.put("items_per_second", process.itemsPerSecond());
        description.put("bytes_per_second", process.bytesPerSecond());
        description.put("held", process.holds().size());
        return description;
    }

    private static Stream<Map<String, Object>> locks(JavaProcess process) {
        return process.holds().stream().map(hold -> describe(process, hold));
    }

    private static Stream<Map<String, Object>> endpoints(JavaProcess process) {
        return process.uses().stream().map(use -> {
            Map<String, Object> description = new LinkedHashMap<>();
            description.put("pid", process.pid());
            description.put("process", process.name());
            description.put("endpoint", use.description());
            description.put("items", use.items());
            description.put("unwritten", use.unwritten());
            return description;
        });
    }

    private static Map<String, Object> describe(JavaProcess process, Hold hold) {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("pid", process.pid());
        description.put("process", process.name());
        description.put("name", hold.name());
        description.put("kind", hold.kind());
        description.put("count", hold.count());
        description.put("seconds", hold.age().toMillis() / 1000.0);
        description.put("thread", hold.thread());
        return description;
    }

    private static Map<String, Object> describe(Service service) {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("address", service.name());
        description.put("target", service.target());
        description.put("connections", service.connections());
        description.put("limit", service.limit());
        return description;
    }

    private void start(Request request) throws IOException, InterruptedException {
        List<Fd> descriptors = receive(request.number(1, "nfds"));
        JavaProcess process;
        try {
            process = start(request, descriptors);
        } catch (StartException e) {
            LOG.log(Level.DEBUG, "a process could not be started", e);
            failures.count(e);
            reply("#ERROR", e.toPython());
            return;
        }
        worker = process;
        LogContext.enter(process.name());
        reply("#RETURN", process.pid());
        process.release();
    }

    private JavaProcess start(Request request, List<Fd> descriptors) throws IOException, StartException {
        boolean taken = false;
        try {
            long protocol = request.number(2, "protocol");
            Workers.Parent parent = new Workers.Parent(request.number(3, "parent"), adopted(request));
            if (worker != null) {
                throw new ProtocolException("this connection has started a process already");
            }
            if (descriptors.size() < Workers.FIXED_DESCRIPTORS) {
                throw new ProtocolException("start() needs at least " + Workers.FIXED_DESCRIPTORS + " descriptors");
            }
            if (protocol > Version.PROTOCOL) {
                throw StartException.daemonTooOld(Version.number(), protocol, Version.PROTOCOL);
            }
            taken = true;
            return workers.start(request.argument(0, "process"), descriptors, parent, connection::close);
        } finally {
            if (!taken) {
                descriptors.forEach(Fd::close);
            }
        }
    }

    /** Older clients adopt nothing. */
    private static int adopted(Request request) {
        return request.argument(4, "adopted") instanceof Long count ? Math.toIntExact(count) : 0;
    }

    private List<Fd> receive(long count) throws IOException, InterruptedException {
        if (count < 0 || count > MOST_DESCRIPTORS) {
            throw new ProtocolException("descriptors: " + count + " (expected: 0 to " + MOST_DESCRIPTORS + ")");
        }
        List<Fd> descriptors = new ArrayList<>();
        boolean complete = false;
        try {
            Deadline deadline = Deadline.after(PATIENCE);
            while (descriptors.size() < count) {
                int batch = (int) Math.min(DESCRIPTORS_IN_A_BATCH, count - descriptors.size());
                descriptors.addAll(DescriptorPassing.receive(connection.transport(), batch, deadline));
            }
            complete = true;
            return descriptors;
        } finally {
            if (!complete) {
                descriptors.forEach(Fd::close);
            }
        }
    }

    private void signal(Consumer<JavaProcess> action) throws IOException, InterruptedException {
        if (worker == null) {
            reply("#ERROR", error("this connection has not started a process"));
            return;
        }
        // The reply goes first: ending the worker closes this connection.
        reply("#RETURN", null);
        action.accept(worker);
    }

    private static PyObject error(@Nullable String message) {
        return PyObject.reduce(
                new PyGlobal("jarpipe.errors", "DaemonError"),
                PyTuple.of(Objects.requireNonNullElse(message, "the request failed"), Map.of()));
    }

    private void reply(String kind, @Nullable Object value) throws IOException, InterruptedException {
        connection.send(PyTuple.of(kind, value));
    }
}
