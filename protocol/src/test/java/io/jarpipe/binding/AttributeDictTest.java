package io.jarpipe.binding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AttributeDictTest {
    private static AttributeDict dict(Object... items) {
        AttributeDict dict = new AttributeDict();
        assertThat(dict.add(items, 0, items.length)).isTrue();
        return dict;
    }

    @Test
    void is_a_map_in_the_order_of_its_names() {
        AttributeDict dict = dict("b", 1, "a", 2);
        assertThat(dict.add(new Object[] {"x", "c", 3, "y"}, 1, 3)).isTrue();

        assertThat(dict).isEqualTo(Map.of("a", 2, "b", 1, "c", 3)).hasToString("{b=1, a=2, c=3}");
        assertThat(List.copyOf(dict.keySet())).containsExactly("b", "a", "c");
        assertThat(dict.get("a")).isEqualTo(2);
        assertThat(dict.containsKey("d")).isFalse();
        assertThat(dict.length()).isEqualTo(3);
    }

    @Test
    void takes_the_last_value_of_a_name_that_comes_twice() {
        assertThat(dict("a", 1, "b", 2, "a", 3)).hasSize(2).containsEntry("a", 3);
    }

    @Test
    void refuses_what_is_no_name_and_stays_as_it_was() {
        AttributeDict dict = dict("a", 1);

        assertThat(dict.add(new Object[] {"b", 2, 5, 3}, 0, 4)).isFalse();
        assertThat(dict.add(new Object[] {null, 2}, 0, 2)).isFalse();
        assertThat(dict.add(new Object[] {"b"}, 0, 1)).isFalse();

        assertThat(dict.items()).containsExactly("a", 1);
    }

    @Test
    void can_be_changed_and_then_has_no_plain_items() {
        AttributeDict dict = dict("a", 1);

        assertThat(dict.put("b", 2)).isNull();
        assertThat(dict.remove("a")).isEqualTo(1);
        dict.entrySet().iterator().next().setValue(3);

        assertThat(dict).isEqualTo(Map.of("b", 3));
        assertThat(dict.items()).isNull();
        assertThat(dict.add(new Object[] {"c", 4}, 0, 2)).isFalse();
    }
}
