"""Python and Java on both sides of one queue: each item once, in its producer's order."""

from __future__ import annotations

import collections
from typing import Any

from support import TestCase
from test_queue import collect, produce


class MixedTest(TestCase):
    """Two Python and two Java producers, two Python and two Java consumers."""

    EACH = 25_000
    """Items of each producer; there are four."""

    def run_all(self, maxsize: int, java_producer: Any, java_consumer: Any) -> None:
        """Let all items through a queue; the last two start a worker each."""
        jobs, results = self.queue(maxsize), self.queue()
        consumers = [self.child("fork", collect, jobs, results) for _ in range(2)]
        producers = [self.child("fork", produce, jobs, number, self.EACH) for number in range(2)]
        consumers += [java_consumer(jobs, results) for _ in range(2)]
        producers += [java_producer(jobs, number) for number in (2, 3)]
        self.join(*producers)
        for _ in consumers:
            jobs.put(None)
        taken: collections.Counter[tuple[int, int]] = collections.Counter()
        for _ in consumers:
            last = [-1] * 4
            for producer, number in self.get(results):
                self.assertGreater(number, last[producer], f"producer {producer}: out of order")
                last[producer] = number
                taken[producer, number] += 1
        self.join(*consumers)
        self.assertEqual(set(taken.values()), {1}, "taken more than once")
        self.assertEqual(len(taken), 4 * self.EACH)
        self.assertEqual((jobs.qsize(), jobs.empty()), (0, True))
        self.assert_free(jobs._rlock, jobs._wlock)

    def test_plain(self) -> None:
        self.run_all(
            0,
            lambda jobs, number: self.worker("QueueWorkers::produce", jobs, number, self.EACH),
            lambda jobs, results: self.worker("QueueWorkers::collect", jobs, results),
        )

    def test_prefetch_and_feeder_limit(self) -> None:
        self.run_all(
            0,
            lambda jobs, number: self.worker(
                "QueueWorkers::produceWithin", jobs, number, self.EACH, 10_000
            ),
            lambda jobs, results: self.worker("QueueWorkers::collectBatches", jobs, results, 16),
        )

    def test_bounded_queue_with_prefetch(self) -> None:
        self.run_all(
            100,
            lambda jobs, number: self.worker("QueueWorkers::produce", jobs, number, self.EACH),
            lambda jobs, results: self.worker("QueueWorkers::collectBatches", jobs, results, 16),
        )
