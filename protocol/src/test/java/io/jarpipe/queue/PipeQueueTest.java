package io.jarpipe.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.MpQueue;
import io.jarpipe.PickleException;
import io.jarpipe.os.Await;
import io.jarpipe.os.Fd;
import io.jarpipe.os.NamedSemaphore;
import io.jarpipe.os.NativeMemory;
import io.jarpipe.os.Sockets;
import io.jarpipe.os.Transport;
import io.jarpipe.pickle.RazorvineCodec;
import io.jarpipe.sync.SemLock;
import io.jarpipe.wire.FrameTooLongException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The queue's own guarantees, between two attachments in one process; CPython is the peer in the interop tests. */
final class PipeQueueTest {
    private static final int MAX_LENGTH = 1 << 20;
    private static final int MAXSIZE = 100;
    private static final int PIPE = 64 * 1024;
    private static final RazorvineCodec CODEC = new RazorvineCodec();
    private static final Duration SOON = Duration.ofSeconds(30);

    private final List<String> names = new ArrayList<>();
    private List<Fd> pipe;
    private PipeQueue<Object> here;
    private PipeQueue<Object> there;

    @BeforeEach
    void open() throws IOException {
        pipe = Sockets.pipe();
        for (int value : new int[] {1, 1, MAXSIZE}) {
            String name = "/jarpipe-queue-" + ProcessHandle.current().pid() + "-" + names.size();
            NamedSemaphore.create(name, value).close();
            names.add(name);
        }
        here = attach(MAX_LENGTH);
        there = attach(MAX_LENGTH);
    }

    private PipeQueue<Object> attach(int maxLength) throws IOException {
        PipeQueue.Parts parts = new PipeQueue.Parts(
                Transport.adopt(pipe.get(0).duplicate(), true, false),
                Transport.adopt(pipe.get(1).duplicate(), false, true),
                new SemLock(NamedSemaphore.open(names.get(0)), 1),
                new SemLock(NamedSemaphore.open(names.get(1)), 1),
                new SemLock(NamedSemaphore.open(names.get(2)), MAXSIZE));
        return new PipeQueue<>(parts, CODEC, item -> item, maxLength);
    }

    @AfterEach
    void close() throws IOException {
        here.close();
        there.close();
        pipe.forEach(Fd::close);
        for (String name : names) {
            NamedSemaphore.unlink(name);
        }
    }

    private int value(int semaphore) {
        try (NamedSemaphore opened = NamedSemaphore.open(names.get(semaphore))) {
            return opened.value();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void assertNothingTaken() {
        assertThat(value(0)).as("read lock").isOne();
        Await.until("a feeder gives the write lock back, which it does after the last byte", () -> value(1) == 1);
    }

    @Test
    void carries_items_in_order_and_counts_them() throws Exception {
        for (long i = 0; i < MAXSIZE; i++) {
            here.put(i);
        }
        assertThat(here.size()).isEqualTo(MAXSIZE);
        assertThat(there.isFull()).isTrue();
        assertThat(here.offer("one too many", Duration.ZERO)).isFalse();
        for (long i = 0; i < MAXSIZE; i++) {
            assertThat(there.take()).isEqualTo(i);
        }
        assertThat(there.isEmpty()).isTrue();
        assertThat(there.poll(Duration.ofMillis(2))).isEqualTo(MpQueue.Item.none());
        assertNothingTaken();
    }

    @Test
    void put_does_not_wait_for_room_in_the_pipe_and_join_does() throws Exception {
        byte[] item = new byte[100_000];
        for (int i = 0; i < 20; i++) {
            here.put(item);
        }
        FutureTask<Integer> taking = new FutureTask<>(() -> {
            for (int i = 0; i < 20; i++) {
                assertThat((byte[]) there.take()).hasSize(100_000);
            }
            return 20;
        });
        Thread.ofPlatform().daemon().start(taking);
        here.joinThread();
        assertThat(taking.get(30, TimeUnit.SECONDS)).isEqualTo(20);
        assertNothingTaken();
    }

    @Test
    void a_queue_closed_in_the_middle_of_an_item_still_finishes_it() throws Exception {
        here.put(new byte[200_000]);
        here.close();
        assertThat((byte[]) there.take()).hasSize(200_000);
        assertThatThrownBy(() -> here.put("x")).isInstanceOf(ClosedChannelException.class);
        there.put("next");
        assertThat(there.take()).isEqualTo("next");
        assertNothingTaken();
    }

    @Test
    void items_dropped_before_they_were_written_give_their_slots_back() throws Exception {
        here.put(new byte[200_000]);
        here.put("never written");
        here.put("neither");
        assertThat(here.discardUnwritten()).isEqualTo(2);
        assertThat(there.size()).isOne();
        assertThat((byte[]) there.take()).hasSize(200_000);
        assertThat(there.size()).isZero();
    }

    @Test
    void items_that_were_there_and_that_another_has_taken_are_not_taken_twice() throws Exception {
        for (int i = 0; i < 3; i++) {
            here.put(i);
        }
        assertThat(here.take()).isEqualTo(0L);
        assertThat(there.take()).isEqualTo(1L);
        assertThat(there.take()).isEqualTo(2L);
        assertThat(here.poll(Duration.ofMillis(10)).isPresent()).isFalse();
        assertNothingTaken();
        there.put("next");
        assertThat(here.take()).isEqualTo("next");
    }

    @Test
    void an_idle_taker_does_not_wait_for_a_lock_that_another_holds_while_it_waits() throws Exception {
        for (int i = 0; i < 2; i++) {
            here.put(i);
        }
        assertThat(here.take()).isEqualTo(0L); // has seen that there is another one
        assertThat(there.take()).isEqualTo(1L);
        try (NamedSemaphore readLock = NamedSemaphore.open(names.getFirst())) {
            assertThat(readLock.tryAcquire()).isTrue(); // as a CPython getter does
            assertThat(here.poll(Duration.ofMillis(10)).isPresent()).isFalse();
            readLock.release();
        }
    }

    @Test
    void closing_ends_a_take_that_holds_nothing() throws Exception {
        FutureTask<Object> take = new FutureTask<>(here::take);
        Thread thread = Thread.ofPlatform().daemon().start(take);
        while (thread.getState() == Thread.State.NEW) {
            Thread.onSpinWait();
        }
        here.close();
        assertThatThrownBy(() -> take.get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(ClosedChannelException.class);
        assertNothingTaken();
    }

    @Test
    void an_interrupted_take_takes_nothing() throws Exception {
        FutureTask<Object> take = new FutureTask<>(here::take);
        Thread thread = Thread.ofPlatform().daemon().start(take);
        thread.interrupt();
        assertThatThrownBy(() -> take.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
        there.put("for somebody else");
        assertThat(there.poll(SOON)).isEqualTo(new MpQueue.Item<>(true, "for somebody else"));
        assertNothingTaken();
    }

    @Test
    void an_interrupt_ends_a_loop_that_never_has_to_wait() throws Exception {
        here.put("there already");
        Thread.currentThread().interrupt();
        assertThatThrownBy(there::take).isInstanceOf(InterruptedException.class);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> there.put("room enough")).isInstanceOf(InterruptedException.class);
        assertThat(there.take()).isEqualTo("there already");
        assertThat(there.size()).isZero();
    }

    @Test
    void an_item_that_cannot_be_pickled_leaves_the_queue_as_it_was() throws Exception {
        assertThatThrownBy(() -> here.put(new Object())).isInstanceOf(PickleException.class);
        assertThat(here.size()).isZero();
        here.put("fine");
        assertThat(there.take()).isEqualTo("fine");
    }

    @Test
    void an_item_over_the_limit_is_skipped_and_its_slot_is_free_again() throws Exception {
        try (PipeQueue<Object> narrow = attach(1000)) {
            here.put(new byte[50_000]);
            here.put("next");
            assertThatThrownBy(narrow::take).isInstanceOf(FrameTooLongException.class);
            assertThat(narrow.take()).isEqualTo("next");
            assertThat(narrow.size()).isZero();
        }
    }

    @Test
    void until_compares_with_the_sentinel_as_it_arrives() throws Exception {
        here.put("a");
        here.put(io.jarpipe.PyTuple.of("stop", 1));
        here.put("b");
        List<Object> seen = new ArrayList<>();
        there.until(io.jarpipe.PyTuple.of("stop", 1)).forEach(seen::add);
        assertThat(seen).containsExactly("a");
        assertThat(there.take()).isEqualTo("b");
    }

    @Test
    void an_interrupt_during_until_stays_pending() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> there.until(null).iterator().hasNext()).isInstanceOf(UncheckedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void until_counts_the_sentinels_of_several_producers() throws Exception {
        for (String item : List.of("a", "end", "b", "end", "c")) {
            here.put(item);
        }
        List<Object> seen = new ArrayList<>();
        there.until("end", 2).forEach(seen::add);
        assertThat(seen).containsExactly("a", "b");
        assertThat(there.take()).isEqualTo("c");
    }

    @Test
    void items_taken_in_advance_go_to_whoever_takes_next_in_order() throws Exception {
        for (long i = 0; i < 6; i++) {
            here.put(i);
        }
        MpQueue<Object> ahead = there.withPrefetch(4);
        assertThat(ahead.take()).isEqualTo(0L);
        assertThat(there.size()).isEqualTo(5);
        assertThat(here.take()).isEqualTo(4L);
        assertThat(there.take()).isEqualTo(1L);
        assertThat(there.isEmpty()).isFalse();
        assertThat(List.of(ahead.take(), ahead.take(), ahead.take())).containsExactly(2L, 3L, 5L);
        assertThat(there.isEmpty()).isTrue();
        assertThat(there.size()).isZero();
        assertNothingTaken();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_thread_that_waits_is_woken_for_items_another_has_taken_in_advance(boolean virtual) throws Exception {
        MpQueue<Object> ahead = there.withPrefetch(4);
        for (int round = 0; round < 200; round++) {
            FutureTask<Integer> one = new FutureTask<>(() -> take(ahead, 1));
            FutureTask<Integer> three = new FutureTask<>(() -> take(ahead, 3));
            for (FutureTask<Integer> taking : List.of(one, three)) {
                (virtual ? Thread.ofVirtual() : Thread.ofPlatform().daemon()).start(taking);
            }
            for (int i = 0; i < 4; i++) {
                here.put(i);
            }
            assertThat(one.get(30, TimeUnit.SECONDS) + three.get(30, TimeUnit.SECONDS))
                    .isEqualTo(4);
        }
        assertNothingTaken();
    }

    private static int take(MpQueue<Object> queue, int count) throws IOException, InterruptedException {
        for (int i = 0; i < count; i++) {
            queue.take();
        }
        return count;
    }

    @Test
    void an_interrupt_ends_a_loop_over_items_taken_in_advance() throws Exception {
        here.put("first");
        here.put("second");
        MpQueue<Object> ahead = there.withPrefetch(2);
        assertThat(ahead.take()).isEqualTo("first");
        Thread.currentThread().interrupt();
        assertThatThrownBy(ahead::take).isInstanceOf(InterruptedException.class);
        assertThat(ahead.take()).isEqualTo("second");
    }

    @Test
    void an_item_that_finds_no_room_in_the_feeder_leaves_the_queue_as_it_was() throws Exception {
        MpQueue<Object> limited = here.withFeederLimit(0);
        limited.put(new byte[200_000]);
        assertThat(limited.tryPut("refused")).isFalse();
        assertThat(limited.offer("refused", Duration.ofMillis(2))).isFalse();
        assertThat(here.size()).isOne();
        FutureTask<Object> put = new FutureTask<>(() -> {
            limited.put("waits");
            return "put";
        });
        Thread thread = Thread.ofPlatform().daemon().start(put);
        thread.interrupt();
        assertThatThrownBy(() -> put.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
        assertThat(here.size()).isOne();
        assertThat((byte[]) there.take()).hasSize(200_000);
        limited.put("fits");
        assertThat(there.take()).isEqualTo("fits");
        assertNothingTaken();
    }

    @Test
    void without_native_memory_an_item_that_was_begun_is_finished_and_others_are_refused() throws Exception {
        List<MemorySegment> taken = takeNativeMemory();
        try {
            FutureTask<Object> put = new FutureTask<>(() -> {
                here.put(new byte[200_000]);
                return "put";
            });
            Thread.ofPlatform().daemon().start(put);
            Await.until("the pipe is full", () -> bytesInThePipe() >= PIPE - 4096);
            assertThat((byte[]) there.take()).hasSize(200_000);
            assertThat(put.get(30, TimeUnit.SECONDS)).isEqualTo("put");
            here.put("the lock was given back");
            assertThat(there.take()).isEqualTo("the lock was given back");
            assertRefusedWhenThePipeIsFull();
        } finally {
            taken.forEach(NativeMemory::free);
        }
        here.put("goes on");
        assertThat(there.take()).isEqualTo("goes on");
        assertNothingTaken();
    }

    private int bytesInThePipe() {
        try {
            return there.parts().reader().bytesInside();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes so much that a chunk does not fit into the rest. */
    private static List<MemorySegment> takeNativeMemory() {
        int chunk = 256 * 1024;
        List<MemorySegment> taken = new ArrayList<>();
        long free = Runtime.getRuntime().maxMemory() - NativeMemory.inUse();
        taken.add(NativeMemory.allocate(free - 16 * chunk)); // which nobody touches
        while (Runtime.getRuntime().maxMemory() - NativeMemory.inUse() >= chunk) {
            taken.add(NativeMemory.allocate(chunk));
        }
        return taken;
    }

    private void assertRefusedWhenThePipeIsFull() throws Exception {
        int fitting = 0;
        try {
            while (fitting < MAXSIZE) {
                here.put(new byte[4_000]);
                fitting++;
            }
            throw new AssertionError("all items have found room");
        } catch (OutOfMemoryError e) {
            assertThat(e)
                    .hasMessageStartingWith(
                            "an item of 4018 bytes finds no room behind 0 others of 0 bytes that wait to be written")
                    .hasMessageContaining("maxsize")
                    .hasMessageContaining("withFeederLimit");
        }
        assertThat(there.size()).as("the slot was given back").isEqualTo(fitting);
        assertThat(take(there, fitting)).isEqualTo(fitting);
    }

    @Test
    void views_refuse_what_makes_no_sense() {
        assertThatThrownBy(() -> here.withPrefetch(0)).hasMessage("prefetch: 0 (expected: >= 1)");
        assertThatThrownBy(() -> here.withFeederLimit(-1)).hasMessage("feederLimit: -1 (expected: >= 0)");
        assertThatThrownBy(() -> here.until(null, 0)).hasMessage("sentinels: 0 (expected: >= 1)");
    }
}
