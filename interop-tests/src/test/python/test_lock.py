"""Locks between Python and Java."""

from __future__ import annotations

import os
import tempfile
from typing import Any

from support import Remote, TestCase, await_, has_waiters, semaphore_value


def count(lock: Any, file: str, times: int) -> None:
    """Add to the number in a file, reading and writing it under a lock each time."""
    for _ in range(times):
        with lock:
            with open(file) as old:
                number = int(old.read())
            with open(file, "w") as new:
                new.write(str(number + 1))


class LockTest(TestCase):
    """A lock keeps its promises across the border."""

    def setUp(self) -> None:
        super().setUp()
        self.lock = self.ctx.Lock()
        self.addCleanup(delattr, self, "lock")

    def remote(self, method: str = "remote") -> Remote:
        """Start a worker that calls methods of the lock."""
        return Remote(self, f"LockWorkers::{method}", self.lock)

    def test_one_at_a_time_among_two_python_and_two_java_processes(self) -> None:
        times = 500
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "counter")
            with open(file, "w") as zero:
                zero.write("0")
            processes = [
                *(self.child("fork", count, self.lock, file, times) for _ in range(2)),
                *(self.worker("LockWorkers::count", self.lock, file, times) for _ in range(2)),
            ]
            self.join(*processes)
            with open(file) as result:
                self.assertEqual(result.read(), str(4 * times))
        self.assertEqual(semaphore_value(self.lock), 1)

    def test_java_waits_for_the_lock_that_python_holds(self) -> None:
        remote = self.remote()
        for method in ("acquire", "lock", "lockInterruptibly"):
            self.lock.acquire()
            remote.begin(method)
            await_("Java to wait for the lock", lambda: has_waiters(self.lock))
            self.assertFalse(remote.connection.poll(), "two hold the lock")
            self.lock.release()
            remote.end()
            self.assertFalse(self.lock.acquire(block=False))
            remote.call("release" if method == "acquire" else "unlock")
        self.assertTrue(self.lock.acquire(block=False))
        self.lock.release()
        remote.close()

    def test_python_waits_for_the_lock_that_java_holds(self) -> None:
        remote = self.remote()
        remote.call("acquire")
        self.assertFalse(self.lock.acquire(timeout=0.05))
        remote.call("release")
        self.assertTrue(self.lock.acquire(timeout=0.05))
        self.lock.release()
        remote.close()

    def test_timeouts_of_a_lock_that_stays_taken(self) -> None:
        remote = self.remote()
        with self.lock:
            self.assertIs(remote.call("tryLock"), False)
            for seconds in (-1, 0, 0.05):
                self.assertIs(remote.call("acquire", seconds), False)
                self.assertIs(remote.call("tryLock", seconds), False)
            self.assertIs(remote.call("isLocked"), True)
        self.assertIs(remote.call("isLocked"), False)
        for method in ("acquire", "tryLock"):
            self.assertIs(remote.call(method, 3600), True)
            remote.call("release")
        self.assertIs(remote.call("tryLock"), True)
        remote.call("unlock")
        remote.close()

    def test_timeout_ends_early_when_the_lock_becomes_free(self) -> None:
        remote = self.remote()
        self.lock.acquire()
        remote.begin("acquire", 3600)
        await_("Java to wait for the lock", lambda: has_waiters(self.lock))
        self.lock.release()
        self.assertIs(remote.end(), True)
        remote.call("release")
        remote.close()

    def test_anybody_may_release(self) -> None:
        remote = self.remote()
        self.lock.acquire()
        remote.call("release")
        self.assertTrue(self.lock.acquire(block=False))
        self.lock.release()
        remote.call("acquire")
        self.lock.release()
        self.assertIs(remote.call("acquire", 0), True)
        remote.call("release")
        remote.close()
        self.assertEqual(semaphore_value(self.lock), 1)

    def test_releasing_a_free_lock_is_an_error_with_cpythons_words(self) -> None:
        remote = self.remote()
        words = "semaphore or lock released too many times"
        for method in ("release", "unlock"):
            with self.assertRaisesRegex(RuntimeError, f"IllegalStateException: .*{words}"):
                remote.call(method)
        with self.assertRaisesRegex(ValueError, words):
            self.lock.release()
        self.assertEqual(semaphore_value(self.lock), 1)
        remote.close()

    def test_acquiring_twice_blocks(self) -> None:
        remote = self.remote()
        remote.call("acquire")
        self.assertIs(remote.call("acquire", 0.05), False)
        remote.call("release")
        remote.close()

    def test_worker_that_throws_releases_what_it_holds(self) -> None:
        remote = self.remote("remoteThatFails")
        remote.call("acquire")
        remote.close(exitcode=1)
        self.assertEqual(semaphore_value(self.lock), 1)
        self.expect_stack_trace("IllegalStateException: as the test wants it")
        self.expect_log("ended while it held Lock.*: released")

    def test_worker_that_throws_releases_what_it_holds_after_it_released_for_another(self) -> None:
        remote = self.remote("remoteThatFails")
        self.lock.acquire()
        remote.call("release")
        remote.call("acquire")
        remote.close(exitcode=1)
        self.assertEqual(semaphore_value(self.lock), 1)
        self.expect_stack_trace("IllegalStateException: as the test wants it")
        self.expect_log("ended while it held Lock.*: released")

    def test_worker_that_throws_does_not_release_what_others_hold(self) -> None:
        remote = self.remote("remoteThatFails")
        remote.call("acquire")
        remote.call("release")
        self.lock.acquire()
        remote.close(exitcode=1)
        self.assertEqual(semaphore_value(self.lock), 0)
        self.lock.release()
        self.expect_stack_trace("IllegalStateException: as the test wants it")

    def test_worker_that_returns_keeps_what_it_holds(self) -> None:
        remote = self.remote()
        remote.call("acquire")
        remote.close()
        self.assertEqual(semaphore_value(self.lock), 0)
        self.lock.release()
