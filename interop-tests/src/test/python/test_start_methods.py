"""Python children of every start method, and Java workers, on the same queues and locks."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from typing import Any

from support import TestCase

METHODS = ("fork", "spawn", "forkserver")


def echo(jobs: Any, results: Any) -> None:
    """Copy items from one queue to another, with the name of the start method, until None."""
    method = multiprocessing.get_start_method()
    for item in iter(jobs.get, None):
        results.put((method, item))


def append(numbers: Any, lock: Any, file: str) -> None:
    """Take numbers until None comes, and append each to a file under a lock."""
    for number in iter(numbers.get, None):
        with lock:
            with open(file) as old:
                content = old.read()
            with open(file, "w") as new:
                new.write(f"{content}{number}\n")


class StartMethodTest(TestCase):
    """What `ctx` makes has names, so every child can have it."""

    @classmethod
    def setUpClass(cls) -> None:
        """Start the fork server, which lives on, too."""
        super().setUpClass()
        for method in METHODS[1:]:
            context: Any = multiprocessing.get_context(method)
            child = context.Process(target=int)
            child.start()
            child.join()
            child.close()

    def test_child_feeds_java_and_java_feeds_the_child(self) -> None:
        for method in METHODS:
            with self.subTest(method):
                first, second, third = self.queue(), self.queue(), self.queue()
                # Python -> Java -> child -> here, and all of them at once.
                child = self.child(method, echo, second, third)
                worker = self.worker("QueueWorkers::echo", first, second, None)
                items = [*range(200), b"x" * 100_000, ("tuple", None)]
                for item in items:
                    first.put(item)
                first.put(None)
                self.join(worker)
                second.put(None)
                self.assertEqual([self.get(third)[1] for _ in items], items)
                self.join(child)

    def test_child_and_worker_share_one_queue(self) -> None:
        for method in METHODS:
            with self.subTest(method):
                jobs, results, lists = self.queue(), self.queue(), self.queue()
                child = self.child(method, echo, jobs, results)
                worker = self.worker("QueueWorkers::collect", jobs, lists)
                for number in range(500):
                    jobs.put(number)
                jobs.put(None)
                jobs.put(None)
                taken = self.get(lists)
                self.join(worker)
                by_child = [self.get(results)[1] for _ in range(500 - len(taken))]
                self.join(child)
                self.assertEqual(sorted(taken + by_child), list(range(500)))

    def test_child_and_worker_share_one_lock(self) -> None:
        for method in METHODS:
            with self.subTest(method), tempfile.TemporaryDirectory() as folder:
                file = os.path.join(folder, "numbers")
                with open(file, "w"):
                    pass
                numbers, lock = self.queue(), self.ctx.Lock()
                child = self.child(method, append, numbers, lock, file)
                worker = self.worker("LockWorkers::append", numbers, lock, file)
                for number in range(500):
                    numbers.put(number)
                numbers.put(None)
                numbers.put(None)
                self.join(child, worker)
                with open(file) as lines:
                    self.assertEqual(sorted(map(int, lines)), list(range(500)))

    def test_objects_of_named_contexts_reach_java(self) -> None:
        for method in METHODS[1:]:
            with self.subTest(method):
                context: Any = multiprocessing.get_context(method)
                jobs, results = context.Queue(), context.Queue()
                for queue in (jobs, results):
                    self.addCleanup(self._close_queue, queue)
                worker = self.worker("QueueWorkers::echo", jobs, results, None)
                jobs.put("item")
                jobs.put(None)
                self.assertEqual(self.get(results), "item")
                self.join(worker)
