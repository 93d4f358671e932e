package io.jarpipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PyObjectTest {
    private static final PyGlobal CLASS = new PyGlobal("app", "Node");

    private static PyObject node(Object state) {
        return PyObject.newObject(CLASS, PyTuple.of()).build(state);
    }

    private static PyObject ring(int length) {
        PyObject first = PyObject.newObject(CLASS, PyTuple.of());
        PyObject last = first;
        for (int index = 1; index < length; index++) {
            PyObject next = PyObject.newObject(CLASS, PyTuple.of());
            last.build(Map.of("next", next));
            last = next;
        }
        last.build(Map.of("next", first));
        return first;
    }

    @Test
    void is_equal_when_the_recipe_is() {
        assertThat(node(Map.of("a", 1L))).isEqualTo(node(Map.of("a", 1L))).hasSameHashCodeAs(node(Map.of("a", 1L)));
        assertThat(node(Map.of("a", 1L))).isNotEqualTo(node(Map.of("a", 2L)));
        assertThat(node(null)).isNotEqualTo(PyObject.newObject(CLASS, PyTuple.of()));
        assertThat(PyObject.reduce(CLASS, PyTuple.of())).isNotEqualTo(PyObject.newObject(CLASS, PyTuple.of()));
        assertThat(node(new byte[] {1})).isEqualTo(node(new byte[] {1})).hasSameHashCodeAs(node(new byte[] {1}));
        assertThat(node(PyTuple.of(1L))).isNotEqualTo(node(List.of(1L)));
    }

    @Test
    void compares_cycles_without_end() {
        assertThat(ring(3)).isEqualTo(ring(3)).hasSameHashCodeAs(ring(3));
        PyObject self = PyObject.newObject(CLASS, PyTuple.of());
        List<Object> group = new ArrayList<>(List.of(self));
        self.build(group);
        assertThat(self).isNotEqualTo(ring(2));
    }

    @Test
    void compares_what_is_shared_many_times_only_once() {
        PyObject left = node(1L);
        PyObject right = node(1L);
        for (int depth = 0; depth < 60; depth++) {
            left = node(PyTuple.of(left, left));
            right = node(PyTuple.of(right, right));
        }
        assertThat(left).isEqualTo(right);
    }

    @Test
    void merges_both_halves_of_the_state_of_slots() {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("a", 1L);
        assertThat(node(PyTuple.of(attributes, Map.of("b", 2L))).stateMap()).isEqualTo(Map.of("a", 1L, "b", 2L));
        assertThat(node(PyTuple.of(null, Map.of("b", 2L))).stateMap()).isEqualTo(Map.of("b", 2L));
        assertThat(node(5L).stateMap()).isEmpty();
        assertThat(node(5L).stateTuple()).isEmpty();
    }

    @Test
    void names_the_class_however_it_is_built() {
        PyGlobal reconstructor = new PyGlobal("copyreg", "_reconstructor");
        assertThat(PyObject.reduce(reconstructor, PyTuple.of(CLASS, null, null)).className())
                .isEqualTo("app.Node");
        assertThat(PyObject.reduce(node(null), PyTuple.of()).className()).isEqualTo("object made by a call");
        assertThat(node(Map.of("secret", "x"))).hasToString("PyObject[app.Node NEWOBJ, 0 args, state]");
    }

    @Test
    void refuses_a_second_state_and_a_callable_of_another_type() {
        assertThatThrownBy(() -> node(1L).build(2L)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> PyObject.reduce("len", PyTuple.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.String");
    }
}
