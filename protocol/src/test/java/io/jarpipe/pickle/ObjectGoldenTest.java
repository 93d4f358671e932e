package io.jarpipe.pickle;

import static org.assertj.core.api.Assertions.assertThat;

import io.jarpipe.PyException;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyObject.Kind;
import io.jarpipe.PyTuple;
import io.jarpipe.testing.Goldens;
import io.jarpipe.testing.Goldens.Golden;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Objects without a Java counterpart, multiprocessing's above all, as every interpreter pickles them for another
 * process.
 */
@ParameterizedClass
@EnumSource(PickleCodecs.class)
class ObjectGoldenTest {
    private final PickleCodec codec;

    ObjectGoldenTest(PickleCodecs kind) {
        codec = kind.create();
    }

    static Stream<Golden> objects() {
        return Goldens.all()
                .filter(golden ->
                        golden.name().startsWith("object_") || golden.name().startsWith("mp_"));
    }

    static Stream<Golden> semaphores() {
        return Goldens.all().filter(golden -> golden.name().matches("mp_(lock|rlock|semaphore|bounded_semaphore)"));
    }

    static Stream<Golden> queues() {
        return Goldens.startingWith("mp_queue");
    }

    static Stream<Golden> joinableQueues() {
        return Goldens.startingWith("mp_joinable_queue");
    }

    static Stream<Golden> simpleQueues() {
        return Goldens.startingWith("mp_simple_queue");
    }

    static Stream<Golden> conditions() {
        return Goldens.startingWith("mp_condition");
    }

    static Stream<Golden> events() {
        return Goldens.startingWith("mp_event");
    }

    static Stream<Golden> connections() {
        return Goldens.startingWith("mp_connection");
    }

    static Stream<Golden> sharedLocks() {
        return Goldens.startingWith("mp_shared_lock");
    }

    static Stream<Golden> processes() {
        return Goldens.startingWith("mp_process");
    }

    static Stream<Golden> cycles() {
        return Goldens.startingWith("object_cycle");
    }

    static Stream<Golden> enumKeys() {
        return Goldens.startingWith("object_enum_key");
    }

    private PyObject object(Golden golden) throws IOException {
        return (PyObject) codec.decode(golden.bytes());
    }

    private static void assertSemaphore(Object value, String name, long kind, long maximum) {
        PyObject semaphore = (PyObject) value;
        assertThat(semaphore.className()).isEqualTo("multiprocessing.synchronize." + name);
        assertThat(semaphore.kind()).isEqualTo(Kind.NEWOBJ);
        assertThat(semaphore.args()).isEmpty();
        PyTuple state = semaphore.stateTuple();
        assertThat(state).hasSize(4);
        assertThat(state.get(0)).isInstanceOf(Long.class);
        assertThat(state.subList(1, 3)).containsExactly(kind, maximum);
        assertThat((String) state.get(3)).startsWith("/mp-");
    }

    private static void assertConnection(Object value, boolean readable, boolean writable) {
        PyObject connection = (PyObject) value;
        assertThat(connection.className()).isEqualTo("multiprocessing.connection.rebuild_connection");
        assertThat(connection.kind()).isEqualTo(Kind.REDUCE);
        assertThat(connection.args()).hasSize(3);
        PyObject descriptor = (PyObject) connection.args().get(0);
        assertThat(descriptor.className()).isEqualTo("jarpipe.process.DupFd");
        assertThat(descriptor.stateMap().get("ind")).isInstanceOf(Long.class);
        assertThat(connection.args().subList(1, 3)).containsExactly(readable, writable);
    }

    @ParameterizedTest
    @MethodSource("objects")
    void keeps_the_recipe_when_encoded_and_decoded_again(Golden golden) throws IOException {
        Object decoded = comparable(codec.decode(golden.bytes()));
        byte[] encoded = codec.encode(decoded);
        assertThat(comparable(codec.decode(encoded)))
                .as(() -> PickleDump.of(encoded))
                .isEqualTo(decoded)
                .hasSameHashCodeAs(decoded);
    }

    /** Exceptions are only equal to themselves. */
    private static Object comparable(Object value) {
        return value instanceof PyException exception ? exception.recipe() : value;
    }

    @ParameterizedTest
    @MethodSource("semaphores")
    void reads_locks_and_semaphores(Golden golden) throws IOException {
        Object decoded = codec.decode(golden.bytes());
        switch (golden.name()) {
            case "mp_lock" -> assertSemaphore(decoded, "Lock", 1, 1);
            case "mp_rlock" -> assertSemaphore(decoded, "RLock", 0, 1);
            case "mp_semaphore" -> assertSemaphore(decoded, "Semaphore", 1, Integer.MAX_VALUE);
            default -> assertSemaphore(decoded, "BoundedSemaphore", 1, 3);
        }
    }

    @ParameterizedTest
    @MethodSource("connections")
    void reads_connections(Golden golden) throws IOException {
        assertConnection(codec.decode(golden.bytes()), true, golden.name().endsWith("duplex"));
    }

    @ParameterizedTest
    @MethodSource("queues")
    void reads_queues(Golden golden) throws IOException {
        PyObject queue = object(golden);
        assertThat(queue.className()).isEqualTo("multiprocessing.queues.Queue");
        assertQueueState(queue.stateTuple(), golden.name().endsWith("unbounded") ? Integer.MAX_VALUE : 7);
        assertThat(queue.stateTuple()).hasSize(8);
    }

    private static void assertQueueState(PyTuple state, long maximum) {
        assertThat(state.subList(0, 2)).containsExactly(false, maximum);
        assertConnection(state.get(2), true, false);
        assertConnection(state.get(3), false, true);
        assertSemaphore(state.get(4), "Lock", 1, 1);
        assertSemaphore(state.get(5), "Lock", 1, 1);
        assertSemaphore(state.get(6), "BoundedSemaphore", 1, maximum);
        assertThat(state.get(7)).isInstanceOf(Long.class);
    }

    @ParameterizedTest
    @MethodSource("joinableQueues")
    void reads_joinable_queues(Golden golden) throws IOException {
        PyTuple state = object(golden).stateTuple();
        assertThat(state).hasSize(10);
        assertQueueState(state, Integer.MAX_VALUE);
        assertThat(((PyObject) state.get(8)).className()).isEqualTo("multiprocessing.synchronize.Condition");
        assertSemaphore(state.get(9), "Semaphore", 1, Integer.MAX_VALUE);
    }

    @ParameterizedTest
    @MethodSource("simpleQueues")
    void reads_simple_queues(Golden golden) throws IOException {
        PyTuple state = object(golden).stateTuple();
        assertThat(state).hasSize(4);
        assertConnection(state.get(0), true, false);
        assertConnection(state.get(1), false, true);
        assertSemaphore(state.get(2), "Lock", 1, 1);
        assertSemaphore(state.get(3), "Lock", 1, 1);
    }

    @ParameterizedTest
    @MethodSource("conditions")
    void reads_conditions(Golden golden) throws IOException {
        PyTuple state = object(golden).stateTuple();
        assertThat(state).hasSize(4);
        assertSemaphore(state.get(0), "RLock", 0, 1);
        for (Object counter : state.subList(1, 4)) {
            assertSemaphore(counter, "Semaphore", 1, Integer.MAX_VALUE);
        }
    }

    @ParameterizedTest
    @MethodSource("events")
    void reads_events(Golden golden) throws IOException {
        Map<String, Object> state = object(golden).stateMap();
        assertThat(state).containsOnlyKeys("_cond", "_flag");
        assertSemaphore(((PyObject) state.get("_cond")).stateTuple().get(0), "Lock", 1, 1);
        assertSemaphore(state.get("_flag"), "Semaphore", 1, Integer.MAX_VALUE);
    }

    @ParameterizedTest
    @MethodSource("sharedLocks")
    void keeps_the_identity_of_a_lock_that_several_objects_share(Golden golden) throws IOException {
        for (Object decoded :
                List.of(codec.decode(golden.bytes()), codec.decode(codec.encode(codec.decode(golden.bytes()))))) {
            PyTuple tuple = (PyTuple) decoded;
            assertThat(tuple.get(0)).isSameAs(tuple.get(1));
            assertThat(((PyObject) tuple.get(2)).stateTuple().get(0)).isSameAs(tuple.get(0));
        }
    }

    @ParameterizedTest
    @MethodSource("processes")
    void reads_a_process(Golden golden) throws IOException {
        PyObject process = object(golden);
        assertThat(process.className()).isEqualTo("multiprocessing.context.SpawnProcess");
        Map<String, Object> state = process.stateMap();
        assertThat(state).containsEntry("_name", "golden").containsEntry("_target", new PyGlobal("builtins", "print"));
        assertThat(state.get("_kwargs")).isEqualTo(Map.of("sep", "-"));
        PyTuple args = (PyTuple) state.get("_args");
        assertQueueState(((PyObject) args.get(0)).stateTuple(), 7);
        assertSemaphore(args.get(1), "Lock", 1, 1);
        assertConnection(args.get(2), false, true);
        PyObject authkey = (PyObject) ((Map<?, ?>) state.get("_config")).get("authkey");
        assertThat(authkey.className()).isEqualTo("multiprocessing.process.AuthenticationString");
        assertThat((byte[]) authkey.args().get(0)).asHexString().isEqualTo("736563726574");
    }

    @ParameterizedTest
    @MethodSource("cycles")
    void keeps_a_cycle_through_an_object(Golden golden) throws IOException {
        PyObject object = (PyObject) codec.decode(codec.encode(codec.decode(golden.bytes())));
        assertThat(object.stateMap().get("me")).isSameAs(object);
        assertThat(((Map<?, ?>) object.stateMap().get("group")).get(1L)).isSameAs(object);
    }

    @ParameterizedTest
    @MethodSource("enumKeys")
    void finds_objects_as_keys_by_their_recipe(Golden golden) throws IOException {
        Map<?, ?> first = (Map<?, ?>) codec.decode(golden.bytes());
        Map<?, ?> second = (Map<?, ?>) codec.decode(golden.bytes());
        assertThat(first).hasSize(2).isEqualTo(second);
    }
}
