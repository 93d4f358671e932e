"""What a daemon does when it has enough: it says so, or lets others wait; what runs goes on."""

from __future__ import annotations

import os
import pickle
import signal
import threading
from typing import Any

from jarpipe import errors
from monitors import Monitored
from programs import Served
from support import ONCE, PATIENCE, await_
from test_serve import ServeTest


class Limits(ServeTest):
    """Workers, connections, bytes in flight, heap."""

    def monitored(self, *options: str) -> Monitored:
        """Start a daemon with an HTTP door."""
        served = Monitored(self.folder, *options)
        self.addCleanup(served.stop)
        return served

    def staying(self, served: Served) -> tuple[Any, Any]:
        """Start a worker that stays until it is told to go; return it and the way to tell it."""
        near, far = self.pipe()
        process = self.start_at(served, "untilTold", far)
        far.close()
        self.recv(near)
        return process, near

    def test_workers(self) -> None:
        """One too many is an error at once; it is not ready then, and ready again later."""
        served = self.monitored("--max-workers", "2")
        workers = [self.staying(served) for _ in range(2)]
        self.assertEqual(
            served.ask("/readyz"), (503, "not ready: the limit of workers is reached\n")
        )
        with self.assertRaises(errors.DaemonFull) as caught:
            self.start_at(served, "nothing")
        self.assertEqual((caught.exception.limit, caught.exception.value), ("workers", 2))
        self.assertIn("max-workers", str(caught.exception))
        self.assertIsInstance(pickle.loads(pickle.dumps(caught.exception)), errors.DaemonFull)
        process, near = workers[0]
        near.send("go")
        self.join(process)
        for _ in range(20):  # who has seen the exit code finds the place free
            self.join(self.start_at(served, "nothing"))
        self.assertEqual(served.ask("/readyz"), (200, "ready\n"))
        process, near = workers[1]
        near.send("go")
        self.join(process)
        metrics = served.metrics()
        self.assertEqual(metrics['jarpipe_start_failures_total{error="DaemonFull"}'], 1)
        self.assertEqual(metrics["jarpipe_workers_limit"], 2)

    def test_failed_starts_take_no_place(self) -> None:
        served = self.serve("--max-workers", "1")
        for _ in range(3):
            with self.assertRaises(errors.TargetError):
                self.start_at(served, "missing")
        self.join(self.start_at(served, "nothing"))

    @ONCE
    def test_limit_that_is_raised_while_it_is_reached(self) -> None:
        config = self.write("config", "max-workers = 1\n")
        served = self.serve("--config", config)
        first, near = self.staying(served)
        with self.assertRaises(errors.DaemonFull):
            self.start_at(served, "nothing")
        self.write("config", "max-workers = 2\n")
        served.process.send_signal(signal.SIGHUP)
        await_("the reload", lambda: "changed: max-workers" in served.log())
        self.join(self.start_at(served, "nothing"))
        near.send("go")
        self.join(first)

    def test_connections(self) -> None:
        """A client too many waits in the backlog, and is served when another one leaves."""
        served = self.serve("--max-connections", "2")
        workers = [self.staying(served) for _ in range(2)]
        answers: list[Any] = []

        def ask() -> None:
            answers.append(served.bridge().version()["pid"])

        waiting = threading.Thread(target=ask)
        waiting.start()
        await_("a log line", lambda: "2 clients are connected, the limit" in served.log())
        self.assertEqual(answers, [])
        for process, near in workers:
            near.send("go")
            self.join(process)
        waiting.join(PATIENCE)
        self.assertEqual(answers, [served.pid])

    @ONCE
    def test_bytes_in_flight(self) -> None:
        """A worker that puts more than is read has to wait, as with a queue that is full."""
        served = self.monitored("--max-in-flight", "16K")
        near, far = self.pipe()
        queue = self.queue()
        process = self.start_at(served, "QueueWorkers::fill", queue, far, 100, 4096)
        far.close()
        await_("the pipe to be full", lambda: self.unwritten(served) >= 3)
        self.assertFalse(near.poll(0.2), "put() has not waited")
        self.assertLessEqual(self.unwritten(served), 5)
        for _ in range(100):
            self.get(queue)
        self.assertEqual(self.recv(near), "has put")
        self.join(process)

    def unwritten(self, served: Monitored) -> float:
        """Return how many items wait in the daemon for room in a pipe."""
        return served.metrics()["jarpipe_queue_unwritten_items"]

    @ONCE
    def test_heap(self) -> None:
        """With a heap that is nearly full no work is taken, and what runs goes on."""
        os.environ["JARPIPE_JAVA_OPTIONS"] = "-Xmx80m"
        self.addCleanup(os.environ.pop, "JARPIPE_JAVA_OPTIONS")
        served = self.monitored("--heap-reserve", "40")
        near, far = self.pipe()
        process = self.start_at(served, "LimitWorkers::hoard", far, 45)
        far.close()
        self.assertEqual(self.recv(near), "full")
        with self.assertRaises(errors.DaemonFull) as caught:
            self.start_at(served, "nothing")
        self.assertEqual((caught.exception.limit, caught.exception.value), ("heap", 40))
        self.assertEqual(served.ask("/readyz"), (503, "not ready: the heap is nearly full\n"))
        near.send("go on")
        self.assertEqual(self.recv(near), 45)
        self.join(process)
        await_("the heap to be collected", lambda: self.starts(served))

    def starts(self, served: Served) -> bool:
        """Say whether the daemon starts a worker."""
        try:
            self.join(self.start_at(served, "nothing"))
        except errors.DaemonFull:
            return False
        return True
