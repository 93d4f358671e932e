"""How a worker ends: by itself, by an exception, by interrupt(), terminate() and kill()."""

from __future__ import annotations

import signal
from typing import Any

import procfs
from support import PATIENCE, await_, daemon_in_sight
from workertest import WorkerTest


class SpinningTest(WorkerTest):
    """A test with workers that neither wait nor look at their interrupt."""

    def start_spinning(self) -> tuple[Any, Any]:
        """Start such a worker and wait until it runs; return the connection to it, and it."""
        end, process = self.served("LifecycleWorkers::spin", self.path("stop"))
        self.assertEqual(self.recv(end), "running")
        return end, process

    def assert_cut_off(self, pid: int) -> None:
        """Check that a worker's thread runs on, and let it end."""
        self.assertIn(pid, procfs.threads(self.daemon_pid()))
        self.write("stop")
        daemon = self.daemon_pid()
        await_("the spinning thread to end", lambda: pid not in procfs.threads(daemon))


class Terminate(SpinningTest):
    """terminate() interrupts; after a grace it takes away all that the worker was given."""

    def test_every_way_of_waiting_is_ended(self) -> None:
        # _TestProcess.test_terminate
        for method, extra in (
            ("stay", ()),
            ("untilTold", ()),
            ("starve", (self.queue(),)),
        ):
            with self.subTest(method):
                end, process = self.served(f"LifecycleWorkers::{method}", *extra)
                self.assertEqual(self.recv(end), "running")
                process.terminate()
                self.join(process, exitcode=-signal.SIGTERM)
                self.assert_ended(end)

    def test_a_worker_that_has_hardly_begun_is_ended(self) -> None:
        for _ in range(20):
            _, process = self.served("LifecycleWorkers::stay")
            process.terminate()
            self.join(process, exitcode=-signal.SIGTERM)

    @daemon_in_sight
    def test_a_worker_that_ignores_it_is_cut_off_after_the_grace(self) -> None:
        end, process = self.start_spinning()
        process.terminate()
        self.join(process, exitcode=-signal.SIGTERM)
        self.assert_ended(end)
        self.assert_cut_off(process.pid)

    def test_terminating_again_changes_nothing(self) -> None:
        end, process = self.served("LifecycleWorkers::stay")
        self.recv(end)
        for _ in range(5):
            process.terminate()
        self.join(process, exitcode=-signal.SIGTERM)
        for method in (process.terminate, process.kill, process.interrupt):
            method()
        self.assertEqual(process.exitcode, -signal.SIGTERM)

    def test_a_worker_that_has_returned_keeps_its_exit_code(self) -> None:
        process = self.start("LifecycleWorkers::nothing")
        self.finish(process)
        process.terminate()
        self.assertEqual(process.exitcode, 0)

    def test_a_lock_it_held_is_released(self) -> None:
        self.expect_log(r"ended while it held Lock\[[^\n]*\]: released")
        for method, code in (("terminate", -signal.SIGTERM), ("kill", -signal.SIGKILL)):
            with self.subTest(method):
                lock = self.ctx.Lock()
                ours, theirs = self.pipe()
                process = self.start("LifecycleWorkers::hold", lock, theirs)
                self.recv(ours)
                self.assertFalse(lock.acquire(block=False))
                getattr(process, method)()
                self.join(process, exitcode=code)
                self.assertTrue(lock.acquire(timeout=PATIENCE))
                lock.release()

    def test_a_queue_stays_usable_for_the_others(self) -> None:
        for method in ("terminate", "kill"):
            with self.subTest(method):
                jobs, results = self.queue(), self.queue()
                ours, theirs = self.pipe()
                hungry = self.start("LifecycleWorkers::starve", theirs, jobs)
                self.recv(ours)
                other = self.start("LifecycleWorkers::pass", jobs, results)
                getattr(hungry, method)()
                self.finish(hungry)
                jobs.put("after the end of the other")
                self.assertEqual(results.get(timeout=PATIENCE), "after the end of the other")
                jobs.put(None)
                self.join(other)


class Kill(SpinningTest):
    """kill() takes everything away at once."""

    def test_a_sleeping_worker_ends(self) -> None:
        # _TestProcess.test_kill
        end, process = self.served("LifecycleWorkers::stay")
        self.assertEqual(self.recv(end), "running")
        process.kill()
        self.join(process, exitcode=-signal.SIGKILL)
        self.assert_ended(end)

    @daemon_in_sight
    def test_a_worker_that_ignores_it_is_cut_off_at_once(self) -> None:
        end, process = self.start_spinning()
        process.kill()
        self.join(process, exitcode=-signal.SIGKILL)
        self.assert_ended(end)
        self.assert_cut_off(process.pid)

    @daemon_in_sight
    def test_it_shortens_the_grace_of_terminate(self) -> None:
        end, process = self.start_spinning()
        process.terminate()
        self.assertIsNone(process.exitcode)
        process.kill()
        self.join(process, exitcode=-signal.SIGKILL)
        self.assert_ended(end)
        self.assert_cut_off(process.pid)


class Interrupt(SpinningTest):
    """interrupt() is to a Java worker what SIGINT is to a Python one."""

    def test_a_worker_may_survive_it(self) -> None:
        end, process = self.served("LifecycleWorkers::survive")
        self.assertEqual(self.recv(end), "running")
        process.interrupt()
        self.assertEqual(self.recv(end), "interrupted")
        self.assertTrue(process.is_alive())
        end.send("go on")
        self.join(process)

    def test_an_uncaught_interruption_is_an_uncaught_exception(self) -> None:
        # _TestProcess.test_interrupt: exit code 1 and a traceback, as with KeyboardInterrupt
        with self.redirected(2) as errors:
            end, process = self.served("LifecycleWorkers::stay")
        self.assertEqual(self.recv(end), "running")
        process.interrupt()
        self.join(process, exitcode=1)
        self.assertIn("java.lang.InterruptedException", self.content(errors))


class Threads(WorkerTest):
    """Threads that a worker has started belong to it."""

    def test_the_end_waits_for_other_threads(self) -> None:
        end, process = self.served("LifecycleWorkers::leaveThread")
        process.join(0.05)
        self.assertIsNone(process.exitcode)
        end.send("late")
        self.assertEqual(self.recv(end), "late")
        self.join(process)
        self.assert_ended(end)

    def test_terminate_ends_a_worker_that_waits_for_its_threads(self) -> None:
        end, process = self.served("LifecycleWorkers::leaveThread")
        end.poll(0)
        process.terminate()
        self.join(process, exitcode=-signal.SIGTERM)
        self.assert_ended(end)

    def test_nobody_waits_for_daemon_threads(self) -> None:
        end, process = self.served("LifecycleWorkers::leaveDaemonThread")
        self.assertEqual(self.recv(end), "running")
        self.join(process)
        self.assert_ended(end)


class ExitCodes(WorkerTest):
    """The exit codes of those that end by themselves."""

    def test_returning_is_0_and_throwing_is_1(self) -> None:
        with self.redirected(2):
            failing = self.start("LifecycleWorkers::fail", "on purpose")
        returning = self.start("LifecycleWorkers::nothing")
        self.assertEqual((self.finish(returning), self.finish(failing)), (0, 1))

    def test_a_pipe_is_at_its_end_when_its_worker_has_ended(self) -> None:
        for method, code in (("echo", 1), ("untilTold", 0)):
            with self.subTest(method), self.redirected(2):
                end, process = self.served(f"LifecycleWorkers::{method}")
                if method == "untilTold":
                    self.recv(end)
                    end.send("end")
                    self.assert_ended(end)
                else:
                    end.close()
                self.join(process, exitcode=code)
