package io.jarpipe.sharing;

import io.jarpipe.MpSharingException;
import io.jarpipe.MpSharingException.Reason;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.manager.Token;
import io.jarpipe.sync.SemLock;
import java.util.Set;
import org.jspecify.annotations.Nullable;

// The recipes, the same from CPython 3.8 to 3.15; FD is an object that stands for a descriptor, H a number without
// meaning in another process
// -----------------------------------------------------------------------------------------------------------------
//   Connection  multiprocessing.connection.rebuild_connection(FD, readable, writable)
//   socket      multiprocessing.reduction._rebuild_socket(FD, family, type, proto)
//   Lock        multiprocessing.synchronize.Lock, state (H, kind 1, maximum 1, name); so Semaphore, BoundedSemaphore
//   RLock       multiprocessing.synchronize.RLock, state (H, kind 0, maximum 1, name)
//   Condition   multiprocessing.synchronize.Condition, state (Lock or RLock, sleeping, woken, wait: Semaphores)
//   Event       multiprocessing.synchronize.Event, state {'_cond': Condition, '_flag': Semaphore}
//   Barrier     multiprocessing.synchronize.Barrier, state (parties, action, timeout, Condition, block of 8 bytes)
//   block       multiprocessing.heap.BufferWrapper, state {'_state': ((arena, start, stop), size)}
//   arena       multiprocessing.heap.rebuild_arena(size, FD)
//   Queue       multiprocessing.queues.Queue, state (ignore_epipe, maxsize, reader, writer, rlock, wlock, sem, pid)
//   JoinableQueue  multiprocessing.queues.JoinableQueue, the state of a Queue and (Condition, Semaphore)
//   SimpleQueue multiprocessing.queues.SimpleQueue, state (reader, writer, rlock, wlock)
//   relayed     multiprocessing.managers.RebuildProxy(...) with a Token whose typeid begins with jarpipe.

/** Tells the recipes of shared objects from those of all other objects. */
final class Recipes {
    static final PyGlobal CONNECTION = new PyGlobal("multiprocessing.connection", "rebuild_connection");
    static final PyGlobal SOCKET = new PyGlobal("multiprocessing.reduction", "_rebuild_socket");
    static final PyGlobal LOCK = synchronize("Lock");
    static final PyGlobal RLOCK = synchronize("RLock");
    static final PyGlobal SEMAPHORE = synchronize("Semaphore");
    static final PyGlobal BOUNDED_SEMAPHORE = synchronize("BoundedSemaphore");
    static final PyGlobal CONDITION = synchronize("Condition");
    static final PyGlobal EVENT = synchronize("Event");
    static final PyGlobal BARRIER = synchronize("Barrier");
    static final PyGlobal BLOCK = new PyGlobal("multiprocessing.heap", "BufferWrapper");
    static final PyGlobal ARENA = new PyGlobal("multiprocessing.heap", "rebuild_arena");
    static final PyGlobal PROXY = Token.REBUILD_PROXY;
    static final PyGlobal QUEUE = new PyGlobal("multiprocessing.queues", "Queue");
    static final PyGlobal JOINABLE_QUEUE = new PyGlobal("multiprocessing.queues", "JoinableQueue");
    static final PyGlobal SIMPLE_QUEUE = new PyGlobal("multiprocessing.queues", "SimpleQueue");

    private static final PyGlobal RAW_CONNECTION = new PyGlobal("multiprocessing.connection", "Connection");
    private static final Set<String> MODULES_OF_SHARED_OBJECTS = Set.of(
            "multiprocessing.connection",
            "multiprocessing.heap",
            "multiprocessing.queues",
            "multiprocessing.shared_memory",
            "multiprocessing.sharedctypes",
            "multiprocessing.synchronize");

    private Recipes() {}

    private static PyGlobal synchronize(String type) {
        return new PyGlobal("multiprocessing.synchronize", type);
    }

    /** Tells whether an object stands for something shared between processes, supported or not. */
    static boolean isShared(PyObject object) {
        return object.callable() instanceof PyGlobal global
                && (MODULES_OF_SHARED_OBJECTS.contains(global.module())
                        || global.equals(SOCKET)
                        || global.equals(PROXY));
    }

    /** Says why a shared object of another kind is refused. */
    static MpSharingException unsupported(PyObject object) {
        if (object.callable().equals(RAW_CONNECTION)) {
            return new MpSharingException(
                    Reason.UNSUPPORTED,
                    RAW_CONNECTION.toString(),
                    null,
                    "a Connection pickled by plain pickle is a number without meaning in another process: pass it as an"
                            + " argument of Process, or over another Connection",
                    null);
        }
        String type = object.callable().toString();
        return new MpSharingException(
                Reason.UNSUPPORTED,
                type,
                null,
                type + " cannot be shared with a Java worker; what can: socket, Connection, Queue, JoinableQueue,"
                        + " SimpleQueue, Lock, RLock, Semaphore, BoundedSemaphore, Condition, Event and Barrier",
                null);
    }

    /** Returns an argument of a recipe. */
    static @Nullable Object argument(PyObject recipe, int index) throws MpSharingException {
        if (recipe.args().size() <= index) {
            throw MpSharingException.malformed(recipe.className(), "at least " + (index + 1) + " arguments");
        }
        return recipe.args().get(index);
    }

    /** Returns an argument of a recipe that is a recipe itself. */
    static PyObject objectArgument(PyObject recipe, int index) throws MpSharingException {
        if (argument(recipe, index) instanceof PyObject object) {
            return object;
        }
        throw MpSharingException.malformed(recipe.className(), "an object as argument " + (index + 1));
    }

    static PyObject connection(PyObject descriptor, boolean readable, boolean writable) {
        return PyObject.reduce(CONNECTION, PyTuple.of(descriptor, readable, writable));
    }

    /** Describes a semaphore by its name; the kind is 1, SEMAPHORE, for all but an RLock, which has 0. */
    static PyObject semaphore(PyGlobal type, SemLock semaphore) {
        return object(type, PyTuple.of(0, type.equals(RLOCK) ? 0 : 1, semaphore.maxValue(), semaphore.name()));
    }

    /** Describes an object by its state. */
    static PyObject object(PyGlobal type, Object state) {
        return PyObject.newObject(type, PyTuple.of()).build(state);
    }
}
