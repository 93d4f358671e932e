"""Queues between Python and Java: order, sentinels, sizes, capacity, the methods of `MpQueue`."""

from __future__ import annotations

import collections
from typing import Any

from support import (
    Remote,
    TestCase,
    await_,
    has_waiters,
    one_at_a_time,
    pickled_length,
    semaphore_value,
)

BOUNDARIES = (4096, 16384, 65536)
"""PIPE_BUF; the longest body that CPython writes together with its header; a pipe's capacity."""


def produce(queue: Any, producer: int, count: int) -> None:
    """Put the pairs (producer, number)."""
    for number in range(count):
        queue.put((producer, number))


def collect(queue: Any, results: Any) -> None:
    """Take items until None comes, and put the list of them."""
    results.put(list(iter(queue.get, None)))


class QueueTest(TestCase):
    """Items go through queues as between Python processes."""

    def test_worker_reads_one_queue_and_writes_another(self) -> None:
        jobs, results = self.queue(), self.queue()
        worker = self.worker("QueueWorkers::echo", jobs, results, None)
        for number in range(100):
            jobs.put(number)
        jobs.put(None)
        self.assertEqual([self.get(results) for _ in range(100)], list(range(100)))
        self.join(worker)

    def test_queue_serves_both_directions(self) -> None:
        queue = self.queue()
        worker = self.worker("QueueWorkers::produce", queue, 1, 3)
        self.assertEqual([self.get(queue) for _ in range(3)], [(1, 0), (1, 1), (1, 2)])
        self.join(worker)
        results = self.queue()
        worker = self.worker("QueueWorkers::echo", queue, results, None)
        queue.put("back")
        queue.put(None)
        self.assertEqual(self.get(results), "back")
        self.join(worker)

    def test_every_item_arrives_once_and_in_its_producers_order(self) -> None:
        count = 5000
        jobs, results = self.queue(), self.queue()
        consumers = [
            self.child("fork", collect, jobs, results),
            self.child("fork", collect, jobs, results),
            self.worker("QueueWorkers::collect", jobs, results),
            self.worker("QueueWorkers::collect", jobs, results),
        ]
        producers = [
            self.child("fork", produce, jobs, 0, count),
            self.child("fork", produce, jobs, 1, count),
            self.worker("QueueWorkers::produce", jobs, 2, count),
            self.worker("QueueWorkers::produce", jobs, 3, count),
        ]
        self.join(*producers)
        for _ in consumers:
            jobs.put(None)
        collected = [self.get(results) for _ in consumers]
        self.join(*consumers)
        taken: collections.Counter[tuple[int, int]] = collections.Counter()
        for items in collected:
            taken.update(items)
            for producer in range(4):
                numbers = [number for other, number in items if other == producer]
                self.assertEqual(numbers, sorted(numbers), "out of order")
        self.assertEqual(set(taken.values()), {1}, "taken more than once")
        self.assertEqual(len(taken), 4 * count)

    def test_sentinel_ends_the_loop_and_is_not_an_item(self) -> None:
        for sentinel in (None, "quit", 0, ("end", 1), b"end", -(2**70)):
            with self.subTest(sentinel=sentinel):
                jobs, results = self.queue(), self.queue()
                worker = self.worker("QueueWorkers::echo", jobs, results, sentinel)
                items = [*({None, "quit", 1, ("end", 2), ("end",), b"", ""} - {sentinel}), "last"]
                for item in items:
                    jobs.put(item)
                jobs.put(sentinel)
                self.assertEqual([self.get(results) for _ in items], items)
                self.join(worker)
                self.assertTrue(jobs.empty() and results.empty())

    def test_n_workers_end_on_n_sentinels(self) -> None:
        jobs, results = self.queue(), self.queue()
        workers = [self.worker("QueueWorkers::collect", jobs, results) for _ in range(5)]
        for number in range(50):
            jobs.put(number)
        for _ in workers:
            jobs.put(None)
        taken = [number for _ in workers for number in self.get(results)]
        self.join(*workers)
        self.assertEqual(sorted(taken), list(range(50)))
        self.assertTrue(jobs.empty())
        self.assertEqual(jobs.qsize(), 0)

    def test_full_queue_blocks_the_java_producer_until_python_takes_an_item(self) -> None:
        queue = self.queue(maxsize=1)
        reader, witness = self.pipe(duplex=False)
        worker = self.worker("QueueWorkers::witnessed", queue, witness, 20)
        witness.close()
        for number in range(20):
            self.assertEqual(self.recv(reader), ("puts", number))
            if number > 0:
                await_("the producer to wait for a slot", lambda: has_waiters(queue._sem))
                self.assertTrue(queue.full())
                self.assertEqual(queue.qsize(), 1)
                self.assertFalse(reader.poll(), "put() returned although the queue was full")
                self.assertEqual(self.get(queue), number - 1)
            self.assertEqual(self.recv(reader), ("has put", number))
        self.assertEqual(self.get(queue), 19)
        self.join(worker)

    def test_full_queue_blocks_the_python_producer_until_java_takes_an_item(self) -> None:
        queue, results = self.queue(maxsize=1), self.queue()
        child = self.child("fork", produce, queue, 7, 20)
        await_("the producer to wait for a slot", lambda: has_waiters(queue._sem))
        worker = self.worker("QueueWorkers::collect", queue, results)
        self.join(child)
        queue.put(None)
        self.assertEqual(self.get(results), [(7, number) for number in range(20)])
        self.join(worker)

    def test_java_put_does_not_wait_for_room_in_the_pipe(self) -> None:
        for count, size in ((5, 1 << 20), (20_000, 256)):
            with self.subTest(count=count, size=size):
                queue = self.queue()
                reader, witness = self.pipe(duplex=False)
                worker = self.worker("QueueWorkers::fill", queue, witness, count, size)
                witness.close()
                self.assertEqual(self.recv(reader), "has put")
                self.assertEqual(queue.qsize(), count)
                # The worker's method has returned, and what it put is flushed before its end.
                self.assertIsNone(worker.exitcode)
                items = [self.get(queue) for _ in range(count)]
                self.assertEqual({len(item) for item in items}, {size})
                self.assertEqual([item[0] for item in items], [n & 255 for n in range(count)])
                self.join(worker)

    def test_items_of_every_size_go_both_ways(self) -> None:
        jobs, results = self.queue(), self.queue()
        worker = self.worker("QueueWorkers::echo", jobs, results, None)
        for size in (0, 1, 4095, 4096, 4097, 16384, 16385, 65536, 1 << 20, 20 << 20):
            item = bytes(range(256)) * (size // 256) + bytes(size % 256)
            jobs.put(item)
            # Not assertEqual(), which would print the bytes.
            self.assertTrue(self.get(results) == item, f"{size} bytes came back changed")
        jobs.put(None)
        self.join(worker)

    def test_messages_around_every_boundary_go_both_ways(self) -> None:
        jobs, results = self.queue(), self.queue()
        worker = self.worker("QueueWorkers::echo", jobs, results, None)
        lengths = set()
        for boundary in BOUNDARIES:
            # The overhead of a pickle depends on who makes it; every length nearby covers all.
            for size in range(boundary - 40, boundary + 2):
                item = b"x" * size
                lengths.add(pickled_length(item))
                jobs.put(item)
                self.assertTrue(self.get(results) == item, f"{size} bytes came back changed")
        jobs.put(None)
        self.join(worker)
        for boundary in BOUNDARIES:
            self.assertLessEqual({boundary - 1, boundary, boundary + 1}, lengths)


class MethodsTest(TestCase):
    """The methods of `MpQueue` see the queue as those of Python do."""

    def remote(self, queue: Any) -> Remote:
        """Start a worker that calls methods of a queue."""
        return Remote(self, "RemoteQueue", queue)

    def test_poll_finds_nothing_in_an_empty_queue(self) -> None:
        queue = self.queue()
        remote = self.remote(queue)
        for seconds in (-1, 0, 0.05):
            self.assertEqual(remote.call("poll", seconds), (False, None))
        self.assertEqual((semaphore_value(queue._rlock), queue.qsize()), (1, 0))
        remote.close()

    def test_poll_finds_an_item_and_a_none(self) -> None:
        queue = self.queue()
        remote = self.remote(queue)
        remote.begin("poll", 3600)
        queue.put("late")
        self.assertEqual(remote.end(), (True, "late"))
        queue.put(None)
        self.assertEqual(remote.call("poll", 3600), (True, None))
        remote.close()

    def test_take_returns_none_as_an_item(self) -> None:
        queue = self.queue()
        remote = self.remote(queue)
        queue.put(None)
        self.assertIsNone(remote.call("take"))
        remote.call("put", None)
        self.assertIsNone(self.get(queue))
        remote.close()

    def test_offer_refuses_an_item_when_the_queue_is_full(self) -> None:
        queue = self.queue(maxsize=2)
        remote = self.remote(queue)
        self.assertIs(remote.call("offer", "a", 0), True)
        self.assertIs(remote.call("offer", "b", -1), True)
        for seconds in (-1, 0, 0.05):
            self.assertIs(remote.call("offer", "c", seconds), False)
        self.assertEqual([self.get(queue), self.get(queue)], ["a", "b"])
        self.assertTrue(queue.empty())
        remote.close()

    def test_offer_gets_the_slot_that_becomes_free(self) -> None:
        queue = self.queue(maxsize=1)
        remote = self.remote(queue)
        remote.call("put", "a")
        remote.begin("offer", "b", 3600)
        await_("the offer to wait for a slot", lambda: has_waiters(queue._sem))
        self.assertEqual(self.get(queue), "a")
        self.assertIs(remote.end(), True)
        self.assertEqual(self.get(queue), "b")
        remote.close()

    @one_at_a_time
    def test_both_sides_see_the_same_state(self) -> None:
        queue = self.queue(maxsize=3)
        remote = self.remote(queue)

        def state() -> tuple[int, bool, bool]:
            java = tuple(remote.call(method) for method in ("size", "isEmpty", "isFull"))
            self.assertEqual(java, (queue.qsize(), queue.empty(), queue.full()))
            return java

        self.assertEqual(state(), (0, True, False))
        remote.call("put", 1)
        # A queue that is relayed has a feeder thread between put() and the pipe.
        await_("the item to be in the pipe", lambda: not queue.empty())
        self.assertEqual(state(), (1, False, False))
        remote.call("put", 2)
        remote.call("put", 3)
        self.assertEqual(state(), (3, False, True))
        self.assertEqual([remote.call("take"), self.get(queue)], [1, 2])
        self.assertEqual(state(), (1, False, False))
        self.assertEqual(remote.call("take"), 3)
        self.assertEqual(state(), (0, True, False))
        remote.close()

    def test_unbounded_queue_is_never_full(self) -> None:
        queue = self.queue()
        remote = self.remote(queue)
        remote.call("put", 1)
        self.assertEqual((remote.call("size"), remote.call("isFull")), (1, False))
        self.get(queue)
        remote.close()

    def test_join_thread_returns_when_all_is_in_the_pipe(self) -> None:
        queue = self.queue()
        remote = self.remote(queue)
        remote.call("put", b"x" * (1 << 20))
        remote.begin("joinThread")
        self.assertEqual(len(self.get(queue)), 1 << 20)
        self.assertIsNone(remote.end())
        remote.close()

    def test_closed_queue_refuses_use_in_that_worker_only(self) -> None:
        queue = self.queue()
        remote = self.remote(queue)
        remote.call("put", "before")
        remote.call("close")
        for method, *args in (("put", 1), ("take",), ("poll", 0), ("size",)):
            with self.assertRaisesRegex(RuntimeError, "ClosedChannelException"):
                remote.call(method, *args)
        self.assertEqual(self.get(queue), "before")
        queue.put("after")
        self.assertEqual(self.get(queue), "after")
        remote.close()
