"""A Java process is a process of multiprocessing (compare CPython's _test_multiprocessing.py)."""

from __future__ import annotations

import multiprocessing
import threading
from multiprocessing import connection, process
from typing import Any

import jarpipe
from tests.support import PATIENCE, TestCase, eventually


class ProcessTest(TestCase):
    """Processes of a private stand-in daemon."""

    def setUp(self) -> None:
        super().setUp()
        self.bridge = self.private_bridge()
        self.ctx = self.bridge.get_context()

    def started(self, target: str, *args: Any, **options: Any) -> jarpipe.Process:
        """Start a process that is ended after the test."""
        worker = self.ctx.Process(target=target, args=args, **options)
        worker.start()

        def end() -> None:
            if worker.is_alive():
                worker.kill()
                worker.join(PATIENCE)

        self.addCleanup(end)
        return worker

    def test_lives_and_ends_like_any_other_process(self) -> None:
        near, far = self.ctx.Pipe()
        worker = self.ctx.Process(target="fake.Gate", args=(far,))
        self.assertIsInstance(worker, process.BaseProcess)
        self.assertEqual((worker.pid, worker.exitcode, worker.is_alive()), (None, None, False))
        worker.start()
        far.close()
        self.assertTrue(worker.is_alive())
        self.assertIn(worker, multiprocessing.active_children())
        self.assertGreater(worker.pid or 0, 0)
        self.assertEqual(worker.ident, worker.pid)
        self.assertIsNone(worker.exitcode)
        worker.join(0.0)
        self.assertIsNone(worker.exitcode)
        self.assertEqual(connection.wait([worker.sentinel], 0), [])
        self.assertIn("started", repr(worker))
        near.send_bytes(b"go")
        self.assertEqual(connection.wait([worker.sentinel], PATIENCE), [worker.sentinel])
        worker.join()
        self.assertEqual(worker.exitcode, 0)
        self.assertFalse(worker.is_alive())
        self.assertNotIn(worker, multiprocessing.active_children())
        self.assertIn("stopped", repr(worker))
        worker.close()
        with self.assertRaises(ValueError):
            worker.is_alive()
        near.close()

    def test_exit_code_is_the_workers(self) -> None:
        for code in (0, 1, -15, -9, 2**40):
            with self.subTest(code=code):
                worker = self.started(f"fake.Return::{code}")
                worker.join()
                self.assertEqual(worker.exitcode, code)

    def test_ends_from_outside(self) -> None:
        for method, code in (("terminate", -15), ("kill", -9), ("interrupt", 1)):
            with self.subTest(method=method):
                worker = self.started("fake.Wait")
                getattr(worker, method)()
                worker.join()
                self.assertEqual(worker.exitcode, code)
                getattr(worker, method)()  # no-op

    def test_end_from_outside_is_no_error_when_the_daemon_is_dead(self) -> None:
        worker = self.started("fake.Wait")
        self.started("fake.Wait")
        with self.assertRaises(jarpipe.errors.DaemonDied):
            self.ctx.Process(target="fake.Die::3").start()
        worker.terminate()
        worker.kill()
        worker.join()
        self.assertEqual(worker.exitcode, 255)

    def test_end_of_file_without_exit_code_is_255(self) -> None:
        worker = self.started("fake.Return::no exit code")
        worker.join()
        self.assertEqual(worker.exitcode, 255)

    def test_threads_that_wait_agree_on_the_exit_code(self) -> None:
        near, far = self.ctx.Pipe()
        worker = self.started("fake.Gate", far)
        codes: list[int | None] = []
        popen = worker._popen  # type: ignore[attr-defined]
        threads = [
            threading.Thread(target=lambda: codes.append(popen.wait(PATIENCE))) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        near.send_bytes(b"go")
        for thread in threads:
            thread.join()
        self.assertEqual(codes, [0] * 8)
        near.close()
        far.close()

    def test_close_refuses_while_it_runs(self) -> None:
        worker = self.started("fake.Wait")
        with self.assertRaises(ValueError):
            worker.close()

    def test_starts_once(self) -> None:
        worker = self.started("fake.Wait")
        with self.assertRaises(AssertionError):
            worker.start()

    def test_names(self) -> None:
        class Counter(jarpipe.Process):
            pass

        self.assertRegex(self.ctx.Process(target="x").name, r"^JavaProcess-\d+$")
        self.assertRegex(jarpipe.Process(target="x").name, r"^Process-\d+$")
        self.assertRegex(Counter(target="x").name, r"^Counter-\d+$")
        self.assertEqual(self.ctx.Process(target="x", name="mine").name, "mine")

    def test_target_must_be_a_string(self) -> None:
        for target in (None, print, b"pkg.Class"):
            with self.subTest(target=target), self.assertRaisesRegex(
                TypeError, "pkg.Class::method"
            ):
                self.ctx.Process(target=target)  # type: ignore[arg-type]

    def test_run_belongs_to_java(self) -> None:
        class Runner(jarpipe.Process):
            def run(self) -> Any:
                raise AssertionError

        with self.assertRaisesRegex(TypeError, "overrides run"):
            Runner(target="x")
        with self.assertRaisesRegex(TypeError, "call start"):
            jarpipe.Process(target="x").run()

    def test_subclass_starts(self) -> None:
        class Counter(self.ctx.Process):  # type: ignore[name-defined,misc]
            def __init__(self, answer: Any) -> None:
                super().__init__(target="fake.Describe", args=(answer, 1), kwargs={"two": 2})
                self.unpicklable = threading.Lock()

        near, far = self.ctx.Pipe()
        worker = Counter(far)
        worker.start()
        far.close()
        name, target, args, kwargs, config, state = near.recv()
        self.assertEqual((name, target), (worker.name, "fake.Describe"))
        self.assertEqual((args, kwargs), ((1,), {"two": 2}))
        self.assertEqual(config["authkey"], 32)
        self.assertNotIn("unpicklable", state)
        worker.join()
        near.close()

    def test_default_bridge_comes_from_the_environment(self) -> None:
        worker = jarpipe.Process(target="fake.Return::0", daemon=True)
        self.assertTrue(worker.daemon)
        worker.start()
        worker.join()
        self.assertEqual(worker.exitcode, 0)
        self.assertNotEqual(worker._popen._daemon.address, None)  # type: ignore[attr-defined]
        again = jarpipe.get_context().Process(target="fake.Return::0")
        again.start()
        again.join()
        daemons = [p._popen._daemon for p in (worker, again)]  # type: ignore[attr-defined]
        self.assertIs(daemons[0], daemons[1])
        from jarpipe.bridge import default_bridge

        default_bridge().close()

    def test_threads_start_workers_on_one_daemon(self) -> None:
        workers = [self.ctx.Process(target="fake.Return::6") for _ in range(8)]
        threads = [threading.Thread(target=worker.start) for worker in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for worker in workers:
            worker.join()
        self.assertEqual([worker.exitcode for worker in workers], [6] * 8)
        self.assertEqual(sum(line.startswith("private") for line in self.log()), 1)

    def test_flushes_standard_streams_before_the_worker_writes(self) -> None:
        output = self.run_script(
            """
            import os, sys, jarpipe
            os.dup2(1, 2)
            print("python first")
            worker = jarpipe.get_context().Process(target="fake.Print")
            worker.start(); worker.join()
            """
        )
        self.assertEqual(output, "python first\nworker to stdout\nworker to stderr\n")

    def test_works_with_closed_standard_streams(self) -> None:
        self.run_script(
            """
            import os, jarpipe
            os.close(1); os.close(2)
            worker = jarpipe.get_context().Process(target="fake.Print")
            worker.start(); worker.join()
            assert worker.exitcode == 0
            """
        )

    def test_exit_joins_workers_and_terminates_daemonic_ones(self) -> None:
        self.run_script(
            """
            import jarpipe
            ctx = jarpipe.get_context()
            ctx.Process(target="fake.Wait", name="daemonic", daemon=True).start()
            for _ in range(3):
                ctx.Process(target="fake.Return::0", name="joined").start()
            """
        )
        log = self.log()
        self.assertIn("terminate daemonic", log)
        self.assertLess(log.index("terminate daemonic"), log.index("lifeline closed"))
        self.assertEqual(sum(line.startswith("start joined") for line in log), 3)

    def test_spawning_popen_is_restored(self) -> None:
        marker: Any = object()
        multiprocessing.context.set_spawning_popen(marker)
        try:
            self.started("fake.Return").join()
            with self.assertRaises(jarpipe.errors.ForkContextError):
                value = multiprocessing.get_context("fork").Value("i")
                self.ctx.Process(target="x", args=(value,)).start()
            self.assertIs(multiprocessing.context.get_spawning_popen(), marker)
        finally:
            multiprocessing.context.set_spawning_popen(None)

    def test_worker_ends_when_its_process_object_is_collected(self) -> None:
        worker = self.ctx.Process(target="fake.Wait", name="forgotten")
        worker.start()
        process._children.discard(worker)  # type: ignore[attr-defined]
        del worker
        self.await_log("parent gone forgotten")
        eventually("the worker to be gone", lambda: not self.bridge.workers())
