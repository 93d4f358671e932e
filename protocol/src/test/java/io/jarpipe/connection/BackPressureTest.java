package io.jarpipe.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.connection.Peer.Kind;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A full stream blocks its sender, at no cost, until there is room. */
final class BackPressureTest {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** Sends messages of 1000 bytes until interrupted; returns how many were sent. */
    private static int flood(Peer peer) throws IOException {
        int sent = 0;
        try {
            while (true) {
                peer.connection().sendBytes(new byte[1000]);
                sent++;
            }
        } catch (InterruptedException e) {
            return sent;
        }
    }

    @ParameterizedTest
    @EnumSource
    void an_interrupt_between_messages_ends_the_wait_and_leaves_the_stream_whole(Kind kind) throws Exception {
        try (Peer peer = Peer.sending(kind)) {
            Background<Integer> sending = Background.blocked(() -> flood(peer));
            sending.thread().interrupt();
            int sent = sending.result();
            assertThat(sent).isPositive();
            peer.read(sent * (4 + 1000));
            assertThat(peer.raw().isReadable()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_sender_that_waits_uses_no_processor_time(Kind kind) throws Exception {
        try (Peer peer = Peer.sending(kind)) {
            Background<Object> sending = Background.blocked(() -> {
                peer.connection().sendBytes(new byte[1_000_000]);
                return null;
            });
            long before = THREADS.getThreadCpuTime(sending.thread().threadId());
            long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200);
            while (System.nanoTime() < until) {
                Thread.onSpinWait(); // 200 ms in which the sender could be busy
            }
            long used = THREADS.getThreadCpuTime(sending.thread().threadId()) - before;
            assertThat(used).as("nanoseconds of 200,000,000").isLessThan(5_000_000);
            assertThat(sending.isDone()).isFalse();
            peer.read(1_000_004);
            sending.result();
        }
    }

    @ParameterizedTest
    @EnumSource
    void an_interrupt_within_a_message_waits_for_its_end(Kind kind) throws Exception {
        try (Peer peer = Peer.sending(kind)) {
            Background<Boolean> sending = Background.blocked(() -> {
                peer.connection().sendBytes(new byte[1_000_000]);
                return Thread.interrupted();
            });
            sending.thread().interrupt();
            assertThat(peer.read(1_000_004)).hasSize(1_000_004);
            assertThat(sending.result()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void closing_ends_the_wait_of_a_sender(Kind kind) throws Exception {
        try (Peer peer = Peer.sending(kind)) {
            Background<Object> sending = Background.blocked(() -> {
                peer.connection().sendBytes(new byte[1_000_000]);
                return null;
            });
            peer.connection().close();
            assertThatThrownBy(sending::result).hasCauseInstanceOf(ClosedChannelException.class);
        }
    }
}
