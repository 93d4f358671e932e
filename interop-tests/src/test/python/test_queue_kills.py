"""SIGKILL of the daemon while its workers are between items: Python goes on.

Each round draws, from a seeded generator, how much has gone through the queue and where the worker
is when it is killed. `JARPIPE_TEST_KILLS` is the number of rounds; 20 by default, or 8 where a
build has done 20 with another interpreter.
"""

from __future__ import annotations

import os
import random
import signal
from typing import Any

import jarpipe
from programs import QUICK_JVM
from support import (
    PATIENCE,
    THOROUGH,
    WORKERS,
    Remote,
    TestCase,
    await_,
    has_waiters,
    semaphore_value,
    waits,
)
from test_queue import collect

ROUNDS = int(os.environ.get("JARPIPE_TEST_KILLS", "20" if THOROUGH else "8"))
MAXSIZE = 50


class QueueKills(TestCase):
    """A daemon for each round, which is killed."""

    def setUp(self) -> None:
        super().setUp()
        self.bridge: Any = None
        self.own: Any = None

    def launch(self) -> None:
        """Prepare another daemon; the first worker starts it."""
        self.bridge = jarpipe.Bridge(java_options=QUICK_JVM)
        self.addCleanup(self.bridge.close)
        self.own = self.bridge.get_context()

    def worker(self, target: str, *args: Any, **kwargs: Any) -> Any:
        """Start a worker of the daemon that will be killed."""
        return self._started(self.own.Process(target=WORKERS + target, args=args, kwargs=kwargs))

    def await_waiting(self, remote: Remote) -> None:
        """Wait until a worker waits for something else than a semaphore."""
        await_("the worker to wait", lambda: waits(remote.worker.pid))

    def await_no_slot(self, queue: Any) -> None:
        """Wait until somebody waits for a slot."""
        await_("it to wait for a slot", lambda: has_waiters(queue._sem))

    def kill(self, remote: Remote) -> None:
        """Kill the daemon, which has run one worker."""
        os.kill(self.bridge.pid, signal.SIGKILL)
        self.join(remote.worker, exitcode=255)
        remote.connection.close()

    def rounds(self) -> list[random.Random]:
        """Return a generator for each of a quarter of the rounds."""
        first = ["idle", "between", "full", "join"].index(self.id().rpartition("_")[2])
        return [random.Random(number) for number in range(first, ROUNDS, 4)]

    def fill(self, queue: Any, items: list[int]) -> None:
        """Put items and wait until they are in the pipe."""
        for item in items:
            queue.put(item)
        await_("the feeder to write", lambda: not queue._buffer and semaphore_value(queue._wlock))

    def assert_goes_on(self, queue: Any, left: list[int]) -> None:
        """Check that nothing is lost and nothing taken, for this process and for another."""
        self.assertEqual(queue.qsize(), len(left))
        self.assert_free(queue._rlock, queue._wlock)
        self.assertEqual([self.get(queue) for _ in left], left)
        results = self.queue()
        child = self.child("spawn", collect, queue, results)
        for item in (*range(2 * MAXSIZE), None):  # more than there are slots
            queue.put(item, timeout=PATIENCE)
        self.assertEqual(self.get(results), list(range(2 * MAXSIZE)))
        self.join(child)
        self.assertEqual(queue.qsize(), 0)

    def test_idle(self) -> None:
        """It waits for an item."""
        for rng in self.rounds():
            with self.subTest(rng=rng):
                self.launch()
                queue = self.queue(MAXSIZE)
                remote = Remote(self, "RemoteQueue", queue)
                items = list(range(rng.randrange(MAXSIZE)))
                self.fill(queue, items)
                self.assertEqual([remote.call("take") for _ in items], items)
                call: tuple[Any, ...] = rng.choice([("take",), ("poll", 3600), ("until", None)])
                remote.begin(*call)
                self.await_waiting(remote)
                self.kill(remote)
                self.assert_goes_on(queue, [])

    def test_between(self) -> None:
        """It has taken some items and not asked for more; or the next ones in advance."""
        for rng in self.rounds():
            with self.subTest(rng=rng):
                self.launch()
                queue = self.queue(MAXSIZE)
                batch = rng.choice([1, 1, 5])
                remote = Remote(self, "RemoteQueue::prefetching", queue, batch)
                items = list(range(rng.randrange(10, MAXSIZE)))
                self.fill(queue, items)
                taken = rng.randrange(1, 10)
                self.assertEqual([remote.call("take") for _ in range(taken)], items[:taken])
                self.kill(remote)
                lost = -taken % batch  # in flight in the killed process, and their slots with them
                for _ in range(lost):
                    queue._sem.release()
                self.assert_goes_on(queue, items[taken + lost :])

    def test_full(self) -> None:
        """It waits for a slot."""
        for rng in self.rounds():
            with self.subTest(rng=rng):
                self.launch()
                size = rng.randrange(1, MAXSIZE)
                queue = self.queue(size)
                remote = Remote(self, "RemoteQueue", queue)
                for number in range(size):
                    remote.call("put", number)
                remote.begin("put", "never")
                self.await_no_slot(queue)
                self.kill(remote)
                self.assert_goes_on(queue, list(range(size)))

    def test_join(self) -> None:
        """It waits in `join()`: whoever finishes the last task must not wait for its answer."""
        for rng in self.rounds():
            with self.subTest(rng=rng):
                self.launch()
                queue = self.joinable_queue(MAXSIZE)
                remote = Remote(self, "RemoteQueue::joinable", queue)
                items = list(range(rng.randrange(1, MAXSIZE)))
                for item in items:
                    remote.call("put", item)
                remote.begin("join")
                self.await_waiting(remote)
                self.kill(remote)
                for item in items:
                    self.assertEqual(self.get(queue), item)
                    queue.task_done()
                queue.join()
                self.assert_free(queue._cond._lock)
                self.assert_goes_on(queue, [])
