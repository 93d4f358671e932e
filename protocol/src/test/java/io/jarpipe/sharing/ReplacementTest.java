package io.jarpipe.sharing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.MpConnection;
import io.jarpipe.MpSharingException;
import io.jarpipe.PyException;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.os.Fd;
import io.jarpipe.os.Sockets;
import io.jarpipe.pickle.PickleCodec;
import io.jarpipe.pickle.RazorvineCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ReplacementTest {
    private static final PyObject RECIPE = Recipes.connection(new Ticket("/a", 1).toPython(), true, true);

    private static final PyObject RECIPE_BY_INDEX =
            Recipes.connection(PyObject.newObject(new PyGlobal("jarpipe.process", "DupFd"), PyTuple.of()), true, true);

    @Test
    void finds_recipes_at_any_depth_and_in_loops() {
        List<Object> loop = new ArrayList<>();
        loop.add(PyTuple.of(loop, Map.of("k", loop)));
        assertThat(Replacement.isNeeded(loop)).isFalse();
        Object deep = List.of(RECIPE);
        for (int i = 0; i < 200_000; i++) {
            deep = i % 2 == 0 ? PyTuple.of(deep) : Map.of("k", deep);
        }
        loop.add(deep);
        assertThat(Replacement.isNeeded(loop)).isTrue();
        assertThat(Replacement.isNeeded("multiprocessing")).isFalse();
        assertThat(Replacement.isNeeded(null)).isFalse();
    }

    @Test
    void refuses_what_no_stack_can_hold_and_tuples_that_contain_themselves() {
        Attacher attacher = new Attacher(
                dupFd -> {
                    throw new IOException("reached");
                },
                new RazorvineCodec(),
                1000,
                Optional.empty());
        Object deep = RECIPE;
        for (int i = 0; i < 2_000_000; i++) {
            deep = PyTuple.of(deep);
        }
        Object bottomless = deep;
        assertThatThrownBy(() -> new Replacement(attacher).replaceIn(bottomless))
                .isInstanceOf(MpSharingException.class)
                .hasMessageContaining("nested too deep");
        List<Object> inside = new ArrayList<>();
        PyTuple loop = PyTuple.of(inside, RECIPE);
        inside.add(loop);
        assertThatThrownBy(() -> new Replacement(attacher).replaceIn(loop))
                .isInstanceOf(MpSharingException.class)
                .hasMessageContaining("a tuple that contains itself");
    }

    @Test
    void leaves_objects_of_the_program_and_other_objects_of_multiprocessing_alone() throws Exception {
        PyObject point = PyObject.newObject(new PyGlobal("app", "Point"), PyTuple.of())
                .build(new HashMap<>(Map.of("connection", RECIPE)));
        PyObject timeout = PyObject.reduce(new PyGlobal("multiprocessing.context", "TimeoutError"), PyTuple.of("late"));
        PyObject partial = PyObject.reduce(
                new PyGlobal("multiprocessing.reduction", "_rebuild_partial"), PyTuple.of(1, PyTuple.of(), Map.of()));
        try (SharedObjects shared = new SharedObjects(Optional.empty(), new RazorvineCodec(), 1000)) {
            PickleCodec codec = shared.codec();
            List<Object> value = List.of(point, timeout, partial, new PyGlobal("multiprocessing.queues", "Queue"));
            Object again = codec.decode(codec.encode(value));
            assertThat(again).isInstanceOf(List.class);
            assertThat(((PyException) ((List<?>) again).get(1)).recipe()).isEqualTo(timeout);
            assertThat(((List<?>) again).get(3)).isEqualTo(value.get(3));
        }
    }

    @Test
    void a_message_may_not_refer_to_descriptors_of_a_start() {
        PyObject dupFd = PyObject.newObject(new PyGlobal("multiprocessing.popen_spawn_posix", "_DupFd"), PyTuple.of())
                .build(Map.of("fd", 0L));
        try (SharedObjects shared = new SharedObjects(Optional.empty(), new RazorvineCodec(), 1000)) {
            assertThatThrownBy(() -> shared.codec()
                            .decode(shared.codec().encode(List.of(Recipes.connection(dupFd, true, true)))))
                    .isInstanceOf(MpSharingException.class)
                    .hasMessageContaining("as in a message to a process that runs");
        }
    }

    @Test
    void closed_endpoints_are_forgotten_in_the_long_run() throws Exception {
        try (SharedObjects shared = new SharedObjects(Optional.empty(), new RazorvineCodec(), 1000)) {
            for (int i = 0; i < 1000; i++) {
                List<Fd> pair = Sockets.socketPair();
                MpConnection connection = (MpConnection) shared.attach(RECIPE_BY_INDEX, dupFd -> pair.getFirst());
                connection.close();
                pair.getLast().close();
            }
            assertThat(shared.held()).isLessThan(100);
        }
    }

    @Test
    void pattern_is_found_wherever_it_is() {
        byte[] word = "multiprocessing".getBytes(StandardCharsets.US_ASCII);
        BytePattern pattern = new BytePattern(word);
        Random random = new Random(4711);
        for (int length = 0; length < 200; length++) {
            byte[] text = new byte[length];
            for (int i = 0; i < length; i++) {
                text[i] = word[random.nextInt(word.length)];
            }
            boolean expected = new String(text, StandardCharsets.US_ASCII).contains("multiprocessing");
            assertThat(pattern.isIn(text)).isEqualTo(expected);
            if (length >= word.length) {
                System.arraycopy(word, 0, text, random.nextInt(length - word.length + 1), word.length);
                assertThat(pattern.isIn(text)).isTrue();
            }
        }
    }
}
