"""`jarpipe ps --locks`, and what a daemon holds when SIGTERM comes."""

from __future__ import annotations

import multiprocessing
import re
import signal
from typing import Any

from programs import command
from startmethods import fork
from support import WORKERS, semaphore_value
from test_serve import ServeTest

HEAD = ["PID", "NAME", "SEMAPHORE", "KIND", "COUNT", "SECONDS", "THREAD"]


class LocksTest(ServeTest):
    """The table names worker, semaphore, kind, count, age and thread."""

    def setUp(self) -> None:
        super().setUp()
        self.daemon = self.serve("--grace", "0")

    def table(self) -> list[list[str]]:
        """Return the rows of the last table that `ps --locks` prints."""
        done = command("ps", "--locks", "--address", self.daemon.address)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        rows = [re.split(r"\s{2,}|(?<=\d)\s+", line.strip()) for line in done.stdout.splitlines()]
        start = next(i for i, row in enumerate(rows) if "SEMAPHORE" in " ".join(row))
        self.assertEqual(" ".join(rows[start]).split(), HEAD)
        return rows[start + 1 :]

    def remote(self, *objects: Any) -> tuple[Any, Any]:
        """Start a worker that calls methods of objects; return the connection and the worker."""
        near, far = self.pipe()
        context = self.daemon.bridge().get_context()
        process = context.Process(
            target=WORKERS + "SyncWorkers::remote", args=(far, list(objects)), name="Holder"
        )
        self._started(process)
        far.close()
        return near, process

    def call(self, near: Any, *call: Any) -> None:
        near.send(call)
        self.assertEqual(self.recv(near)[0], "returned")

    def test_what_is_held_appears_and_disappears(self) -> None:
        lock, rlock = self.ctx.Lock(), self.ctx.RLock()
        semaphore, condition = self.ctx.Semaphore(3), self.ctx.Condition()
        near, process = self.remote(lock, rlock, semaphore, condition)
        self.assertEqual(self.table(), [])
        for number in (0, 1, 1, 2, 2, 3):
            self.call(near, "acquire", number)
        rows = self.table()
        held = [lock, rlock, semaphore, condition._lock]
        self.assertEqual([row[0] for row in rows], [str(process.pid)] * 4)
        texts = [" ".join(row).split() for row in rows]
        self.assertEqual([row[1] for row in texts], ["Holder"] * 4)
        self.assertEqual([row[2] for row in texts], [each._semlock.name for each in held])
        self.assertEqual([row[3] for row in texts], ["Lock", "RLock", "Semaphore", "RLock"])
        self.assertEqual([row[4] for row in texts], ["1", "1", "2", "1"])
        for row in texts:
            self.assertGreaterEqual(float(row[5]), 0)
            self.assertEqual(row[6], "Holder")
        for number in (0, 1, 1, 2):
            self.call(near, "release", number)
        texts = [" ".join(row).split() for row in self.table()]
        self.assertEqual([(row[3], row[4]) for row in texts], [("Semaphore", "1"), ("RLock", "1")])
        near.send(None)
        self.join(process)
        self.assertEqual(self.table(), [])

    def test_what_is_held_through_a_relay(self) -> None:
        context: Any = multiprocessing.get_context("fork")
        lock = context.RLock()
        objects = [fork(each) for each in (lock, context.Condition(lock), context.Semaphore(2))]
        near, process = self.remote(*objects)
        for number in (0, 1, 2):
            self.call(near, "acquire", number)
        self.assertEqual(semaphore_value(lock), 0)
        texts = [" ".join(row).split() for row in self.table()]
        self.assertEqual({row[2] for row in texts}, {"(relayed)"})
        held = {(row[3], row[4], row[6]) for row in texts}
        self.assertEqual(
            held,
            {("RLock", "2", "Holder"), ("Condition", "2", "Holder"), ("Semaphore", "1", "Holder")},
        )
        for number in (0, 1, 2):
            self.call(near, "release", number)
        self.assertEqual(self.table(), [])
        near.send(None)
        self.join(process)

    def test_sigterm_releases_what_is_held(self) -> None:
        lock, rlock, semaphore = self.ctx.Lock(), self.ctx.RLock(), self.ctx.Semaphore(3)
        near, process = self.remote(lock, rlock, semaphore)
        for number in range(3):
            self.call(near, "acquire", number)
        self.assertEqual([semaphore_value(each) for each in (lock, rlock, semaphore)], [0, 0, 2])
        self.daemon.process.send_signal(signal.SIGTERM)
        self.join(process, exitcode=-15)
        self.assertEqual([semaphore_value(each) for each in (lock, rlock, semaphore)], [1, 1, 3])
        self.assertEqual(self.daemon.wait(), 143)
