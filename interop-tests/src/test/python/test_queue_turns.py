"""Several workers of one daemon wait for one queue: one in the kernel, and the others for it."""

from __future__ import annotations

from typing import Any

import procfs
from support import PATIENCE, Remote, TestCase, await_, daemon_in_sight, has_waiters, one_at_a_time

WAITERS = 4


def is_behind(remote: Remote) -> bool:
    """Tell whether the thread of a worker waits for another thread."""
    return procfs.system_call(remote.worker.pid) == "futex"


@daemon_in_sight
@one_at_a_time
class TurnsTest(TestCase):
    """Whoever stops waiting, however that happens, leaves the queue to the others."""

    def setUp(self) -> None:
        super().setUp()
        self.jobs: Any = self.queue()
        self.remotes = [Remote(self, "RemoteQueue", self.jobs) for _ in range(WAITERS)]

    def begin(self) -> tuple[Remote, list[Remote]]:
        """Let all workers wait; return the one in the kernel, and the others."""
        for remote in self.remotes:
            remote.begin("take")
        # Before it takes, each of them waits in the kernel, too: for what it is told.
        await_(
            "all but one to wait for it", lambda: sum(map(is_behind, self.remotes)) == WAITERS - 1
        )
        (first,) = (remote for remote in self.remotes if not is_behind(remote))
        return first, [remote for remote in self.remotes if remote is not first]

    def assert_served(self, *remotes: Remote) -> None:
        """Check that each of some workers gets one item of as many."""
        items = [f"item {number}" for number in range(len(remotes))]
        for item in items:
            self.jobs.put(item)
        self.assertEqual(sorted(remote.end() for remote in remotes), items)

    def close(self, *remotes: Remote) -> None:
        """Let workers return."""
        for remote in remotes:
            remote.close()

    def test_one_item_is_for_one_and_the_others_go_on(self) -> None:
        self.begin()
        for left in range(WAITERS, 0, -1):
            self.jobs.put(left)
            await_(
                "one to have got it",
                lambda expected=WAITERS - left + 1: (  # type: ignore[misc]
                    sum(each.connection.poll() for each in self.remotes) == expected
                ),
            )
        self.assertEqual(sorted(each.end() for each in self.remotes), [1, 2, 3, 4])
        self.close(*self.remotes)

    def test_the_first_is_terminated(self) -> None:
        first, others = self.begin()
        first.worker.terminate()
        first.worker.join(PATIENCE)
        self.assert_served(*others)
        self.close(*others)

    def test_one_behind_is_terminated(self) -> None:
        first, (second, *others) = self.begin()
        second.worker.terminate()
        second.worker.join(PATIENCE)
        self.assert_served(first, *others)
        self.close(first, *others)

    def test_time_is_over_for_one_behind(self) -> None:
        first, second, *others = self.remotes
        first.begin("take")
        self.assertEqual(second.call("poll", 0.05), (False, None))
        self.assertEqual(second.call("poll", 0), (False, None))
        self.assert_served(first)
        self.close(first, second, *others)

    def test_time_is_over_for_all(self) -> None:
        for remote in self.remotes:
            remote.begin("poll", 0.1)
        self.assertEqual([each.end() for each in self.remotes], WAITERS * [(False, None)])
        self.begin()
        self.assert_served(*self.remotes)
        self.close(*self.remotes)

    def test_one_without_time_does_not_wait_for_the_first(self) -> None:
        first, second, *others = self.remotes
        with self.jobs._rlock:
            first.begin("take")
            self.jobs.put("item")
            await_("the first to wait for the lock", lambda: has_waiters(self.jobs._rlock))
            self.assertEqual(second.call("poll", 0), (False, None))
        self.assertEqual(first.end(), "item")
        self.close(first, second, *others)
