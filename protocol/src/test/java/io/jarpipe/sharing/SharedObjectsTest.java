package io.jarpipe.sharing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.MpConnection;
import io.jarpipe.MpSharingException;
import io.jarpipe.MpSharingException.Reason;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.os.Fd;
import io.jarpipe.os.Sockets;
import io.jarpipe.pickle.RazorvineCodec;
import io.jarpipe.spawn.Descriptors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class SharedObjectsTest {
    private static PyObject descriptor(long index) {
        return PyObject.newObject(new PyGlobal("jarpipe.process", "DupFd"), PyTuple.of())
                .build(Map.of("ind", index));
    }

    private static PyObject connection(long index, boolean readable, boolean writable) {
        return PyObject.reduce(
                new PyGlobal("multiprocessing.connection", "rebuild_connection"),
                PyTuple.of(descriptor(index), readable, writable));
    }

    private static PyObject semLock(String type, Object name) {
        return PyObject.newObject(new PyGlobal("multiprocessing.synchronize", type), PyTuple.of())
                .build(PyTuple.of(0L, 1L, 1L, name));
    }

    private static long openDescriptors() throws IOException {
        try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
            return fds.count();
        }
    }

    private static Object attach(Descriptors descriptors, Object value) throws IOException {
        try (SharedObjects shared = new SharedObjects(Optional.empty(), new RazorvineCodec(), 1000)) {
            return shared.attach(value, descriptors);
        }
    }

    private static void assertRefused(Object value, Reason reason, String message) throws IOException {
        long before = openDescriptors();
        try (Descriptors descriptors = new Descriptors(Sockets.pipe())) {
            assertThatThrownBy(() -> attach(descriptors, value))
                    .isInstanceOfSatisfying(
                            MpSharingException.class,
                            e -> assertThat(e.reason()).isEqualTo(reason))
                    .hasMessageContaining(message);
        }
        assertThat(openDescriptors()).isEqualTo(before);
    }

    @Test
    void puts_the_same_object_wherever_the_same_recipe_stands() throws Exception {
        List<Fd> pipe = Sockets.pipe();
        PyObject reader = connection(0, true, false);
        List<Object> cyclic = new ArrayList<>(List.of("text", 1L));
        cyclic.add(cyclic);
        Map<String, Object> map = new HashMap<>(Map.of("k", reader));
        try (Descriptors descriptors = new Descriptors(pipe);
                SharedObjects shared = new SharedObjects(Optional.empty(), new RazorvineCodec(), 1000)) {
            PyTuple args = (PyTuple) shared.attach(
                    PyTuple.of(reader, new ArrayList<>(List.of(reader)), map, connection(1, false, true), cyclic),
                    descriptors);
            assertThat(args.get(0)).isInstanceOf(MpConnection.class);
            assertThat(((List<?>) args.get(1)).getFirst()).isSameAs(args.get(0));
            assertThat(((Map<?, ?>) args.get(2)).get("k")).isSameAs(args.get(0));
            assertThat(descriptors.unclaimed()).isZero();
            List<?> copy = (List<?>) args.get(4);
            assertThat(copy.get(2)).isSameAs(copy);
            ((MpConnection) args.get(3)).send("hello");
            assertThat(((MpConnection) args.get(0)).recv()).isEqualTo("hello");
        }
    }

    @Test
    void leaves_other_objects_alone() throws Exception {
        PyObject point = PyObject.newObject(new PyGlobal("app", "Point"), PyTuple.of());
        try (Descriptors descriptors = new Descriptors(List.of())) {
            assertThat(attach(descriptors, point)).isSameAs(point);
        }
    }

    @Test
    void names_what_cannot_be_shared_and_leaves_nothing_open() throws Exception {
        assertRefused(semLock("Lock", null), Reason.FORK_CONTEXT, "jarpipe.get_context()");
        assertRefused(semLock("Lock", "/jarpipe-test-no-such"), Reason.VANISHED, "garbage-collected");
        assertRefused(semLock("Later", "/x"), Reason.UNSUPPORTED, "multiprocessing.synchronize.Later cannot be shared");
        assertRefused(
                PyObject.newObject(new PyGlobal("multiprocessing.connection", "Connection"), PyTuple.of()),
                Reason.UNSUPPORTED,
                "plain pickle");
        assertRefused(semLock("Lock", 5L), Reason.MALFORMED, "a str as name");
        assertRefused(connection(7, true, false), Reason.MALFORMED, "an index below 2");
        PyObject lock = semLock("Lock", "/jarpipe-test-no-such");
        PyObject queue = PyObject.newObject(new PyGlobal("multiprocessing.queues", "Queue"), PyTuple.of())
                .build(PyTuple.of(
                        false, 5L, connection(0, true, false), connection(1, false, true), lock, lock, lock, 1L));
        assertRefused(queue, Reason.VANISHED, "/jarpipe-test-no-such");
        PyObject shortQueue = PyObject.newObject(new PyGlobal("multiprocessing.queues", "Queue"), PyTuple.of())
                .build(PyTuple.of(false, 5L));
        assertRefused(shortQueue, Reason.MALFORMED, "a state of 8 elements");
    }

    private static PyObject synchronize(String type, Object state) {
        return PyObject.newObject(new PyGlobal("multiprocessing.synchronize", type), PyTuple.of())
                .build(state);
    }

    private static PyObject block(long length, long start, long stop) {
        PyObject arena = PyObject.reduce(
                new PyGlobal("multiprocessing.heap", "rebuild_arena"), PyTuple.of(length, descriptor(0)));
        return PyObject.newObject(new PyGlobal("multiprocessing.heap", "BufferWrapper"), PyTuple.of())
                .build(Map.of("_state", PyTuple.of(PyTuple.of(arena, start, stop), stop - start)));
    }

    @Test
    void refuses_conditions_events_and_barriers_that_are_none() throws IOException {
        assertRefused(synchronize("Condition", PyTuple.of(1, 2)), Reason.MALFORMED, "a state of 4 objects");
        PyObject gone = semLock("Lock", "/jarpipe-gone");
        assertRefused(synchronize("Condition", PyTuple.of(gone, gone, gone, gone)), Reason.VANISHED, "/jarpipe-gone");
        PyObject connection = connection(0, true, false);
        assertRefused(
                synchronize("Condition", PyTuple.of(connection, gone, gone, gone)),
                Reason.MALFORMED,
                "a Lock or RLock in a Condition");
        assertRefused(synchronize("Event", Map.of("_cond", 1)), Reason.MALFORMED, "a condition and a flag");
        assertRefused(synchronize("Barrier", PyTuple.of(1L)), Reason.MALFORMED, "a state of 5 elements");
        for (PyObject bad : new PyObject[] {gone, block(4096, -8, 8), block(4096, 4, 12), block(4096, 4096, 4104)}) {
            assertRefused(
                    synchronize("Barrier", PyTuple.of(2L, null, null, gone, bad)),
                    Reason.MALFORMED,
                    "a block of 8 bytes");
        }
    }
}
