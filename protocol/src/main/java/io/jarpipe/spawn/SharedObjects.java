package io.jarpipe.spawn;

import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.connection.StreamConnection;
import io.jarpipe.os.Fd;
import io.jarpipe.os.Transport;
import io.jarpipe.pickle.PickleCodec;
import io.jarpipe.queue.PipeQueue;
import io.jarpipe.spawn.AttachException.Reason;
import io.jarpipe.sync.ProcessLock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Attaches to the shared objects among a process's arguments: finds the recipes of queues, locks and connections in
 * what was unpickled, and puts the live Java object in the place of each.
 *
 * <p>The same Python object at two places becomes the same Java object. All that was attached belongs to this
 * collection until its {@link #close()}.
 */
public final class SharedObjects implements AutoCloseable {
    private static final String CONNECTION = "multiprocessing.connection.Connection";
    private static final String SUPPORTED = "Queue, Lock and Connection";

    private final Descriptors descriptors;
    private final PickleCodec codec;
    private final int maxLength;
    private final IdentityHashMap<Object, Object> attached = new IdentityHashMap<>();
    private final List<PipeQueue<@Nullable Object>> queues = new ArrayList<>();
    private final List<ProcessLock> locks = new ArrayList<>();
    private final List<StreamConnection> connections = new ArrayList<>();

    /**
     * Prepares to attach.
     *
     * @param descriptors the descriptors the pickle refers to; stays the caller's
     * @param codec reads and writes the messages of what is attached
     * @param maxLength the longest message accepted, in bytes
     */
    public SharedObjects(Descriptors descriptors, PickleCodec codec, int maxLength) {
        this.descriptors = descriptors;
        this.codec = codec;
        this.maxLength = maxLength;
    }

    /**
     * Replaces the recipes of shared objects in a value by the attached objects, looking into lists, tuples and dicts.
     *
     * @param value what was unpickled
     * @return the value with live objects; the same object where nothing was replaced
     * @throws AttachException when an object cannot be shared with Java
     * @throws IOException when the system refuses to attach
     */
    public @Nullable Object attach(@Nullable Object value) throws IOException {
        return switch (value) {
            case PyObject object -> attachObject(object);
            case PyTuple tuple -> attachTuple(tuple);
            case List<?> list -> attachList(list);
            case Map<?, ?> map -> attachMap(map);
            case null, default -> value;
        };
    }

    @FunctionalInterface
    private interface Attaching {
        Object attach(PyObject recipe) throws IOException;
    }

    private Object attachOnce(PyObject recipe, Attaching attaching) throws IOException {
        Object done = attached.get(recipe);
        if (done == null) {
            done = attaching.attach(recipe);
            attached.put(recipe, done);
        }
        return done;
    }

    private PyTuple attachTuple(PyTuple tuple) throws IOException {
        List<@Nullable Object> result = new ArrayList<>(tuple.size());
        for (Object value : tuple) {
            result.add(attach(value));
        }
        return PyTuple.copyOf(result);
    }

    /** Remembers the copy before filling it, because a list may contain itself. */
    private Object attachList(List<?> list) throws IOException {
        Object done = attached.get(list);
        if (done != null) {
            return done;
        }
        List<@Nullable Object> result = new ArrayList<>(list.size());
        attached.put(list, result);
        for (Object value : list) {
            result.add(attach(value));
        }
        return result;
    }

    private Object attachMap(Map<?, ?> map) throws IOException {
        Object done = attached.get(map);
        if (done != null) {
            return done;
        }
        Map<@Nullable Object, @Nullable Object> result = new LinkedHashMap<>();
        attached.put(map, result);
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            result.put(entry.getKey(), attach(entry.getValue()));
        }
        return result;
    }

    private Object attachObject(PyObject object) throws IOException {
        String type = object.callable() instanceof PyGlobal global ? global.toString() : "";
        return switch (type) {
            case "multiprocessing.connection.rebuild_connection" -> attachOnce(object, this::connection);
            case "multiprocessing.queues.Queue" -> attachOnce(object, this::queue);
            case "multiprocessing.synchronize.Lock" -> attachOnce(object, this::lock);
            case CONNECTION ->
                throw new AttachException(
                        Reason.UNSUPPORTED,
                        CONNECTION,
                        null,
                        "a Connection pickled by plain pickle is a number without meaning in another process: pass it as an"
                                + " argument of Process, or over another Connection",
                        null);
            default -> {
                if (type.startsWith("multiprocessing.")) {
                    throw new AttachException(
                            Reason.UNSUPPORTED,
                            type,
                            null,
                            type + " cannot be shared with a Java worker; what can: " + SUPPORTED,
                            null);
                }
                yield object;
            }
        };
    }

    private StreamConnection connection(PyObject object) throws IOException {
        boolean readable = Boolean.TRUE.equals(argument(object, 1));
        boolean writable = Boolean.TRUE.equals(argument(object, 2));
        Transport transport = transport(argument(object, 0), readable, writable);
        StreamConnection connection = new StreamConnection(transport, readable, writable, codec, maxLength);
        connections.add(connection);
        return connection;
    }

    private Transport transport(@Nullable Object duplicated, boolean readable, boolean writable) throws IOException {
        if (!(duplicated instanceof PyObject dupFd) || !(dupFd.stateMap().get("ind") instanceof Long index)) {
            throw AttachException.malformed(CONNECTION, "a descriptor by index");
        }
        Fd fd = descriptors.claim(Math.toIntExact(index));
        return Transport.adopt(fd, readable, writable);
    }

    private ProcessLock lock(PyObject object) throws IOException {
        ProcessLock lock = new ProcessLock(Semaphores.open(object));
        locks.add(lock);
        return lock;
    }

    /** State: ignore_epipe, maxsize, reader, writer, rlock, wlock, sem, creator's pid. */
    private PipeQueue<@Nullable Object> queue(PyObject object) throws IOException {
        PyTuple state = object.stateTuple();
        if (state.size() != 8
                || !(state.get(2) instanceof PyObject reader)
                || !(state.get(3) instanceof PyObject writer)
                || !(state.get(4) instanceof PyObject readLock)
                || !(state.get(5) instanceof PyObject writeLock)
                || !(state.get(6) instanceof PyObject freeSlots)) {
            throw AttachException.malformed(object.className(), "a state of 8 elements");
        }
        PipeQueue.Parts parts;
        try (Opening opening = new Opening()) {
            parts = new PipeQueue.Parts(
                    opening.keep(transport(argument(reader, 0), true, false)),
                    opening.keep(transport(argument(writer, 0), false, true)),
                    opening.keep(Semaphores.open(readLock)),
                    opening.keep(Semaphores.open(writeLock)),
                    opening.keep(Semaphores.open(freeSlots)));
            opening.succeeded();
        }
        PipeQueue<@Nullable Object> queue = new PipeQueue<>(parts, codec, item -> item, maxLength);
        queues.add(queue);
        return queue;
    }

    private static @Nullable Object argument(PyObject object, int index) throws AttachException {
        if (object.args().size() <= index) {
            throw AttachException.malformed(object.className(), "at least " + (index + 1) + " arguments");
        }
        return object.args().get(index);
    }

    /**
     * Returns the queues attached, in the order of their first appearance.
     *
     * @return the queues
     */
    public List<PipeQueue<@Nullable Object>> queues() {
        return List.copyOf(queues);
    }

    /**
     * Returns the locks attached, in the order of their first appearance.
     *
     * @return the locks
     */
    public List<ProcessLock> locks() {
        return List.copyOf(locks);
    }

    /** Closes all that was attached. Idempotent; does not block. */
    @Override
    public void close() {
        connections.forEach(StreamConnection::close);
        queues.forEach(PipeQueue::close);
        locks.forEach(ProcessLock::close);
    }
}
