"""Fork-context objects get names: when asked for, and by themselves where it is provably sound."""

from __future__ import annotations

import gc
import multiprocessing
import os
import subprocess
import sys
import textwrap
import threading
from multiprocessing.reduction import ForkingPickler
from typing import Any

import jarpipe
from jarpipe import _adoption, _popen, errors
from tests.support import PACKAGE_ROOT, TestCase, eventually, fork
from tests.test_fork_context import KINDS

ADOPTABLE = {kind: make for kind, make in KINDS.items() if not kind.startswith("Synchronized")}


def context() -> Any:
    """Return the fork context."""
    return multiprocessing.get_context("fork")


def names(obj: Any) -> list[str]:
    """Return the names of the semaphores of an object."""
    parts = _adoption._parts(obj, set())
    return [part._semlock.name for part in parts if hasattr(part, "_semlock")]


def files(obj: Any) -> list[str]:
    """Return the files of the semaphores of an object."""
    return [f"/dev/shm/sem.{name[1:]}" for name in names(obj)]


def pickled(*args: Any) -> tuple[bytes, dict[str, Any]]:
    """Pickle a process with these arguments as `start()` does; return request and names."""
    popen = _popen.Popen.__new__(_popen.Popen)
    popen._argument_fds = {}
    request = popen._pickle(jarpipe.Process(target="x", args=args))
    return request, popen._named


class AdoptTest(TestCase):
    """`jarpipe.adopt()`."""

    def test_every_kind_gets_names_and_loses_them_with_its_life(self) -> None:
        for kind, make in ADOPTABLE.items():
            with self.subTest(kind):
                thing = make(context())
                self.assertIs(jarpipe.adopt(thing), thing)
                paths = files(thing)
                self.assertTrue(paths and all(map(os.path.exists, paths)), paths)
                del thing
                gc.collect()
                self.assertFalse(any(map(os.path.exists, paths)), paths)

    def test_adopted_object_works_here_and_in_forked_children(self) -> None:
        queue = jarpipe.adopt(context().JoinableQueue(1))
        event = jarpipe.adopt(context().Event())

        def child() -> None:
            queue.put("from the child")
            event.set()

        process = context().Process(target=child)
        process.start()
        self.assertTrue(event.wait(30))
        self.assertTrue(queue.full())
        self.assertEqual(queue.get(), "from the child")
        queue.task_done()
        queue.join()
        process.join()
        self.assertEqual(process.exitcode, 0)
        queue.close()

    def test_value_and_maximum_stay(self) -> None:
        semaphore = context().BoundedSemaphore(3)
        self.assertTrue(semaphore.acquire())
        jarpipe.adopt(semaphore)
        self.assertEqual(semaphore.get_value(), 2)
        semaphore.release()
        with self.assertRaises(ValueError):
            semaphore.release()
        lock = jarpipe.adopt(context().RLock())
        with lock, lock:
            self.assertEqual(lock._semlock._count(), 2)

    def test_named_object_is_left_alone_and_adopting_twice_is_adopting_once(self) -> None:
        for ctx in (jarpipe.get_context(), multiprocessing.get_context("spawn"), context()):
            queue = jarpipe.adopt(ctx.Queue())
            before = names(queue)
            fork()
            self.assertEqual(names(jarpipe.adopt(queue)), before)

    def test_others_are_refused(self) -> None:
        for thing in (context().Value("i"), object(), 1, threading.Lock()):
            with self.assertRaisesRegex(TypeError, "cannot be adopted"):
                jarpipe.adopt(thing)

    def test_object_that_was_forked_is_refused_and_works_on(self) -> None:
        for kind, make in ADOPTABLE.items():
            with self.subTest(kind):
                thing = make(context())
                fork()
                with self.assertRaisesRegex(errors.ForkContextError, "a process was forked") as it:
                    jarpipe.adopt(thing)
                self.assertEqual(it.exception.object, kind)
                self.assertEqual(set(names(thing)), {None})

    def test_child_does_not_adopt_what_it_inherits_but_what_it_makes(self) -> None:
        inherited = context().Lock()

        def child() -> None:
            jarpipe.adopt(context().Lock())
            try:
                jarpipe.adopt(inherited)
            except errors.ForkContextError:
                sys.exit(7)

        process = context().Process(target=child)
        process.start()
        process.join()
        self.assertEqual(process.exitcode, 7)

    def test_object_older_than_the_import_is_adopted_if_asked_for(self) -> None:
        code = """
            import multiprocessing, os, sys
            old = multiprocessing.get_context("fork").Queue()
            import jarpipe
            from jarpipe import _adoption
            assert not _adoption.adopt_if_provable(old)
            jarpipe.adopt(old)
            assert not _adoption.has_nameless_semaphore(old)
        """
        self.run_script(code)

    def test_object_in_use_is_refused(self) -> None:
        held, captured, shared = (context().Lock() for _ in range(3))
        fed = context().Queue()
        fed.put("item")
        held.acquire()
        waiting = context().Semaphore(0)
        thread = threading.Thread(target=waiting.acquire)
        thread.start()
        acquire = captured.acquire
        condition = context().Condition(shared)
        eventually("the wait", lambda: sys.getrefcount(waiting.acquire) > 2)
        for thing, why in (
            (held, "holds it"),
            (waiting, "another thread"),
            (captured, "another thread or object"),
            (shared, "another thread or object"),
            (fed, "feeder thread"),
        ):
            with self.subTest(why), self.assertRaisesRegex(errors.ForkContextError, why):
                jarpipe.adopt(thing)
            self.assertIn(None, names(thing))
        waiting.release()
        thread.join()
        self.assertEqual(fed.get(), "item")
        fed.close()
        fed.join_thread()
        del acquire
        jarpipe.adopt(captured)
        jarpipe.adopt(condition)

    def test_two_conditions_on_one_lock_are_refused(self) -> None:
        lock = context().Lock()
        both = [context().Condition(lock), context().Condition(lock)]
        with self.assertRaisesRegex(errors.ForkContextError, "another thread or object"):
            jarpipe.adopt(both[0])

    def test_nothing_is_left_when_the_program_ends_or_is_killed(self) -> None:
        code = """
            import multiprocessing, jarpipe, sys, os, signal
            lock = jarpipe.adopt(multiprocessing.get_context("fork").Lock())
            print(lock._semlock.name, flush=True)
            if len(sys.argv) > 1:
                os.kill(os.getpid(), signal.SIGKILL)
        """
        for arguments in ([], ["killed"]):
            program = subprocess.run(
                [sys.executable, "-c", textwrap.dedent(code), *arguments],
                env=dict(os.environ, PYTHONPATH=PACKAGE_ROOT),
                capture_output=True,  # the tracker remarks on the killed one
                text=True,
            )
            name = program.stdout.strip()
            self.assertTrue(name.startswith("/"), program.stderr)
            path = f"/dev/shm/sem.{name[1:]}"
            eventually(f"{path} to go", lambda path=path: not os.path.exists(path))  # type: ignore[misc]


class AutomaticTest(TestCase):
    """`start()` adopts where nobody else can know the object."""

    def test_every_kind_is_adopted(self) -> None:
        for kind, make in ADOPTABLE.items():
            with self.subTest(kind):
                thing = make(context())
                request, named = pickled([{"inside": thing}])
                for name in names(thing):
                    self.assertIn(name.encode(), request)
                self.assertEqual(named["adopted"], 1)
                self.assertEqual(pickled(thing, 1, "x")[1]["adopted"], 1)

    def test_shared_values_are_not(self) -> None:
        for kind in KINDS.keys() - ADOPTABLE.keys():
            with self.subTest(kind), self.assertRaises(errors.ForkContextError):
                pickled(KINDS[kind](context()))

    def test_objects_with_names_do_not_count(self) -> None:
        self.assertEqual(pickled(jarpipe.get_context().Queue())[1]["adopted"], 0)

    def test_nothing_is_adopted_while_another_thread_runs(self) -> None:
        lock = context().Lock()
        done = threading.Event()
        thread = threading.Thread(target=done.wait)
        thread.start()
        try:
            self.assertFalse(_adoption.adopt_if_provable(lock))
        finally:
            done.set()
            thread.join()
        self.assertEqual(names(lock), [None])
        self.assertTrue(_adoption.adopt_if_provable(lock))

    def test_threads_of_the_standard_library_do_not_matter(self) -> None:
        other, lock = context().Queue(), context().Lock()
        other.put(1)
        near, far = context().Pipe()
        ForkingPickler.dumps(near)  # starts the resource sharer
        self.assertGreaterEqual(threading.active_count(), 3)
        self.assertEqual(pickled(lock)[1]["adopted"], 1)
        other.get()
        other.close()
        other.join_thread()
        near.close()
        far.close()
        from multiprocessing import resource_sharer

        resource_sharer.stop(5)
