package io.jarpipe.os;

import static org.assertj.core.api.Assertions.assertThat;

import io.jarpipe.os.Linger.Mode;
import org.junit.jupiter.api.Test;

final class LookoutTest {
    private static final int LONG = 4096;

    private final Lookout lookout = new Lookout(Mode.ADAPTIVE);

    private int waitsUntilDue() {
        int waits = 0;
        while (!lookout.isDue() && waits < 5000) {
            waits++;
        }
        return waits;
    }

    @Test
    void only_for_long_messages() {
        assertThat(lookout.isDue()).isFalse();
        lookout.moved(LONG - 1);
        assertThat(lookout.isDue()).isFalse();
        lookout.moved(LONG);
        assertThat(lookout.isDue()).isTrue();
    }

    @Test
    void goes_on_while_it_finds_room() {
        lookout.moved(LONG);
        for (int i = 0; i < 100; i++) {
            assertThat(lookout.isDue()).isTrue();
            lookout.judge(true);
        }
    }

    @Test
    void tries_less_and_less_often_when_it_was_in_vain() {
        lookout.moved(LONG);
        for (int expected = 2; expected < 2048; expected *= 2) {
            lookout.judge(false);
            assertThat(waitsUntilDue()).isEqualTo(expected);
        }
        lookout.judge(false);
        assertThat(waitsUntilDue()).as("never given up").isEqualTo(1024);
        lookout.judge(true);
        assertThat(waitsUntilDue()).isZero();
    }

    @Test
    void can_be_forced_to_either_extreme() {
        Lookout never = new Lookout(Mode.NEVER);
        never.moved(LONG);
        assertThat(never.isDue()).isFalse();
        Lookout always = new Lookout(Mode.ALWAYS);
        always.judge(false);
        assertThat(always.isDue()).isTrue();
    }
}
