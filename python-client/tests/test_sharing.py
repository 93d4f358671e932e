"""Queues, locks and connections of a Java context, shared by Python children and workers."""

from __future__ import annotations

import multiprocessing
from typing import Any

import jarpipe
from tests.support import TestCase


class Alias:
    """Refers to the descriptor of a connection once more."""

    def __init__(self, original: Any) -> None:
        self.original = original

    def __reduce__(self) -> Any:
        """Pickle like a connection."""
        return tuple, ([multiprocessing.reduction.DupFd(self.original.fileno())],)


class SharingTest(TestCase):
    """Objects of the context reach the (stand-in) worker and Python children."""

    def setUp(self) -> None:
        super().setUp()
        self.bridge = self.private_bridge()
        self.ctx = self.bridge.get_context()

    def test_queues_carry_items_both_ways(self) -> None:
        jobs, results = self.ctx.Queue(), self.ctx.Queue()
        worker = self.ctx.Process(target="fake.Upper", args=(jobs, results))
        worker.start()
        jobs.put("one")
        jobs.put(None)
        self.assertEqual(results.get(), "ONE")
        worker.join()
        self.assertEqual(worker.exitcode, 0)
        for queue in (jobs, results):
            queue.close()
            queue.join_thread()

    def test_pipes_carry_bytes_and_end_of_file(self) -> None:
        near, far = self.ctx.Pipe()
        worker = self.ctx.Process(target="fake.Echo", args=(far,))
        worker.start()
        far.close()
        near.send_bytes(b"hello")
        self.assertEqual(near.recv_bytes(), b"hello")
        near.close()
        worker.join()

    def test_worker_that_returns_ends_the_pipe(self) -> None:
        near, far = self.ctx.Pipe()
        worker = self.ctx.Process(target="fake.Return", args=(far,))
        worker.start()
        far.close()
        with self.assertRaises(EOFError):
            near.recv_bytes()
        worker.join()
        near.close()

    def test_anonymous_queue_lives_until_the_worker_has_it(self) -> None:
        worker = self.ctx.Process(target="fake.Return", args=(self.ctx.Queue(),))
        worker.start()
        worker.join()
        self.assertEqual(worker.exitcode, 0)

    def test_many_descriptors_travel_in_batches(self) -> None:
        near, far = self.ctx.Pipe()
        pipes = [self.ctx.Pipe(duplex=False) for _ in range(150)]
        ends = [end for pipe in pipes for end in pipe]
        worker = self.ctx.Process(target="fake.Hold", args=(far, *ends))
        worker.start()
        self.assertEqual(near.recv_bytes(), b"holding 301")
        worker.kill()
        worker.join()
        for end in (near, far, *ends):
            end.close()

    def test_a_descriptor_is_sent_once(self) -> None:
        from jarpipe._popen import Popen

        reader, writer = self.ctx.Pipe(duplex=False)
        popen = Popen.__new__(Popen)
        popen._argument_fds = {}
        request = popen._pickle(jarpipe.Process(target="x", args=(reader, [writer, Alias(reader)])))
        self.assertEqual(popen._argument_fds, {reader.fileno(): 3, writer.fileno(): 4})
        self.assertIn(b"\x8c\x04nfds\x94K\x05", request)
        for end in (reader, writer):
            end.close()

    def test_objects_have_names(self) -> None:
        ctx = self.ctx
        locks: list[Any] = [ctx.Lock(), ctx.RLock(), ctx.Semaphore(), ctx.BoundedSemaphore()]
        holders: list[tuple[Any, str]] = [(ctx.Event(), "_flag"), (ctx.Queue(), "_sem")]
        holders += [(ctx.Condition(), "_lock"), (ctx.JoinableQueue(), "_unfinished_tasks")]
        holders += [(ctx.Value("i"), "_lock"), (ctx.SimpleQueue(), "_wlock")]
        locks += [getattr(holder, name) for holder, name in holders]
        for lock in locks:
            with self.subTest(lock=lock):
                self.assertTrue(lock._semlock.name.startswith("/mp-"))

    def test_python_children_of_every_start_method_share_them(self) -> None:
        program = self.write(
            "program.py",
            """\
import sys
import multiprocessing
import jarpipe


def lower(queue, event):
    event.wait()
    queue.put("item")
    queue.close()
    queue.join_thread()


if __name__ == "__main__":
    ctx = jarpipe.get_context()
    for method in ("fork", "spawn", "forkserver"):
        jobs, results, event = ctx.Queue(), ctx.Queue(), ctx.Event()
        children = [
            multiprocessing.get_context(method).Process(target=lower, args=(jobs, event)),
            ctx.Process(target="fake.Upper", args=(jobs, results)),
        ]
        for child in children:
            child.start()
        event.set()
        print(method, results.get(), flush=True)
        children[0].join()
        jobs.put(None)
        jobs.close()
        jobs.join_thread()
        children[1].join()
        print([child.exitcode for child in children], flush=True)
""",
        )
        output = self.run_script(f"import runpy; runpy.run_path({program!r}, run_name='__main__')")
        expected = [f"{method} ITEM\n[0, 0]\n" for method in ("fork", "spawn", "forkserver")]
        self.assertEqual(output, "".join(expected))


class ContextTest(TestCase):
    """What a Java context is and what it refuses."""

    def test_is_a_context_whose_start_method_is_its_own(self) -> None:
        ctx = jarpipe.get_context()
        self.assertIsInstance(ctx, multiprocessing.context.BaseContext)
        self.assertEqual(ctx.get_start_method(), "jarpipe")
        self.assertTrue(issubclass(ctx.Process, jarpipe.Process))

    def test_is_the_same_at_each_call(self) -> None:
        self.assertIs(jarpipe.get_context(), jarpipe.get_context())
        bridge = jarpipe.Bridge()
        self.assertIs(bridge.get_context(), jarpipe.get_context(bridge))
        self.assertIsNot(bridge.get_context(), jarpipe.get_context())

    def test_leads_to_other_contexts(self) -> None:
        ctx = jarpipe.get_context()
        self.assertIs(ctx.get_context(), ctx)
        self.assertIs(ctx.get_context("jarpipe"), ctx)
        self.assertEqual(ctx.get_context("spawn").get_start_method(), "spawn")
        with self.assertRaises(ValueError):
            ctx.get_context("jython")

    def test_pool_says_what_to_use(self) -> None:
        with self.assertRaisesRegex(jarpipe.errors.JarpipeError, "ctx.Process"):
            jarpipe.get_context().Pool()

    def test_manager_runs_in_python(self) -> None:
        with jarpipe.get_context().Manager() as manager:
            numbers = manager.list([1])
            numbers.append(2)
            self.assertEqual(list(numbers), [1, 2])
