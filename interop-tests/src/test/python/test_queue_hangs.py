"""The hangs that programs with queues are known for, shown with Python alone, then with Java.

A hang is shown by what the kernel says of the threads that take part: whoever would have to read
waits for the end of a process which waits for room in the pipe. It is resolved by reading.
"""

from __future__ import annotations

import os
import queue as queues
import threading
from typing import Any, Callable

import procfs
from support import PATIENCE, TestCase, await_

SIZE = 200_000
"""Bytes of an item, more than a pipe has room for."""


def put_all(queue: Any, count: int, size: int) -> None:
    """Put items of some size, and a sentinel."""
    for _ in range(count):
        queue.put(b"x" * size)
    queue.put(None)


def put_until(queue: Any, stop: Any, rest: int) -> None:
    """Wait until an event tells to stop, put what is left to do, and a sentinel."""
    stop.wait()
    put_all(queue, rest, SIZE)


def put_when_told(queue: Any, gate: Any, count: int) -> None:
    """Put large items as soon as a message comes."""
    gate.recv()
    put_all(queue, count, SIZE)


class HangsTest(TestCase):
    """A test that joins Python producers in a thread, which may wait for ever."""

    def joiner(self, action: Callable[[], None]) -> threading.Thread:
        """Let a thread do something in which it may hang."""
        thread = threading.Thread(target=action, daemon=True)
        thread.start()
        self.addCleanup(thread.join, PATIENCE)
        return thread

    def assert_hangs(self, joiner: threading.Thread, queue: Any, producers: list[Any]) -> None:
        """Check that a thread waits for a producer which waits for room in the pipe.

        The producer's main thread waits for its feeder, and the feeder is in `write`. The only
        ones who hold the read end and are not among the waiting are threads of this test, which
        does not read.
        """
        pipe = os.readlink(f"/proc/self/fd/{queue._writer.fileno()}")

        def writes(pid: int) -> bool:
            calls = [procfs.system_call(task) for task in procfs.threads(pid)]
            written = [int(call.split()[1]) for call in calls if call.startswith("write ")]
            ends = [procfs.open_file(pid, number) for number in written]
            return pipe in ends and all(call in ("futex", *_writes(written)) for call in calls)

        def hangs() -> bool:
            assert joiner.native_id is not None
            stuck = any(producer.exitcode is None and writes(producer.pid) for producer in living)
            return stuck and procfs.system_call(joiner.native_id) == "wait4"

        living = [
            producer for producer in producers if procfs.state(producer.pid) not in (None, "Z")
        ]
        await_("the threads to wait for each other", hangs)
        self.assertTrue(joiner.is_alive())

    def resolve(self, joiner: threading.Thread, queue: Any, sentinels: int) -> None:
        """Take what is left, which ends the hang."""
        while sentinels:
            sentinels -= self.get(queue) is None
        joiner.join(PATIENCE)
        self.assertFalse(joiner.is_alive(), "the producers did not end")


def _writes(numbers: list[int]) -> list[str]:
    return [f"write {number}" for number in numbers]


class JoinBeforeGet(HangsTest):
    """A process is joined before what it has put is taken."""

    def test_python_hangs(self) -> None:
        queue = self.queue()
        child = self.child("fork", put_all, queue, 3, 1 << 20)
        joiner = self.joiner(child.join)
        self.assert_hangs(joiner, queue, [child])
        self.resolve(joiner, queue, 1)
        self.join(child)

    def test_java_consumer_takes_meanwhile(self) -> None:
        queue, results = self.queue(), self.queue()
        child = self.child("fork", put_all, queue, 3, 1 << 20)
        consumer = self.worker("QueueWorkers::countAll", queue, results, 1)
        self.join(child)
        self.assertEqual(self.get(results), 3)
        self.join(consumer)


class OneSentinelOfFive(HangsTest):
    """Five producers end on an event, each with a sentinel; the consumer ends with the first."""

    def producers(self, queue: Any) -> list[Any]:
        """Start the producers and tell them to stop; one has nothing left to do."""
        stop = self.ctx.Event()
        children = [self.child("fork", put_until, queue, stop, 5 * rest) for rest in range(5)]
        stop.set()
        return children

    def test_python_hangs(self) -> None:
        queue = self.queue()
        children = self.producers(queue)

        def consume() -> None:
            while queue.get() is not None:
                pass
            for child in children:
                child.join()

        joiner = self.joiner(consume)
        self.assert_hangs(joiner, queue, children)
        self.resolve(joiner, queue, 4)
        self.join(*children)

    def test_java_consumer_counts_sentinels(self) -> None:
        queue, results = self.queue(), self.queue()
        children = self.producers(queue)
        consumer = self.worker("QueueWorkers::countAll", queue, results, 5)
        self.join(*children)
        self.assertEqual(self.get(results), 5 * (1 + 2 + 3 + 4))
        self.join(consumer)


class DrainedTooEarly(HangsTest):
    """A queue is drained with `get_nowait()` while producers are still to put."""

    def producers(self, queue: Any) -> list[Any]:
        """Start two producers that put after the consumer has looked."""
        return [self.child("fork", put_when_told, queue, self.gates()[0], 2) for _ in range(2)]

    def gates(self) -> tuple[Any, Any]:
        """Make a pipe, whose far end `open_gates` sends to."""
        receiver, sender = self.pipe(duplex=False)
        self._senders.append(sender)
        return receiver, sender

    def setUp(self) -> None:
        super().setUp()
        self._senders: list[Any] = []

    def open_gates(self) -> None:
        """Let the producers put."""
        for sender in self._senders:
            sender.send("put")

    def test_python_hangs(self) -> None:
        queue = self.queue()
        children = self.producers(queue)

        def consume() -> None:
            try:
                while True:
                    queue.get_nowait()
            except queues.Empty:
                self.open_gates()  # empty for the moment: nothing else is meant by it
            for child in children:
                child.join()

        joiner = self.joiner(consume)
        self.assert_hangs(joiner, queue, children)
        self.resolve(joiner, queue, 2)
        self.join(*children)

    def test_java_consumer_waits_for_the_sentinels(self) -> None:
        queue, results = self.queue(), self.queue()
        children = self.producers(queue)
        consumer = self.worker("QueueWorkers::countAll", queue, results, 2)
        self.open_gates()
        self.join(*children)
        self.assertEqual(self.get(results), 4)
        self.join(consumer)
