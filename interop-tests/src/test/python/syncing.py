"""What the tests of locks, semaphores, conditions, events and barriers share."""

from __future__ import annotations

import threading
from typing import Any, Callable

from support import PATIENCE, Remote, TestCase, await_, semaphore_value


class Peer(Remote):
    """Calls methods of objects in a Java worker: `call(method, number of the object, ...)`."""

    def __init__(self, test: TestCase, *objects: Any, target: str = "remote") -> None:
        super().__init__(test, "SyncWorkers::" + target, list(objects))


class InThread(threading.Thread):
    """A thread whose result, or exception, is told by `result()`."""

    def __init__(self, function: Callable[..., Any], *args: Any) -> None:
        super().__init__(daemon=True)
        self._function, self._args = function, args
        self._outcome: list[tuple[bool, Any]] = []
        self.start()

    def run(self) -> None:
        """Call the function."""
        try:
            self._outcome.append((True, self._function(*self._args)))
        except Exception as error:  # given to result()
            self._outcome.append((False, error))

    def result(self) -> Any:
        """Wait for the end, and return what the function returned."""
        self.join(PATIENCE)
        if not self._outcome:
            raise AssertionError("waited in vain for a thread")
        returned, value = self._outcome[0]
        if not returned:
            raise value
        return value


def counters(condition: Any) -> tuple[int, int, int]:
    """Return the values of a condition's semaphores: sleeping, woken, wait."""
    return (
        semaphore_value(condition._sleeping_count),
        semaphore_value(condition._woken_count),
        semaphore_value(condition._wait_semaphore),
    )


def sleepers(condition: Any) -> int:
    """Return how many sleep in a condition, or have been killed there."""
    sleeping, woken, _ = counters(condition)
    return sleeping - woken


def await_sleepers(condition: Any, number: int) -> None:
    """Wait until so many sleep in a condition."""
    await_(f"{number} to sleep", lambda: sleepers(condition) == number)


def wait_in(condition: Any, seconds: float | None, results: Any) -> None:
    """Wait in a condition, and send what it returned; for threads and children."""
    with condition:
        returned = condition.wait(seconds)
    results.send(returned)


class SyncTest(TestCase):
    """A test that leaves nobody asleep and nothing taken."""

    def assert_settled(self, condition: Any, lock: Any = None) -> None:
        """Check that nobody waits in a condition, and that the next notify settles the rest."""
        await_("nobody to sleep", lambda: sleepers(condition) == 0)
        self.assertTrue(condition.acquire(timeout=PATIENCE))
        try:
            condition.notify()
            self.assertEqual(counters(condition), (0, 0, 0))
        finally:
            condition.release()
        self.assert_free(condition._lock if lock is None else lock)

    def assert_raises(self, words: str, peer: Peer, method: str, *args: Any) -> None:
        """Check that a method in Java throws."""
        with self.assertRaisesRegex(RuntimeError, words):
            peer.call(method, *args)
