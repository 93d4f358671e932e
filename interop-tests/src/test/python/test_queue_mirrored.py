"""CPython's own tests of queues with Java on the other side.

Each test names its model in `Lib/test/_test_multiprocessing.py` (3.13). Java plays the child, or
the parent where the docstring says so.
"""

from __future__ import annotations

from typing import Any

from support import Remote, TestCase, await_, one_at_a_time

TIMEOUT1, TIMEOUT2, TIMEOUT3 = 0.082, 0.035, 0.14


def queue_empty(queue: Any) -> bool:
    """Say whether nothing is in a queue, of any kind."""
    return bool(queue.empty())


class QueueTest(TestCase):
    """`_TestQueue`."""

    def remote(self, queue: Any, joinable: bool = False) -> Remote:
        """Start a worker that calls methods of a queue."""
        return Remote(self, "RemoteQueue" + ("::joinable" if joinable else ""), queue)

    def await_written(self, queue: Any) -> None:
        """Wait until what Java has put is in the pipe, if somebody else writes it."""

    def test_put(self) -> None:
        """`_TestQueue.test_put`: Java puts until the queue is full, Python takes."""
        queue = self.queue(maxsize=6)
        remote = self.remote(queue)
        self.assertEqual(remote.call("isEmpty"), True)
        self.assertEqual(remote.call("isFull"), False)

        remote.call("put", 1)
        self.assertIs(remote.call("offer", 2, 3600), True)
        self.assertIs(remote.call("offer", 3, 0), True)
        self.assertIs(remote.call("tryPut", 4), True)
        remote.call("put", 5)
        self.assertIs(remote.call("tryPut", 6), True)

        # The values may be in the buffer but not yet in the pipe in CPython; here they are.
        self.await_written(queue)
        self.assertEqual(remote.call("isEmpty"), False)
        self.assertEqual(remote.call("isFull"), True)

        self.assertIs(remote.call("tryPut", 7), False)
        for timeout in (0, -TIMEOUT1, TIMEOUT1, TIMEOUT2, TIMEOUT3):
            accepted, seconds = remote.call("timedOffer", 7, timeout)
            self.assertIs(accepted, False)
            self.assertGreaterEqual(seconds, timeout)

        self.assertEqual([self.get(queue) for _ in range(6)], [1, 2, 3, 4, 5, 6])
        self.assertEqual((remote.call("isEmpty"), remote.call("isFull")), (True, False))
        remote.close()

    def test_get(self) -> None:
        """`_TestQueue.test_get`: Python puts, Java takes in every way."""
        queue = self.queue()
        remote = self.remote(queue)
        self.assertEqual(remote.call("isEmpty"), True)
        for number in (2, 3, 4, 5):
            queue.put(number)
        await_("the items to be in the pipe", lambda: not queue_empty(queue))
        self.assertEqual(remote.call("isEmpty"), False)

        self.assertEqual(remote.call("take"), 2)
        self.assertEqual(remote.call("poll", 3600), (True, 3))
        self.assertEqual(remote.call("poll", 3600), (True, 4))
        self.assertEqual(remote.call("take"), 5)

        self.assertEqual(remote.call("isEmpty"), True)
        for timeout in (0, -TIMEOUT1, TIMEOUT1, TIMEOUT2, TIMEOUT3):
            found, seconds = remote.call("timedPoll", timeout)
            self.assertEqual(found, (False, None))
            self.assertGreaterEqual(seconds, timeout)
        remote.close()

    def test_fork(self) -> None:
        """`_TestQueue.test_fork`: items of the parent come before those of the child."""
        queue = self.queue()
        for number in range(10):
            queue.put(number)
        # The items must be in the pipe before the child begins: producers have no common order.
        await_("the feeder to write", lambda: not queue._buffer and not queue.empty())
        remote = self.remote(queue)
        for number in range(10, 20):
            remote.call("put", number)
        self.assertEqual([self.get(queue) for _ in range(20)], list(range(20)))
        remote.close()

    @one_at_a_time
    def test_qsize(self) -> None:
        """`_TestQueue.test_qsize`: both sides, at every step."""
        queue = self.queue()
        remote = self.remote(queue)

        def sizes() -> tuple[int, int]:
            return (queue.qsize(), remote.call("size"))

        self.assertEqual(sizes(), (0, 0))
        queue.put(1)
        self.assertEqual(sizes(), (1, 1))
        remote.call("put", 5)
        self.assertEqual(sizes(), (2, 2))
        remote.call("take")
        self.assertEqual(sizes(), (1, 1))
        self.get(queue)
        self.assertEqual(sizes(), (0, 0))
        remote.close()

    def test_task_done(self) -> None:
        """`_TestQueue.test_task_done`: Java workers work off what Python puts and joins."""
        queue = self.joinable_queue()
        results = self.queue()
        workers = [self.worker("QueueWorkers::sumTasks", queue, results) for _ in range(4)]
        for number in range(10):
            queue.put(number)
        queue.join()
        for _ in workers:
            queue.put(None)
        queue.join()
        self.assertEqual(sum(self.get(results) for _ in workers), sum(range(10)))
        self.join(*workers)

    def test_task_done_the_other_way_round(self) -> None:
        """`_TestQueue.test_task_done`: Java puts and joins, a Python child works off."""
        queue = self.joinable_queue()
        remote = self.remote(queue, joinable=True)
        children = [self.child(method, work_off, queue) for method in ("fork", "spawn")]
        for number in range(10):
            remote.call("put", number)
        remote.call("join")
        for _ in children:
            remote.call("put", None)
        remote.call("join")
        self.join(*children)
        remote.close()

    def test_timeout(self) -> None:
        """`_TestQueue.test_timeout`."""
        queue = self.queue()
        remote = self.remote(queue)
        found, seconds = remote.call("timedPoll", 0.2)
        self.assertEqual(found, (False, None))
        self.assertGreaterEqual(seconds, 0.2)
        remote.close()

    def test_queue_feeder_donot_stop_onexc(self) -> None:
        """`_TestQueue.test_queue_feeder_donot_stop_onexc`: Java's `put` throws, and goes on."""
        queue = self.queue(maxsize=1)
        remote = self.remote(queue)
        with self.assertRaisesRegex(RuntimeError, "PickleException"):
            remote.call("putUnpicklable")
        self.assertEqual(queue.qsize(), 0)
        remote.call("put", True)
        self.assertIs(self.get(queue), True)
        remote.close()

    def test_closed_queue_empty_exceptions(self) -> None:
        """`_TestQueue.test_closed_queue_empty_exceptions`: Python's close leaves Java's alone."""
        queue = self.queue()
        queue.close()  # no feeder has begun: this closes nothing (from 3.9)
        remote_queue = self.queue()
        remote = self.remote(remote_queue)
        remote.call("close")
        for method in ("isEmpty", "isFull", "size"):
            with self.assertRaisesRegex(RuntimeError, "ClosedChannelException"):
                remote.call(method)
        self.assertTrue(remote_queue.empty())
        remote.close()

    def test_closed_queue_put_get_exceptions(self) -> None:
        """`_TestQueue.test_closed_queue_put_get_exceptions`, for both kinds."""
        for queue in (self.queue(), self.joinable_queue()):
            remote = self.remote(queue)
            remote.call("close")
            for method, *args in (("put", "foo"), ("take",), ("tryPut", 1), ("poll", 0)):
                with self.assertRaisesRegex(RuntimeError, "ClosedChannelException"):
                    remote.call(method, *args)
            remote.close()


def work_off(queue: Any) -> None:
    """Take tasks until None comes, and say that they are done."""
    for _ in iter(queue.get, None):
        queue.task_done()
    queue.task_done()


class SimpleQueueTest(TestCase):
    """`TestSimpleQueue`."""

    def remote(self, queue: Any) -> Remote:
        """Start a worker that calls methods of a simple queue."""
        return Remote(self, "RemoteSimpleQueue", queue)

    def test_empty(self) -> None:
        """`TestSimpleQueue.test_empty`: what `empty()` says before and after each put and get."""
        queue = self.simple_queue()
        remote = self.remote(queue)
        self.assertEqual((queue.empty(), remote.call("isEmpty")), (True, True))
        remote.call("put", True)
        remote.call("put", False)
        self.assertEqual((queue.empty(), remote.call("isEmpty")), (False, False))
        self.assertIs(queue.get(), True)
        self.assertIs(remote.call("take"), False)
        self.assertEqual((queue.empty(), remote.call("isEmpty")), (True, True))
        remote.close()

    def test_empty_exceptions(self) -> None:
        """`TestSimpleQueue.test_empty_exceptions`: a closed queue refuses, in that worker only."""
        queue = self.simple_queue()
        remote = self.remote(queue)
        remote.call("close")
        for method, *args in (("isEmpty",), ("take",), ("put", 1), ("poll", 0)):
            with self.assertRaisesRegex(RuntimeError, "ClosedChannelException"):
                remote.call(method, *args)
        self.assertTrue(queue.empty())
        remote.close()

    def test_close(self) -> None:
        """`TestSimpleQueue.test_close`: closing twice is closing."""
        queue = self.simple_queue()
        remote = self.remote(queue)
        remote.call("close")
        remote.call("close")
        queue.put("still open here")
        self.assertEqual(queue.get(), "still open here")
        remote.close()

    def test_closed(self) -> None:
        """`TestSimpleQueue.test_closed`: a closed queue holds no descriptor; setUp counts them."""
        queue = self.simple_queue()
        remote = self.remote(queue)
        remote.call("put", 1)
        remote.call("close")
        self.assertEqual(queue.get(), 1)
        remote.close()
