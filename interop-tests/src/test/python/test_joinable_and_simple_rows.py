"""What CPython does not say of its joinable and simple queues, row by row, Java on one side."""

from __future__ import annotations

from typing import Any

from jarpipe import errors
from support import (
    Remote,
    TestCase,
    await_,
    daemon_in_sight,
    has_waiters,
    semaphore_value,
    waits,
)
from test_queue_rows import RowsTest


class JoinableRows(RowsTest):
    """`JoinableQueue`: the count of tasks."""

    def test_unfinished_counts_what_java_puts(self) -> None:
        queue = self.joinable_queue()
        remote = self.remote(queue, "joinable")
        for number in range(3):
            remote.call("put", number)
        self.assertEqual(semaphore_value(queue._unfinished_tasks), 3)
        for number in range(3):
            self.assertEqual(self.get(queue), number)
            queue.task_done()
        queue.join()
        remote.close()

    def test_too_many(self) -> None:
        queue = self.joinable_queue()
        remote = self.remote(queue, "joinable")
        words = "task_done\\(\\) called too many times"
        with self.assertRaisesRegex(RuntimeError, f"IllegalStateException: {words}"):
            remote.call("taskDone")
        with self.assertRaisesRegex(ValueError, words):
            queue.task_done()
        self.assert_free(queue._cond._lock)
        remote.close()

    def test_unpicklable_item_is_not_counted(self) -> None:
        queue = self.joinable_queue()
        remote = self.remote(queue, "joinable")
        with self.assertRaisesRegex(RuntimeError, "PickleException"):
            remote.call("putUnpicklable")
        self.assertEqual((queue.qsize(), semaphore_value(queue._unfinished_tasks)), (0, 0))
        queue.join()
        remote.call("join")
        remote.close()

    def test_full_queue_counts_nothing(self) -> None:
        queue = self.joinable_queue(maxsize=1)
        remote = self.remote(queue, "joinable")
        remote.call("put", 1)
        self.assertIs(remote.call("tryPut", 2), False)
        self.assertEqual(semaphore_value(queue._unfinished_tasks), 1)
        self.assertEqual(self.get(queue), 1)
        remote.call("taskDone")
        queue.join()
        remote.close()

    def test_items_that_a_worker_drops_are_not_counted(self) -> None:
        queue = self.joinable_queue()
        remote = self.remote(queue, "joinable")
        remote.call("put", b"a" * 200_000)
        remote.call("put", "never written")
        remote.call("cancelJoinThread")
        remote.close()
        self.assertEqual(len(self.get(queue)), 200_000)
        await_("one task", lambda: semaphore_value(queue._unfinished_tasks) == 1)
        queue.task_done()
        queue.join()
        self.assertEqual(queue.qsize(), 0)

    def test_java_wakes_python_children_that_join(self) -> None:
        queue = self.joinable_queue()
        remote = self.remote(queue, "joinable")
        remote.call("put", "task")  # not from here: a feeder thread would be in the way of fork
        children = [self.child("fork", join, queue) for _ in range(3)]
        sleeping = queue._cond._sleeping_count
        await_("three to wait", lambda: semaphore_value(sleeping) == 3)
        await_("the last to wait", lambda: has_waiters(queue._cond._wait_semaphore))
        self.assertEqual(remote.call("take"), "task")
        remote.call("taskDone")
        self.join(*children)
        for semaphore in (sleeping, queue._cond._woken_count, queue._cond._wait_semaphore):
            self.assertEqual(semaphore_value(semaphore), 0)
        self.assert_free(queue._cond._lock)
        remote.close()

    @daemon_in_sight
    def test_java_joins_and_is_no_sleeper(self) -> None:
        queue = self.joinable_queue()
        remote = self.remote(queue, "joinable")
        queue.put("task")
        self.assertIs(remote.call("joinFor", 0.02), False)
        remote.begin("join")
        await_("the worker to wait", lambda: waits(remote.worker.pid))
        self.assertEqual(semaphore_value(queue._cond._sleeping_count), 0)
        self.get(queue)
        self.assertFalse(remote.connection.poll(0))
        queue.task_done()
        remote.end()
        self.assertIs(remote.call("joinFor", 0), True)
        remote.close()

    def test_close_ends_a_notification_that_a_killed_sleeper_does_not_answer(self) -> None:
        queue = self.joinable_queue()
        remote = self.remote(queue, "joinable")
        remote.call("put", "task")
        child = self.child("fork", join, queue)
        await_("it to wait", lambda: has_waiters(queue._cond._wait_semaphore))
        child.kill()
        self.join(child, exitcode=-9)
        self.get(queue)
        remote.begin("taskDone")
        await_("the notifier to wait", lambda: has_waiters(queue._cond._woken_count))
        remote.worker.kill()
        self.join(remote.worker, exitcode=-9)
        # In CPython the lock is lost now. Here it is free, and the ghost is counted as before.
        self.assert_free(queue._cond._lock)
        self.assertEqual(semaphore_value(queue._cond._sleeping_count), 1)
        self.assertEqual(semaphore_value(queue._cond._wait_semaphore), 0)


def join(queue: Any) -> None:
    """In a child: wait until all tasks are done."""
    queue.join()

    def test_joinable_queue_is_a_queue_and_not_the_other_way_round(self) -> None:
        queue, results = self.joinable_queue(), self.queue()
        worker = self.worker("QueueWorkers::sum", queue, results)
        queue.put(4)
        queue.put(None)
        self.assertEqual(self.get(results), 4)
        self.join(worker)
        for made in (self.queue(), self.simple_queue()):
            with self.assertRaisesRegex(errors.ArgumentError, "MpJoinableQueue"):
                self.worker("QueueWorkers::sumTasks", made, results)


class SimpleRows(TestCase):
    """`SimpleQueue`: two locks and nothing else."""

    def remote(self, queue: Any) -> Remote:
        """Start a worker that calls methods of a simple queue."""
        return Remote(self, "RemoteSimpleQueue", queue)

    def test_put_waits_for_room_in_the_pipe(self) -> None:
        queue = self.simple_queue()
        remote = self.remote(queue)
        remote.begin("put", b"x" * (1 << 20))
        await_("the producer to hold the lock", lambda: semaphore_value(queue._wlock) == 0)
        await_("bytes in the pipe", lambda: not queue.empty())
        self.assertFalse(remote.connection.poll(0), "put() did not wait")
        self.assertEqual(len(queue.get()), 1 << 20)
        remote.end()
        self.assert_free(queue._wlock, queue._rlock)
        remote.close()

    def test_terminated_before_the_first_byte_leaves_nothing(self) -> None:
        queue = self.simple_queue()
        for _ in range(16):
            queue.put(b"x" * 4000)  # nearly fills the pipe; what is shorter than a page is not cut
        remote = self.remote(queue)
        remote.begin("put", b"y" * 4000)
        await_("the producer to hold the lock", lambda: semaphore_value(queue._wlock) == 0)
        remote.worker.terminate()
        self.join(remote.worker, exitcode=-15)
        self.assert_free(queue._wlock)
        self.assertEqual({queue.get() for _ in range(16)}, {b"x" * 4000})
        self.assertTrue(queue.empty())

    def test_unpicklable_item(self) -> None:
        queue = self.simple_queue()
        remote = self.remote(queue)
        with self.assertRaisesRegex(RuntimeError, "PickleException"):
            remote.call("putUnpicklable")
        self.assertTrue(queue.empty())
        self.assert_free(queue._wlock)
        remote.close()

    @daemon_in_sight
    def test_idle_java_consumer_holds_nothing(self) -> None:
        queue = self.simple_queue()
        remote = self.remote(queue)
        self.assertEqual(remote.call("poll", 0), (False, None))
        remote.begin("take")
        await_("the worker to wait", lambda: waits(remote.worker.pid))
        self.assertEqual(semaphore_value(queue._rlock), 1)
        queue.put(1)
        self.assertEqual(remote.end(), 1)
        remote.close()

    def test_typed(self) -> None:
        jobs, results = self.simple_queue(), self.simple_queue()
        worker = self.worker("RemoteSimpleQueue::sum", jobs, results)
        for number in (1, 2, 3, None):
            jobs.put(number)
        self.join(worker)
        self.assertEqual(results.get(), 6)
