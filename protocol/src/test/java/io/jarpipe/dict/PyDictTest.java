package io.jarpipe.dict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** A dict is the map that a LinkedHashMap would be, whatever is done with it. */
class PyDictTest {
    private static final int STEPS = 200;
    /** Some have one hash. */
    private static final List<Object> KEYS = List.of("AaAa", "BBBB", "AaBB", "a", "b", "", 1L, "c", "d", 2.5);

    private static PyDict dict(Object... items) {
        PyDict dict = new PyDict();
        DictKeys keys = DictKeys.of(items, 0, items.length);
        assertThat(keys).isNotNull();
        dict.fill(keys, items, 0);
        return dict;
    }

    @RepeatedTest(300)
    void does_what_a_linked_hash_map_does(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        Map<Object, Object> expected = new LinkedHashMap<>();
        List<Object> items = new ArrayList<>();
        for (Object key : KEYS.subList(0, random.nextInt(7))) {
            expected.put(key, random.nextInt());
            items.add(key);
            items.add(expected.get(key));
        }
        PyDict dict = dict(items.toArray());
        for (int step = 0; step < STEPS; step++) {
            Object key = KEYS.get(random.nextInt(KEYS.size()));
            int kind = random.nextInt(14);
            int value = random.nextInt(3);
            assertThat(perform(kind, dict, key, value)).isEqualTo(perform(kind, expected, key, value));
            assertThat(dict).isEqualTo(expected).hasSameHashCodeAs(expected).hasToString(expected.toString());
            assertThat(expected).isEqualTo(dict);
        }
    }

    private static Object perform(int kind, Map<Object, Object> map, Object key, int value) {
        return switch (kind) {
            case 0, 1 -> map.get(key);
            case 2 -> map.containsKey(key) ? map.put(key, value) : null;
            case 3 -> value == 0 ? map.put(key, null) : null;
            case 4 -> value == 0 ? map.remove(key) : null;
            case 5 -> map.getOrDefault(key, "none");
            case 6 -> map.containsKey(key) && map.keySet().contains(key);
            case 7 -> map.containsValue(value) ? map.size() : map.isEmpty();
            case 8 -> removeOne(map.entrySet().iterator(), value);
            case 9 -> setOne(map, key, value);
            case 10 -> map.computeIfPresent(key, (known, old) -> value);
            case 11 -> map.keySet().removeIf(known -> value == 0 && known.equals(key));
            case 12 -> forEach(map);
            default -> {
                if (value == 0 && key.equals("")) {
                    map.clear();
                }
                yield map.values().toString();
            }
        };
    }

    private static Object removeOne(Iterator<Map.Entry<Object, Object>> entries, int position) {
        for (int index = 0; index < position && entries.hasNext(); index++) {
            entries.next();
        }
        if (position != 2 || !entries.hasNext()) {
            return null;
        }
        Object removed = entries.next().getKey();
        entries.remove();
        List<Object> rest = new ArrayList<>();
        entries.forEachRemaining(rest::add);
        return List.of(removed, rest);
    }

    private static Object setOne(Map<Object, Object> map, Object key, int value) {
        for (Map.Entry<Object, Object> entry : map.entrySet()) {
            if (entry.getKey().equals(key)) {
                Object before = entry.setValue(value);
                return before + " " + entry;
            }
        }
        return null;
    }

    private static Object forEach(Map<Object, Object> map) {
        StringBuilder text = new StringBuilder();
        map.forEach((key, value) -> text.append(key).append(value));
        return text.toString();
    }

    @Test
    void shares_keys_but_no_changes() {
        Object[] items = {"a", 1, "b", 2};
        DictKeys keys = DictKeys.of(items, 0, 4);
        PyDict first = new PyDict();
        PyDict second = new PyDict();
        first.fill(keys, items, 0);
        second.fill(keys, items, 0);

        assertThat(first.keys()).isSameAs(second.keys());
        first.put("a", 3);
        first.remove("b");
        first.put("c", 4);
        items[1] = 5;

        assertThat(first).isEqualTo(Map.of("a", 3, "c", 4));
        assertThat(first.keys()).isNull();
        assertThat(second).isEqualTo(Map.of("a", 1, "b", 2));
    }

    @Test
    void views_show_what_becomes_of_the_dict() {
        PyDict dict = dict("a", 1, "b", 2);
        Set<?> keys = dict.keySet();
        Iterator<Map.Entry<Object, Object>> stale = dict.entrySet().iterator();

        dict.put("c", 3);

        assertThat(new HashSet<>(keys)).isEqualTo(Set.of("a", "b", "c"));
        assertThatThrownBy(stale::next).isInstanceOf(ConcurrentModificationException.class);
        assertThatThrownBy(stale::remove).isInstanceOf(ConcurrentModificationException.class);
        dict.entrySet().clear();
        assertThat(dict).isEmpty();
    }

    @Test
    void an_iterator_ends_and_removes_only_what_it_has_shown() {
        Iterator<Map.Entry<Object, Object>> entries = dict("a", 1).entrySet().iterator();
        assertThatThrownBy(entries::remove).isInstanceOf(IllegalStateException.class);
        PyDict dict = dict("a", 1);
        Iterator<Map.Entry<Object, Object>> all = dict.entrySet().iterator();
        all.next();
        assertThatThrownBy(all::next).isInstanceOf(NoSuchElementException.class);
        all.remove();
        assertThatThrownBy(all::remove).isInstanceOf(IllegalStateException.class);
        assertThat(dict).isEmpty();
    }

    @Test
    void keys_are_distinct_strings_and_few() {
        assertThat(DictKeys.of(new Object[] {"a", 1, "a", 2}, 0, 4)).isNull();
        assertThat(DictKeys.of(new Object[] {"a", 1, 2L, 2}, 0, 4)).isNull();
        assertThat(DictKeys.of(new Object[] {null, 1}, 0, 2)).isNull();
        Object[] items = new Object[2 * DictKeys.MAX_SIZE + 2];
        for (int index = 0; index < items.length; index++) {
            items[index] = "k" + index;
        }
        assertThat(DictKeys.of(items, 0, items.length)).isNull();
        DictKeys most = DictKeys.of(items, 2, items.length);
        assertThat(most).isNotNull();
        for (int position = 0; position < most.size(); position++) {
            assertThat(most.position(items[2 + 2 * position])).isEqualTo(position);
        }
        assertThat(most.position("k0")).isEqualTo(-1);
        assertThat(most.are(items, 2, items.length)).isTrue();
        assertThat(most.are(items, 0, items.length)).isFalse();
        assertThat(most.are(items, 0, items.length - 2)).isFalse();
    }
}
