package io.jarpipe.sharing;

import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.connection.StreamConnection;
import io.jarpipe.connection.StreamSocket;
import io.jarpipe.manager.Relayed;
import io.jarpipe.os.Fd;
import io.jarpipe.os.SharedBlock;
import io.jarpipe.os.ThisProcess;
import io.jarpipe.os.Transport;
import io.jarpipe.pickle.Reducer;
import io.jarpipe.queue.JoinablePipeQueue;
import io.jarpipe.queue.PipeQueue;
import io.jarpipe.queue.SimplePipeQueue;
import io.jarpipe.sync.OwnedLock;
import io.jarpipe.sync.ProcessBarrier;
import io.jarpipe.sync.ProcessBoundedSemaphore;
import io.jarpipe.sync.ProcessCondition;
import io.jarpipe.sync.ProcessEvent;
import io.jarpipe.sync.ProcessLock;
import io.jarpipe.sync.ProcessRLock;
import io.jarpipe.sync.ProcessSemaphore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes the recipes of the shared objects in one message that leaves this process, as CPython's own reducers do. Their
 * descriptors are duplicated at once; closing withdraws them, unless the message is complete.
 */
final class Departure implements Reducer, AutoCloseable {
    private static final double NANOS_PER_SECOND = 1e9;

    private final ResourceSharer sharer;
    private final List<Ticket> tickets = new ArrayList<>(0);

    Departure(ResourceSharer sharer) {
        this.sharer = sharer;
    }

    @Override
    public Optional<PyObject> reduce(Object value) throws IOException {
        return switch (value) {
            case StreamConnection connection ->
                Optional.of(connection(connection.transport(), connection.readable(), connection.writable()));
            case StreamSocket socket -> Optional.of(socket(socket));
            case OwnedLock lock -> Optional.of(lock(lock));
            case ProcessCondition condition -> Optional.of(condition(condition));
            case ProcessEvent event -> Optional.of(event(event));
            case ProcessBarrier barrier -> Optional.of(barrier(barrier.parts()));
            case JoinablePipeQueue<?> queue -> Optional.of(joinableQueue(queue));
            case PipeQueue<?> queue -> Optional.of(object(Recipes.QUEUE, queueState(queue.parts())));
            case SimplePipeQueue<?> queue -> Optional.of(object(Recipes.SIMPLE_QUEUE, simpleState(queue.parts())));
            case Relayed relayed ->
                throw new IOException(relayed + " was made by a fork context, and can be used through the process that"
                        + " started this worker alone: make it with jarpipe.get_context(), or give it to"
                        + " jarpipe.adopt() right after making it");
            default -> Optional.empty();
        };
    }

    private PyObject connection(Transport transport, boolean readable, boolean writable) throws IOException {
        return Recipes.connection(descriptor(transport), readable, writable);
    }

    private PyObject socket(StreamSocket socket) throws IOException {
        StreamSocket.Kind kind = socket.kind();
        PyTuple args = PyTuple.of(descriptor(socket.transport()), kind.family(), kind.type(), kind.protocol());
        return PyObject.reduce(Recipes.SOCKET, args);
    }

    private PyObject descriptor(Transport transport) throws IOException {
        return descriptor(transport.duplicateForOthers());
    }

    private PyObject descriptor(Fd duplicate) throws IOException {
        Ticket ticket = sharer.keep(duplicate);
        tickets.add(ticket);
        return ticket.toPython();
    }

    private static PyObject object(PyGlobal type, List<? extends @Nullable Object> state) {
        return Recipes.object(type, PyTuple.copyOf(state));
    }

    private static PyObject lock(OwnedLock lock) {
        PyGlobal type = switch (lock) {
            case ProcessLock plain -> Recipes.LOCK;
            case ProcessRLock recursive -> Recipes.RLOCK;
            case ProcessBoundedSemaphore bounded -> Recipes.BOUNDED_SEMAPHORE;
            case ProcessSemaphore semaphore -> Recipes.SEMAPHORE;
        };
        return Recipes.semaphore(type, lock.semLock());
    }

    /** The lock itself, and not its recipe, so that it arrives as one object if it is elsewhere in the message, too. */
    private static PyObject condition(ProcessCondition condition) {
        ProcessCondition.Parts parts = condition.parts();
        return Recipes.object(
                Recipes.CONDITION,
                PyTuple.of(
                        parts.lock(),
                        Recipes.semaphore(Recipes.SEMAPHORE, parts.sleeping()),
                        Recipes.semaphore(Recipes.SEMAPHORE, parts.woken()),
                        Recipes.semaphore(Recipes.SEMAPHORE, parts.waitSemaphore())));
    }

    private static PyObject event(ProcessEvent event) {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("_cond", event.condition());
        state.put("_flag", Recipes.semaphore(Recipes.SEMAPHORE, event.flag()));
        return Recipes.object(Recipes.EVENT, state);
    }

    private PyObject barrier(ProcessBarrier.Parts parts) throws IOException {
        Duration timeout = parts.timeout();
        return Recipes.object(
                Recipes.BARRIER,
                PyTuple.of(
                        parts.parties(),
                        null,
                        timeout == null ? null : timeout.toNanos() / NANOS_PER_SECOND,
                        parts.condition(),
                        block(parts.block())));
    }

    private PyObject block(SharedBlock block) throws IOException {
        SharedBlock.Place place = block.place();
        PyObject arena =
                PyObject.reduce(Recipes.ARENA, PyTuple.of(place.fileLength(), descriptor(block.duplicateForOthers())));
        return Recipes.object(
                Recipes.BLOCK,
                Map.of(
                        "_state",
                        PyTuple.of(PyTuple.of(arena, place.start(), place.end()), place.end() - place.start())));
    }

    /** The last part, the creator's pid, is compared with nothing by any CPython of today. */
    private List<@Nullable Object> queueState(PipeQueue.Parts parts) throws IOException {
        return List.of(
                false,
                parts.freeSlots().maxValue(),
                connection(parts.reader(), true, false),
                connection(parts.writer(), false, true),
                Recipes.semaphore(Recipes.LOCK, parts.readLock()),
                Recipes.semaphore(Recipes.LOCK, parts.writeLock()),
                Recipes.semaphore(Recipes.BOUNDED_SEMAPHORE, parts.freeSlots()),
                ThisProcess.id());
    }

    private PyObject joinableQueue(JoinablePipeQueue<?> queue) throws IOException {
        List<@Nullable Object> state = new ArrayList<>(queueState(queue.parts()));
        JoinablePipeQueue.TaskParts tasks = queue.taskParts();
        state.add(tasks.condition());
        state.add(Recipes.semaphore(Recipes.SEMAPHORE, tasks.unfinished()));
        return object(Recipes.JOINABLE_QUEUE, state);
    }

    private List<@Nullable Object> simpleState(SimplePipeQueue.Parts parts) throws IOException {
        return List.of(
                connection(parts.reader(), true, false),
                connection(parts.writer(), false, true),
                Recipes.semaphore(Recipes.LOCK, parts.readLock()),
                Recipes.semaphore(Recipes.LOCK, parts.writeLock()));
    }

    /** Leaves the descriptors where the receiver will fetch them, and returns the tickets for them. */
    List<Ticket> completed() {
        List<Ticket> written = List.copyOf(tickets);
        tickets.clear();
        return written;
    }

    @Override
    public void close() {
        tickets.forEach(sharer::withdraw);
    }
}
