"""Objects without semaphore names that may be in use are refused before they are sent."""

from __future__ import annotations

import ctypes
import multiprocessing
from typing import Any, Callable

import jarpipe
from jarpipe import errors
from tests.support import TestCase, fork


class Point(ctypes.Structure):
    """A structure for a shared value."""

    _fields_ = (("x", ctypes.c_int), ("y", ctypes.c_int))


KINDS: dict[str, Callable[[Any], Any]] = {
    "Lock": lambda ctx: ctx.Lock(),
    "RLock": lambda ctx: ctx.RLock(),
    "Semaphore": lambda ctx: ctx.Semaphore(),
    "BoundedSemaphore": lambda ctx: ctx.BoundedSemaphore(),
    "Condition": lambda ctx: ctx.Condition(),
    "Event": lambda ctx: ctx.Event(),
    "Barrier": lambda ctx: ctx.Barrier(2),
    "Queue": lambda ctx: ctx.Queue(),
    "JoinableQueue": lambda ctx: ctx.JoinableQueue(),
    "SimpleQueue": lambda ctx: ctx.SimpleQueue(),
    "Synchronized": lambda ctx: ctx.Value("i"),
    "SynchronizedArray": lambda ctx: ctx.Array("i", 2),
    "SynchronizedString": lambda ctx: ctx.Array("c", 2),
    "SynchronizedPoint": lambda ctx: ctx.Value(Point),
}
RELAYED = frozenset(KINDS) - {
    "Synchronized",
    "SynchronizedArray",
    "SynchronizedString",
    "SynchronizedPoint",
}
FACTORIES = {
    "Synchronized": "Value",
    "SynchronizedArray": "Array",
    "SynchronizedString": "Array",
    "SynchronizedPoint": "Value",
}


class ForkContextTest(TestCase):
    """No daemon is needed to refuse."""

    def test_each_kind_that_is_not_relayed_is_refused_by_name(self) -> None:
        ctx = jarpipe.get_context()
        for kind, make in KINDS.items():
            if kind in RELAYED:
                continue
            thing = make(multiprocessing.get_context("fork"))
            fork()
            for args, kwargs in (((thing,), {}), ((), {"deep": [{"inside": (thing,)}]})):
                worker = ctx.Process(target="x", args=args, kwargs=kwargs)
                with self.subTest(kind), self.assertRaises(errors.ForkContextError) as caught:
                    worker.start()
                self.assertEqual(caught.exception.object, kind)
                cure = f"jarpipe.get_context().{FACTORIES.get(kind, kind)}()"
                self.assertIn(cure, str(caught.exception))
                self.assertIn("jarpipe.adopt()", str(caught.exception))
                self.assertIsInstance(caught.exception, errors.StartError)

    def test_barrier_with_an_action_is_refused(self) -> None:
        barrier = multiprocessing.get_context("fork").Barrier(2, fork)
        fork()
        worker = jarpipe.get_context().Process(target="x", args=(barrier,))
        with self.assertRaisesRegex(errors.UnsupportedArgument, "make it without action"):
            worker.start()

    def test_named_ones_and_those_without_semaphores_pass(self) -> None:
        from jarpipe._popen import Popen

        fork = multiprocessing.get_context("fork")
        for make_context in (jarpipe.get_context, lambda: multiprocessing.get_context("spawn")):
            things = [make(make_context()) for make in KINDS.values()]
            things += [fork.RawValue("i"), fork.RawArray("i", 2), *fork.Pipe()]
            popen = Popen.__new__(Popen)
            popen._argument_fds = {}
            worker = jarpipe.Process(target="x", args=things)
            self.assertIn(b"jarpipe.process", popen._pickle(worker))
            for thing in things[-2:]:
                thing.close()

    def test_subclass_of_a_queue_is_recognised(self) -> None:
        from multiprocessing.queues import Queue

        class Mine(Queue):  # type: ignore[type-arg]
            pass

        worker = jarpipe.Process(target="x", args=(Mine(ctx=multiprocessing.get_context("fork")),))
        fork()
        with self.assertRaisesRegex(errors.ForkContextError, r"this Mine.*\.Queue\(\)"):
            worker.start()
