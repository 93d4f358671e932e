"""Queues, joinable queues and simple queues of a fork context, adopted and relayed.

The tests are those of objects with names; what is different is here: an item passes through this
process, which unpickles it, and what Java puts is written by this process's feeder.
"""

from __future__ import annotations

import pickle
from typing import Any

import test_joinable_and_simple_rows
import test_queue_mirrored
import test_queue_mixed
import test_queue_rows
from startmethods import Adopted, Forkserver, Relayed, Spawn
from support import await_, semaphore_value
from syncing import await_sleepers, counters


class AdoptedMirroredTest(Adopted, test_queue_mirrored.QueueTest):
    """Adopted queues."""


class AdoptedMirroredSimpleTest(Adopted, test_queue_mirrored.SimpleQueueTest):
    """Adopted simple queues."""


class AdoptedTakingRows(Adopted, test_queue_rows.TakingRows):
    """Adopted queues."""


class AdoptedPrefetchRows(Adopted, test_queue_rows.PrefetchRows):
    """Adopted queues."""


class AdoptedPuttingRows(Adopted, test_queue_rows.PuttingRows):
    """Adopted queues."""


class AdoptedErrorRows(Adopted, test_queue_rows.ErrorRows):
    """Adopted queues."""


class AdoptedPassingRows(Adopted, test_queue_rows.PassingRows):
    """Adopted queues."""


class AdoptedJoinableRows(Adopted, test_joinable_and_simple_rows.JoinableRows):
    """Adopted joinable queues."""


class AdoptedSimpleRows(Adopted, test_joinable_and_simple_rows.SimpleRows):
    """Adopted simple queues."""


class AdoptedMixedTest(Adopted, test_queue_mixed.MixedTest):
    """Adopted queues."""

    EACH = 2000


class SpawnJoinableRows(Spawn, test_joinable_and_simple_rows.JoinableRows):
    """Joinable queues of a spawn context."""


class ForkserverJoinableRows(Forkserver, test_joinable_and_simple_rows.JoinableRows):
    """Joinable queues of a forkserver context."""


class RelayedMirroredTest(Relayed, test_queue_mirrored.QueueTest):
    """Relayed queues."""

    def await_written(self, queue: Any) -> None:
        """Wait for this process's feeder."""
        await_("the feeder to write", lambda: not queue._buffer and not queue.empty())


class RelayedMirroredSimpleTest(Relayed, test_queue_mirrored.SimpleQueueTest):
    """Relayed simple queues."""


class RelayedTakingRows(Relayed, test_queue_rows.TakingRows):
    """Relayed queues."""


class RelayedErrorRows(Relayed, test_queue_rows.ErrorRows):
    """Relayed queues: this process unpickles an item before Java does."""

    def test_handler_gets_bytes_and_error_and_the_stream_stays_in_sync(self) -> None:
        """What is no pickle raises an error of Python's; the rest is as elsewhere."""
        queue = self.queue()
        remote = self.remote(queue, "handled")
        self.put_raw(queue, b"garbage", b"\x80\x04K\x07.")
        with self.assertRaisesRegex(RuntimeError, "PyException: .*UnpicklingError"):
            remote.call("take")
        self.assertEqual(remote.call("take"), 7)
        for item in ("no number", 8, None):
            queue.put(item)
        self.assertEqual(remote.call("until"), [8])
        ((pickled, error),) = remote.call("errors")
        self.assertEqual((pickle.loads(pickled), error), ("no number", "MpTypeException"))
        self.assertEqual(queue.qsize(), 0)
        self.assert_free(queue._rlock)
        remote.close()

    def test_exception_has_the_bytes(self) -> None:
        queue = self.queue()
        remote = self.remote(queue, "bytesOfErrors")
        queue.put("text")
        queue.put(7)
        self.assertEqual(pickle.loads(remote.call("take")), "text")
        self.assertEqual(remote.call("take"), 7)
        remote.close()


class RelayedJoinableRows(Relayed, test_joinable_and_simple_rows.JoinableRows):
    """Relayed joinable queues: a thread of this process joins for Java."""

    def test_items_that_a_worker_drops_are_not_counted(self) -> None:
        """It drops nothing: what it has put is with this process's feeder."""
        queue = self.joinable_queue()
        remote = self.remote(queue, "joinable")
        remote.call("put", b"a" * 200_000)
        remote.call("put", "written later")
        remote.call("cancelJoinThread")
        remote.close()
        self.assertEqual(semaphore_value(queue._unfinished_tasks), 2)
        self.assertEqual(len(self.get(queue)), 200_000)
        self.assertEqual(self.get(queue), "written later")
        for _ in range(2):
            queue.task_done()
        queue.join()

    def test_java_joins_and_is_no_sleeper(self) -> None:
        """Who sleeps for it wakes when the worker ends."""
        queue = self.joinable_queue()
        remote, ended = self.remote(queue, "joinable"), self.remote(queue, "joinable")
        queue.put("task")
        self.assertIs(remote.call("joinFor", 0.02), False)
        for each in (remote, ended):
            each.begin("join")
        await_sleepers(queue._cond, 2)
        ended.worker.kill()
        self.join(ended.worker, exitcode=-9)
        await_sleepers(queue._cond, 1)
        self.get(queue)
        self.assertFalse(remote.connection.poll(0))
        queue.task_done()
        remote.end()
        self.assertIs(remote.call("joinFor", 0), True)
        self.assertEqual(counters(queue._cond), (0, 0, 0))
        remote.close()


class RelayedSimpleRows(Relayed, test_joinable_and_simple_rows.SimpleRows):
    """Relayed simple queues."""


class RelayedMixedTest(Relayed, test_queue_mixed.MixedTest):
    """Relayed queues."""

    EACH = 1000
