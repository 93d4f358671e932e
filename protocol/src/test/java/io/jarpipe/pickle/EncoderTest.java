package io.jarpipe.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.PickleException;
import io.jarpipe.PyArray;
import io.jarpipe.PyBytes;
import io.jarpipe.PyException;
import io.jarpipe.PyFrozenSet;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(PickleCodecs.class)
class EncoderTest {
    private record Point(int x, List<String> tags) {}

    private final PickleCodec codec;

    EncoderTest(PickleCodecs kind) {
        codec = kind.create();
    }

    private Object again(Object value) throws IOException {
        return codec.decode(codec.encode(value));
    }

    @Test
    void encodes_java_values_as_the_nearest_python_ones() throws IOException {
        assertThat(again((byte) -1)).isEqualTo(-1L);
        assertThat(again((short) 300)).isEqualTo(300L);
        assertThat(again(70000)).isEqualTo(70000L);
        assertThat(again(1.5f)).isEqualTo(1.5);
        assertThat(again('c')).isEqualTo("c");
        assertThat(again(TimeUnit.SECONDS)).isEqualTo("SECONDS");
        assertThat(again(Optional.of(1L))).isEqualTo(1L);
        assertThat(again(Optional.empty())).isNull();
        assertThat(again(new ArrayDeque<>(List.of(1L)))).isEqualTo(List.of(1L));
        assertThat(again(new Object[] {1L, null})).isEqualTo(PyTuple.of(1L, null));
        assertThat(again(new int[] {1, 2})).isEqualTo(PyArray.of(1, 2));
        assertThat(again(new double[] {1.5})).isEqualTo(PyArray.of(1.5));
        assertThat(again(new boolean[] {true})).isEqualTo(List.of(true));
        assertThat(again(new char[] {'a'})).isEqualTo(List.of("a"));
        assertThat(again(new Point(1, List.of("a")))).isEqualTo(Map.of("x", 1L, "tags", List.of("a")));
        assertThat(again(Set.of(1L))).isEqualTo(Set.of(1L));
    }

    @Test
    void makes_keys_immutable() throws IOException {
        assertThat(again(Map.of(List.of(1L, List.of(2L)), 1L))).isEqualTo(Map.of(PyTuple.of(1L, PyTuple.of(2L)), 1L));
        assertThat(again(Map.of(Set.of(1L), 1L))).isEqualTo(Map.of(PyFrozenSet.copyOf(List.of(1L)), 1L));
        assertThat(again(Collections.singletonMap(new byte[] {1}, 1L))).isEqualTo(Map.of(PyBytes.of((byte) 1), 1L));
        assertThat(again(Set.of(PyTuple.of(List.of(1L))))).isEqualTo(Set.of(PyTuple.of(PyTuple.of(1L))));
        assertThatThrownBy(() -> codec.encode(Map.of(Map.of(), 1)))
                .hasMessageContaining("cannot be a key in Python")
                .hasMessageContaining("[key]");
        assertThatThrownBy(() -> codec.encode(Set.of(new Point(1, List.of())))).hasMessageContaining("Point");
    }

    @Test
    void names_the_type_and_the_path_of_what_it_cannot_encode() {
        Map<String, Object> value = Map.of("jobs", List.of(1, PyTuple.of(new Object())));
        assertThatThrownBy(() -> codec.encode(value))
                .isInstanceOf(PickleException.class)
                .hasMessage("cannot pickle: java.lang.Object has no counterpart in Python at value[jobs][1][0]");
        PyObject object =
                PyObject.newObject(new PyGlobal("m", "C"), PyTuple.of()).build(Map.of(1, new Object()));
        assertThatThrownBy(() -> codec.encode(object))
                .hasMessage("cannot pickle: java.lang.Object has no counterpart in Python at value.m.C.state[1]");
        assertThatThrownBy(() -> codec.encode(new Thread())).hasMessageContaining("java.lang.Thread");
    }

    @Test
    void shares_what_is_one_object_and_not_what_is_merely_equal() throws IOException {
        List<Object> inner = new ArrayList<>(List.of(1L));
        List<?> decoded = (List<?>) again(List.of(inner, inner, new ArrayList<>(inner)));
        assertThat(decoded.get(0)).isSameAs(decoded.get(1)).isNotSameAs(decoded.get(2));
    }

    /** More of them than the memo keeps under one hash, and than it has room for before it grows. */
    @Test
    void shares_each_of_many_that_look_alike() throws IOException {
        int count = 5000;
        List<Object> alike = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            alike.add(
                    switch (index % 3) {
                        case 0 -> new ArrayList<>(List.of(1L, 2L));
                        case 1 -> PyTuple.of(1L, new byte[] {1, 2});
                        default -> "x".repeat(200) + index + "x".repeat(200);
                    });
        }
        List<Object> twice = new ArrayList<>(alike);
        twice.addAll(alike);
        List<?> back = (List<?>) again(twice);
        assertThat(back).hasSize(2 * count);
        Set<Object> different = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int index = 0; index < count; index++) {
            assertThat(back.get(count + index)).isSameAs(back.get(index));
            different.add(back.get(index));
        }
        assertThat(different).hasSize(count);
    }

    @Test
    void does_not_share_the_empty_collections_of_the_jdk() throws IOException {
        List<?> decoded = (List<?>) again(List.of(List.of(), List.of(), Map.of(), Map.of(), Set.of(), Set.of()));
        for (int index = 0; index < decoded.size(); index += 2) {
            assertThat(decoded.get(index)).isNotSameAs(decoded.get(index + 1));
        }
    }

    @Test
    void keeps_cycles_of_java_collections() throws IOException {
        Map<String, Object> map = new HashMap<>();
        map.put("me", map);
        Map<?, ?> decoded = (Map<?, ?>) again(map);
        assertThat(decoded.get("me")).isSameAs(decoded);
    }

    @Test
    void refuses_nesting_beyond_its_limit_and_loops_that_have_no_end() throws IOException {
        List<Object> nested = new ArrayList<>();
        for (int depth = 1; depth < 1000; depth++) {
            nested = new ArrayList<>(List.of(nested));
        }
        assertThat(codec.encode(nested)).isNotEmpty();
        for (int depth = 0; depth < 100_000; depth++) {
            nested = new ArrayList<>(List.of(nested));
        }
        Object tooDeep = nested;
        assertThatThrownBy(() -> codec.encode(tooDeep))
                .isInstanceOf(PickleException.class)
                .hasMessageContaining("nested");
        Object[] loop = new Object[1];
        loop[0] = loop;
        assertThatThrownBy(() -> codec.encode(loop)).isInstanceOf(PickleException.class);
    }

    @Test
    void encodes_exceptions_as_builtin_ones_with_their_stack_traces() throws IOException {
        assertException(new IllegalArgumentException("bad"), "ValueError", "bad");
        assertException(new NoSuchElementException("k"), "KeyError", "k");
        assertException(new ArrayIndexOutOfBoundsException("5"), "IndexError", "5");
        assertException(new EOFException(), "EOFError");
        assertException(new IllegalStateException("x"), "RuntimeError", "java.lang.IllegalStateException: x");
    }

    private void assertException(Exception thrown, String type, Object... args) throws IOException {
        PyException exception = (PyException) again(thrown);
        assertThat(exception.type()).isEqualTo(type);
        assertThat(exception.args()).containsExactly(args);
        assertThat(exception.traceback()).startsWith(thrown.toString()).contains("at io.jarpipe.pickle.EncoderTest");
        assertThat(exception).hasRootCauseMessage("multiprocessing.pool.RemoteTraceback: " + exception.traceback());
    }

    @Test
    void encodes_python_exceptions_as_they_are() throws IOException {
        PyException exception = (PyException) again(new PyException("queue.Empty", PyTuple.of(1L), null));
        assertThat(exception.recipe()).isEqualTo(PyObject.reduce(new PyGlobal("queue", "Empty"), PyTuple.of(1L)));
        assertThat(exception).hasMessage("queue.Empty: 1").hasNoCause();
        assertThat(((PyException) again(new PyException("ValueError", PyTuple.of(), "the trace"))).traceback())
                .isEqualTo("the trace");
    }

    @Test
    void replays_every_part_of_an_object() throws IOException {
        Map<String, Object> kwargs = new LinkedHashMap<>();
        kwargs.put("b", 1L);
        kwargs.put("a", null);
        PyObject object = PyObject.newObjectEx(new PyGlobal("m", "Outer.Inner"), PyTuple.of(1L), kwargs)
                .append("item")
                .add("element")
                .setItem("key", "value")
                .build(PyTuple.of(null, Map.of("slot", 1L)));
        PyObject decoded = (PyObject) again(object);
        assertThat(decoded).isEqualTo(object);
        assertThat(decoded.kwargs().keySet()).containsExactly("b", "a");
        assertThat(decoded.stateMap()).containsOnlyKeys("slot");
        assertThat(again(PyObject.reduce(object, PyTuple.of()))).isEqualTo(PyObject.reduce(object, PyTuple.of()));
    }

    @Test
    void writes_more_than_one_batch_and_more_than_256_memo_entries() throws IOException {
        List<Object> rows = new ArrayList<>();
        for (long row = 0; row < 2001; row++) {
            rows.add(Arrays.asList(row, "name" + row));
        }
        rows.addAll(rows.subList(0, 2001));
        List<?> decoded = (List<?>) again(rows);
        assertThat(decoded).isEqualTo(rows);
        assertThat(decoded.get(5)).isSameAs(decoded.get(2006));
    }

    @Test
    void asks_the_reducer_once_for_each_object_it_does_not_know() throws IOException {
        StringBuilder known = new StringBuilder("a builder");
        List<Object> asked = new ArrayList<>();
        PyObject recipe = PyObject.newObject(new PyGlobal("io", "StringIO"), PyTuple.of());
        byte[] pickle = codec.encode(List.of(known, PyTuple.of(known, "text")), value -> {
            asked.add(value);
            return Optional.of(recipe);
        });
        assertThat(asked).containsExactly(known);
        List<?> again = (List<?>) codec.decode(pickle);
        assertThat(again.get(0)).isEqualTo(recipe).isSameAs(((PyTuple) again.get(1)).get(0));
        assertThatThrownBy(() -> codec.encode(List.of(known), value -> Optional.empty()))
                .isInstanceOf(PickleException.class)
                .hasMessage("cannot pickle: java.lang.StringBuilder has no counterpart in Python at value[0]");
        IOException cause = new IOException("it is closed");
        assertThatThrownBy(() -> codec.encode(Map.of("k", known), value -> {
                    throw cause;
                }))
                .isInstanceOf(PickleException.class)
                .hasMessage("cannot pickle: it is closed at value[k]")
                .hasCause(cause);
    }
}
