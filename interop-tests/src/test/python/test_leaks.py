"""Starting workers again and again takes nothing for good: descriptors, threads, semaphores."""

from __future__ import annotations

import collections
import gc
import multiprocessing
from typing import Any, Callable

import jarpipe
import procfs
from jarpipe import errors
from startmethods import fork
from support import PATIENCE, THOROUGH, WORKERS, await_
from workertest import WorkerTest

STARTS = 1000 if THOROUGH else 200
BATCH = 20
FAILURES = 200

STEADY_JVM = [
    "-XX:+UseSerialGC",
    "-XX:-UseDynamicNumberOfCompilerThreads",
]
"""Options for a JVM whose own threads are all there from the start."""

EVENTFD = "anon_inode:[eventfd]"
IDLE_EVENTFDS = 8
"""How many the daemon may keep for the next wait: as many as waits happened to overlap."""


class Footprint:
    """What a daemon and this process have taken, to be compared with what they take later."""

    def __init__(self, daemon: int) -> None:
        self._daemon = daemon
        self._before = self._now()

    def _now(self) -> dict[str, Any]:
        gc.collect()
        return {
            "descriptors of the daemon": procfs.descriptors(self._daemon),
            "threads of the daemon": collections.Counter(procfs.threads(self._daemon).values()),
            "semaphores of the daemon": procfs.semaphore_mappings(self._daemon),
            "descriptors of this process": procfs.descriptors(),
            "threads of this process": len(procfs.threads("self")),
        }

    def growth(self) -> dict[str, Any]:
        """Return what has been taken in addition; nothing, if all is well."""
        grown = {}
        for what, now in self._now().items():
            before = self._before[what]
            if isinstance(now, collections.Counter):
                more: Any = now - before
                if more[EVENTFD] <= IDLE_EVENTFDS:
                    del more[EVENTFD]
            elif isinstance(now, list):
                more = now[len(before) :]
            else:
                more = max(0, now - before)
            if more:
                grown[what] = more
        return grown


class Leaks(WorkerTest):
    """A daemon of its own, so that no other test's workers are counted."""

    def setUp(self) -> None:
        super().setUp()
        bridge = jarpipe.Bridge(java_options=STEADY_JVM)
        self.addCleanup(bridge.close)
        bridge.version()
        assert bridge.pid is not None
        self.own_daemon = bridge.pid
        self.own = bridge.get_context()

    def assert_steady(self, action: Callable[[], None], times: int, warm_up: int) -> None:
        """Check that doing something many times leaves nothing behind.

        Args:
            action: what to do.
            times: how often to do it.
            warm_up: how often to do it before the first look.
        """
        for _ in range(warm_up):
            action()
        footprint = self.settled()
        for _ in range(times):
            action()
        try:
            await_("all to be given back", lambda: not footprint.growth())
        except AssertionError:
            self.fail(f"not given back after {times} times: {footprint.growth()}")

    def settled(self) -> Footprint:
        """Look at a daemon whose workers have all ended, down to their last thread."""
        names = ("control-", "JavaProcess-")
        await_(
            "the threads of ended workers to go",
            lambda: (
                not any(name.startswith(names) for name in procfs.threads(self.own_daemon).values())
            ),
        )
        return Footprint(self.own_daemon)

    def test_a_thousand_workers(self) -> None:
        jobs, results, lock = self.queue(), self.queue(), self.own.Lock()
        statuses: collections.Counter[object] = collections.Counter()

        def batch() -> None:
            pipes = [self.own.Pipe() for _ in range(BATCH)]
            workers = []
            for _, theirs in pipes:
                arguments = (jobs, results, lock, theirs)
                target = WORKERS + "LifecycleWorkers::useAll"
                workers.append(self.own.Process(target=target, args=arguments))
                workers[-1].start()
                theirs.close()
                jobs.put("item")
            for ours, _ in pipes:
                ours.send("message")
                self.recv(ours)
                self.get(results)
                ours.close()
            for worker in workers:
                worker.join(PATIENCE)
                statuses[worker.exitcode] += 1
                worker.close()

        self.assert_steady(batch, times=STARTS // BATCH, warm_up=5)
        self.assertEqual(statuses, {0: STARTS + 5 * BATCH})

    def test_workers_that_are_killed(self) -> None:
        jobs = self.queue()

        def start_and_kill() -> None:
            for method in ("terminate", "kill"):
                ours, theirs = self.own.Pipe()
                worker = self.own.Process(
                    target=WORKERS + "LifecycleWorkers::starve", args=(theirs, jobs)
                )
                worker.start()
                theirs.close()
                self.recv(ours)
                getattr(worker, method)()
                worker.join(PATIENCE)
                ours.close()

        self.assert_steady(start_and_kill, times=50, warm_up=10)

    def use_and_close(self, objects: list[Any]) -> None:
        """Let a worker use objects, and wait until it has ended."""
        near, far = self.own.Pipe()
        worker = self.own.Process(target=WORKERS + "UsingWorkers::useAndClose", args=(far, objects))
        worker.start()
        far.close()
        self.assertEqual(self.recv(near), "used")
        worker.join(PATIENCE)
        self.assertEqual(worker.exitcode, 0)
        worker.close()
        near.close()

    def test_relayed_objects(self) -> None:
        context: Any = multiprocessing.get_context("fork")
        names = ("RLock", "Semaphore", "BoundedSemaphore", "Condition", "Event", "SimpleQueue")
        objects = [getattr(context, name)() for name in names]
        objects = [fork(each) for each in (*objects, context.Barrier(1))]

        self.assert_steady(lambda: self.use_and_close(objects), times=100, warm_up=10)

    def test_starts_that_fail(self) -> None:
        queue, lock = self.queue(), self.own.Lock()
        _ours, theirs = self.pipe()
        shared = (queue, lock, theirs)
        value, barrier = self.own.Value("i"), self.own.Barrier(2)
        failing = [
            ("org.example.Missing", shared),
            (WORKERS + "LifecycleWorkers::missing", shared),
            (WORKERS + "LifecycleWorkers::useAll", shared),
            (WORKERS + "LifecycleWorkers::useAll", (queue, lock, theirs, queue)),
            (WORKERS + "LifecycleWorkers::useAll", (*shared, barrier, value)),
        ]

        def fail_each() -> None:
            for target, arguments in failing:
                process = self.own.Process(target=target, args=arguments)
                with self.assertRaises(errors.StartError):
                    process.start()

        self.assert_steady(fail_each, times=FAILURES // len(failing), warm_up=5)

    def test_a_thousand_sets_of_every_kind(self) -> None:
        own = self.own

        def create_attach_detach() -> None:
            lock = own.RLock()
            objects = [
                *(lock, own.Semaphore(), own.BoundedSemaphore(), own.Condition(lock)),
                *(own.Condition(), own.Event(), own.Barrier(1)),
                *(own.Queue(), own.JoinableQueue(), own.SimpleQueue()),
            ]
            self.use_and_close(objects)

        for _ in range(20):
            create_attach_detach()
        gc.collect()
        before = procfs.own_semaphores(), procfs.shared_mappings(self.own_daemon)
        self.assert_steady(create_attach_detach, times=STARTS, warm_up=0)
        gc.collect()
        after = procfs.own_semaphores(), procfs.shared_mappings(self.own_daemon)
        self.assertEqual(after[0] - before[0], set())
        self.assertEqual(after[1], before[1])
