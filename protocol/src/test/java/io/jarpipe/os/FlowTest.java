package io.jarpipe.os;

import static org.assertj.core.api.Assertions.assertThat;

import io.jarpipe.os.Flow.Direction;
import org.junit.jupiter.api.Test;

final class FlowTest {
    @Test
    void counts_each_direction_by_itself() {
        Flow flow = new Flow();
        flow.count(Direction.IN, 10);
        flow.count(Direction.IN, 5);
        flow.countRest(Direction.IN, 7);
        flow.count(Direction.OUT, 1);
        assertThat(flow.items(Direction.IN)).isEqualTo(2);
        assertThat(flow.bytes(Direction.IN)).isEqualTo(22);
        assertThat(flow.items(Direction.OUT)).isEqualTo(1);
        assertThat(flow.bytes(Direction.OUT)).isEqualTo(1);
    }

    @Test
    void sums_up() {
        Flow one = new Flow();
        one.count(Direction.IN, 10);
        one.waited(Direction.IN, 50_000);
        one.lingered(Direction.IN, true);
        Flow sum = new Flow();
        sum.add(one);
        sum.add(one);
        assertThat(sum.items(Direction.IN)).isEqualTo(2);
        assertThat(sum.bytes(Direction.IN)).isEqualTo(20);
        assertThat(sum.waits(Direction.IN).counts()[0]).isEqualTo(2);
        assertThat(sum.waits(Direction.IN).totalSeconds()).isEqualTo(0.0001);
        assertThat(sum.lingers(Direction.IN, true)).isEqualTo(2);
        assertThat(sum.lingers(Direction.IN, false)).isZero();
    }

    @Test
    void a_wait_belongs_to_the_first_class_that_is_not_below_it() {
        Waits waits = new Waits();
        waits.record(0);
        waits.record(100_000); // the bound itself
        waits.record(100_001);
        waits.record(Long.MAX_VALUE / 2);
        assertThat(waits.counts()).containsExactly(2, 1, 0, 0, 0, 0, 0, 1);
        assertThat(Waits.boundsSeconds()).containsExactly(0.0001, 0.001, 0.01, 0.1, 1, 10, 100);
    }
}
