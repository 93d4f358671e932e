package io.jarpipe.pickle;

import static org.assertj.core.api.Assertions.assertThat;

import io.jarpipe.PyTuple;
import io.jarpipe.os.Await;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A codec that is kept keeps nothing of the values it has decoded. */
final class ForgettingTest {
    private final JarpipeCodec codec = new JarpipeCodec();

    private List<WeakReference<Object>> partsOfDecoded(Object value) throws Exception {
        List<?> decoded = (List<?>) codec.decode(codec.encode(value));
        assertThat(decoded).isEqualTo(value);
        List<WeakReference<Object>> parts = new ArrayList<>();
        for (Object part : decoded) {
            parts.add(new WeakReference<>(part));
        }
        parts.add(new WeakReference<>(decoded));
        return parts;
    }

    @Test
    void what_was_popped_from_the_stack_and_what_was_left_on_it() throws Exception {
        List<Object> value = List.of(PyTuple.of(1L, PyTuple.of("x")), List.of(2L), Map.of("key", List.of(3L)));
        for (WeakReference<Object> part : partsOfDecoded(value)) {
            Await.until("the garbage collector finds that nobody has it", () -> {
                System.gc();
                return part.refersTo(null);
            });
        }
    }
}
