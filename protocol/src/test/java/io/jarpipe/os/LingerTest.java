package io.jarpipe.os;

import static org.assertj.core.api.Assertions.assertThat;

import io.jarpipe.os.Linger.Mode;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class LingerTest {
    private static final int SMALL = 100;
    private static final int MOST = 16_384;
    private static final int MANY_BYTES = 20 * (SMALL + 4);

    private final Linger linger = new Linger(Mode.ADAPTIVE, MOST);

    private int waitsUntilDue() {
        for (int waits = 0; waits < 5000; waits++) {
            linger.moved(SMALL);
            if (linger.isDue(Deadline.NEVER)) {
                return waits;
            }
        }
        return Integer.MAX_VALUE;
    }

    @Test
    void an_idle_reader_waits_at_once() {
        assertThat(linger.isDue(Deadline.NEVER)).isFalse();
        linger.moved(SMALL);
        linger.spend();
        linger.judge(MANY_BYTES);
        assertThat(linger.isDue(Deadline.NEVER)).isFalse();
    }

    @Test
    void goes_on_while_it_pays() {
        for (int i = 0; i < 100; i++) {
            linger.moved(SMALL);
            assertThat(linger.isDue(Deadline.NEVER)).isTrue();
            linger.spend();
            assertThat(linger.judge(MANY_BYTES)).isTrue();
        }
    }

    @Test
    void tries_less_and_less_often_when_it_was_in_vain() {
        assertThat(waitsUntilDue()).isZero();
        for (int expected = 2; expected < 2048; expected *= 2) {
            assertThat(linger.judge(SMALL + 4)).isFalse();
            assertThat(waitsUntilDue()).isEqualTo(expected);
        }
        assertThat(linger.judge(0)).isFalse();
        assertThat(waitsUntilDue()).as("never given up").isEqualTo(1024);
    }

    @Test
    void a_success_forgets_failures() {
        linger.moved(SMALL);
        linger.judge(0);
        linger.judge(0);
        assertThat(linger.judge(MANY_BYTES)).isTrue();
        assertThat(waitsUntilDue()).isZero();
    }

    @Test
    void a_pipe_that_is_nearly_full_is_a_failure() {
        linger.moved(SMALL);
        assertThat(linger.judge(40_000)).isFalse();
    }

    @Test
    void a_pipe_that_others_read_from_is_left_alone_for_a_while() {
        linger.hasRivals();
        assertThat(waitsUntilDue()).isEqualTo(64);
    }

    @Test
    void long_messages_and_short_waits_are_not_delayed() {
        linger.moved(10_000);
        assertThat(linger.isDue(Deadline.NEVER)).isFalse();
        linger.moved(SMALL);
        assertThat(linger.isDue(Deadline.NOW)).isFalse();
        assertThat(linger.isDue(Deadline.after(Duration.ofNanos(100_000)))).isFalse();
        assertThat(linger.isDue(Deadline.after(Duration.ofSeconds(1)))).isTrue();
    }

    @Test
    void can_be_forced_to_either_extreme() {
        Linger never = new Linger(Mode.NEVER, MOST);
        never.moved(SMALL);
        assertThat(never.isDue(Deadline.NEVER)).isFalse();
        Linger always = new Linger(Mode.ALWAYS, MOST);
        for (int i = 0; i < 10; i++) {
            always.moved(10_000);
            assertThat(always.isDue(Deadline.NEVER)).isTrue();
            always.spend();
            always.judge(0);
        }
    }
}
