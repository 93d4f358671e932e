package io.jarpipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PyTupleTest {
    @Test
    void is_an_immutable_list_that_may_hold_null() {
        Object[] source = {1L, null};
        PyTuple tuple = PyTuple.of(source);
        source[0] = 2L;
        assertThat(tuple).containsExactly(1L, null);
        assertThatThrownBy(() -> tuple.add(1L)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> tuple.set(0, 1L)).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void equals_lists_with_equal_elements_both_ways() {
        List<Object> list = new ArrayList<>(Arrays.asList("a", null, 3L));
        PyTuple tuple = PyTuple.copyOf(list);
        assertThat(tuple).isEqualTo(list).hasSameHashCodeAs(list);
        assertThat(list).isEqualTo(tuple);
        assertThat(tuple).isNotEqualTo(PyTuple.of("a", null)).isNotEqualTo(PyTuple.of("a", null, 4L));
    }

    @Test
    void compares_bytes_by_content_so_that_it_serves_as_a_key() {
        PyTuple tuple = PyTuple.of(1L, new byte[] {1, 2});
        assertThat(tuple).isEqualTo(PyTuple.of(1L, new byte[] {1, 2}));
        assertThat(Map.of(tuple, "found").get(PyTuple.of(1L, new byte[] {1, 2})))
                .isEqualTo("found");
        assertThat(tuple).isNotEqualTo(PyTuple.of(1L, new byte[] {1, 3}));
    }

    @Test
    void has_one_empty_instance_and_prints_like_python() {
        assertThat(PyTuple.of()).isSameAs(PyTuple.copyOf(List.of())).hasToString("()");
        assertThat(PyTuple.of(1L)).hasToString("(1,)");
        assertThat(PyTuple.of(1L, "a")).hasToString("(1, a)");
    }
}
