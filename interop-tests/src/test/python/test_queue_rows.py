"""What CPython's documentation does not say of its queues, row by row, with Java on one side."""

from __future__ import annotations

import os
import queue as queues
import struct
from multiprocessing import resource_sharer
from multiprocessing.reduction import ForkingPickler
from typing import Any

from support import (
    PATIENCE,
    Remote,
    TestCase,
    await_,
    daemon_in_sight,
    semaphore_value,
    waits,
)


def get_for_ever(queue: Any) -> None:
    """In a child: wait in `get()`, which holds the read lock."""
    queue.get()


def frame(value: Any) -> bytes:
    """Return the bytes of a message with a value."""
    pickle = bytes(ForkingPickler.dumps(value))
    return struct.pack("!i", len(pickle)) + pickle


class RowsTest(TestCase):
    """A test that has a worker call methods of a queue."""

    def remote(self, queue: Any, kind: str = "", *args: Any) -> Remote:
        """Start the worker."""
        return Remote(self, "RemoteQueue" + ("::" + kind if kind else ""), queue, *args)


class TakingRows(RowsTest):
    """`get` and its lock."""

    @daemon_in_sight
    def test_idle_java_consumer_holds_nothing(self) -> None:
        queue = self.queue()
        remote = self.remote(queue)
        remote.begin("take")
        await_("the worker to wait", lambda: waits(remote.worker.pid))
        self.assertEqual(semaphore_value(queue._rlock), 1)
        with self.assertRaises(queues.Empty):
            queue.get_nowait()
        queue.put("for Java or Python")
        queue.put("for the other")
        taken = {self.get(queue), remote.end()}
        self.assertEqual(taken, {"for Java or Python", "for the other"})
        remote.close()

    def test_java_polls_while_a_python_getter_holds_the_lock(self) -> None:
        queue = self.queue()
        remote = self.remote(queue)
        child = self.child("fork", get_for_ever, queue)
        await_("the getter to hold the lock", lambda: semaphore_value(queue._rlock) == 0)
        self.assertEqual(remote.call("poll", 0.02), (False, None))
        queue.put("for the child")
        self.join(child)
        queue.put("for Java")
        self.assertEqual(remote.call("poll", 3600), (True, "for Java"))
        remote.close()

    def test_poll_is_over_in_the_middle_of_an_item_which_is_not_torn(self) -> None:
        queue = self.queue()
        remote = self.remote(queue)
        item = bytes(range(256)) * 40
        data = frame(item)
        for cut in (1, 3, 4, 5, 5000):
            with self.subTest(cut=cut):
                self.assertTrue(queue._sem.acquire(False))
                with queue._wlock:
                    os.write(queue._writer.fileno(), data[:cut])
                    found, seconds = remote.call("timedPoll", 0.02)
                    self.assertEqual(found, (False, None))
                    self.assertGreaterEqual(seconds, 0.02)
                    # Nobody else may take the rest for an item.
                    self.assertEqual(semaphore_value(queue._rlock), 0)
                    self.assertEqual(remote.call("poll", 0), (False, None))
                    with self.assertRaises(queues.Empty):
                        queue.get(timeout=0.01)
                    os.write(queue._writer.fileno(), data[cut:])
                self.assertEqual(remote.call("poll", 3600), (True, item))
                self.assert_free(queue._rlock)
                self.assertEqual(queue.qsize(), 0)
                queue.put("in sync")
                self.assertEqual(self.get(queue), "in sync")
        remote.close()

    def test_item_that_came_too_late_is_lost_with_its_worker_and_nothing_else(self) -> None:
        queue = self.queue()
        remote = self.remote(queue)
        data = frame("x" * 3000)
        self.assertTrue(queue._sem.acquire(False))
        with queue._wlock:
            os.write(queue._writer.fileno(), data[:1000])
            self.assertEqual(remote.call("poll", 0), (False, None))
            remote.call("close")
            self.assertEqual(semaphore_value(queue._rlock), 0)
            self.expect_log("closed with 1 items taken from its pipe")
            os.write(queue._writer.fileno(), data[1000:])
        self.assert_free(queue._rlock)
        await_("the slot to be free", lambda: queue.qsize() == 0)
        queue.put("in sync")
        self.assertEqual(self.get(queue), "in sync")
        remote.close()

    def test_sentinels_of_n_producers(self) -> None:
        queue, results = self.queue(), self.queue()
        consumer = self.worker("QueueWorkers::collectAll", queue, results, 3)
        for number in range(3):
            queue.put(number)
            queue.put(None)
        self.assertEqual(self.get(results), [0, 1, 2])
        self.join(consumer)
        remote = self.remote(queue)
        for count in (0, -1):
            with self.assertRaisesRegex(RuntimeError, "IllegalArgumentException: sentinels"):
                remote.call("untilAll", None, count)
        remote.close()


class PrefetchRows(RowsTest):
    """`withPrefetch`: what CPython has no counterpart for."""

    def filled(self, *items: Any, maxsize: int = 10) -> Any:
        """Return a queue with items in its pipe."""
        queue = self.queue(maxsize)
        for item in items:
            queue.put(item)
        await_("the items to be in the pipe", lambda: not queue._buffer and not queue.empty())
        with queue._wlock:
            return queue

    def test_slots_are_given_back_one_by_one(self) -> None:
        queue = self.filled(*range(10))
        self.assertTrue(queue.full())
        remote = self.remote(queue, "prefetching", 4)
        self.assertEqual(remote.call("take"), 0)
        self.assertEqual(queue.qsize(), 9, "items in advance keep their slots")
        self.assertEqual(self.get(queue), 4, "four were taken out of the pipe")
        self.assertEqual([remote.call("take") for _ in range(3)], [1, 2, 3])
        self.assertEqual(queue.qsize(), 5)
        self.assertEqual(remote.call("take"), 5)
        self.assertEqual([remote.call("take") for _ in range(4)], [6, 7, 8, 9])
        self.assertEqual((queue.qsize(), queue.empty()), (0, True))
        self.assert_free(queue._rlock)
        remote.close()

    def test_never_waits_for_more(self) -> None:
        queue = self.filled("one")
        remote = self.remote(queue, "prefetching", 1000)
        self.assertEqual(remote.call("take"), "one")
        self.assertEqual(remote.call("poll", 0), (False, None))
        self.assert_free(queue._rlock)
        remote.close()

    def test_item_half_in_the_pipe_is_not_waited_for(self) -> None:
        queue = self.queue()
        remote = self.remote(queue, "prefetching", 10)
        data = frame("second")
        for _ in range(2):
            self.assertTrue(queue._sem.acquire(False))
        with queue._wlock:
            os.write(queue._writer.fileno(), frame("first") + data[:6])
            self.assertEqual(remote.call("take"), "first")
            self.assertEqual(remote.call("poll", 0), (False, None))
            os.write(queue._writer.fileno(), data[6:])
        self.assertEqual(remote.call("poll", 3600), (True, "second"))
        self.assert_free(queue._rlock)
        self.assertEqual(queue.qsize(), 0)
        remote.close()

    def test_sentinels_of_others_stay_in_the_pipe(self) -> None:
        for sentinel in (None, ("end", 1), "quit"):
            with self.subTest(sentinel=sentinel):
                queue = self.filled(1, sentinel, 2, sentinel)
                remote = self.remote(queue, "prefetching", 10)
                self.assertEqual(remote.call("until", sentinel), [1])
                self.assertEqual([self.get(queue), self.get(queue)], [2, sentinel])
                remote.close()

    def test_what_was_not_handed_out_is_lost_and_its_slots_are_free(self) -> None:
        queue = self.filled(*range(10))
        remote = self.remote(queue, "prefetching", 4)
        remote.call("take")
        self.expect_log("closed with 3 items taken from its pipe")
        remote.call("close")
        self.assertEqual(queue.qsize(), 6)
        self.assertEqual([self.get(queue) for _ in range(6)], [4, 5, 6, 7, 8, 9])
        remote.close()


class PuttingRows(RowsTest):
    """`put`, the feeder, the end of a producer."""

    def test_feeder_limit_makes_put_wait(self) -> None:
        queue = self.queue(maxsize=10)
        remote = self.remote(queue, "limited", 100_000)
        remote.call("put", b"a" * 200_000)  # an empty buffer takes every item
        accepted, seconds = remote.call("timedOffer", b"b", 0.02)
        self.assertIs(accepted, False)
        self.assertGreaterEqual(seconds, 0.02)
        self.assertIs(remote.call("tryPut", b"b"), False)
        self.assertEqual(queue.qsize(), 1, "what was refused has no slot")
        remote.begin("put", b"c")
        await_("the producer to have a slot", lambda: queue.qsize() == 2)
        self.assertFalse(remote.connection.poll(0), "put() did not wait")
        self.assertEqual(len(self.get(queue)), 200_000)
        remote.end()
        self.assertEqual(self.get(queue), b"c")
        remote.close()

    def test_feeder_limit_holds_for_the_sum(self) -> None:
        queue = self.queue()
        remote = self.remote(queue, "limited", 300_000)
        accepted = 0
        while remote.call("tryPut", b"x" * 90_000):
            accepted += 1
        # Three are buffered, of which one has begun to be written.
        self.assertEqual(accepted, 3)
        self.assertEqual([len(self.get(queue)) for _ in range(accepted)], [90_000] * 3)
        remote.close()

    def test_close_ends_a_put_that_waits_for_the_feeder(self) -> None:
        queue = self.queue()
        remote = self.remote(queue, "limited", 0)
        remote.call("put", b"a" * 200_000)
        remote.begin("put", b"b")
        await_("the producer to have a slot", lambda: queue.qsize() == 2)
        remote.worker.terminate()
        self.join(remote.worker, exitcode=-15)
        self.assertEqual(queue.qsize(), 1, "the slot of what was not put is free")
        self.assertEqual(len(self.get(queue)), 200_000)
        self.assertTrue(queue.empty())

    def test_cancelled_worker_ends_without_its_items(self) -> None:
        queue = self.queue()
        remote = self.remote(queue)
        remote.call("put", b"a" * 200_000)
        remote.call("put", "never written")
        remote.call("cancelJoinThread")
        remote.close()
        # What had begun is completed; the rest was never put.
        self.assertEqual(len(self.get(queue)), 200_000)
        await_("the slots to be free", lambda: queue.qsize() == 0)
        self.assertTrue(queue.empty())
        self.assert_free(queue._wlock)


class ErrorRows(RowsTest):
    """Items that Java cannot make anything of."""

    def put_raw(self, queue: Any, *bodies: bytes) -> None:
        """Put bytes that need not be a pickle."""
        for body in bodies:
            self.assertTrue(queue._sem.acquire(False))
            with queue._wlock:
                queue._writer.send_bytes(body)

    def test_handler_gets_bytes_and_error_and_the_stream_stays_in_sync(self) -> None:
        queue = self.queue()
        remote = self.remote(queue, "handled")
        text = bytes(ForkingPickler.dumps("no number"))
        self.put_raw(queue, b"garbage", b"", text, b"\x80\x04K\x07.")
        self.assertEqual(remote.call("take"), 7)
        self.put_raw(queue, b"\x80\x04K\x08.", text, b"\x80\x04N.")
        self.assertEqual(remote.call("until"), [8])
        self.assertEqual(
            remote.call("errors"),
            [
                (b"garbage", "PickleException"),
                (b"", "PickleException"),
                (text, "MpTypeException"),
                (text, "MpTypeException"),
            ],
        )
        self.assertEqual(queue.qsize(), 0)
        self.assert_free(queue._rlock)
        remote.close()

    def test_exception_has_the_bytes(self) -> None:
        queue = self.queue()
        remote = self.remote(queue, "bytesOfErrors")
        self.put_raw(queue, b"garbage", bytes(ForkingPickler.dumps("text")), b"\x80\x04K\x07.")
        self.assertEqual(remote.call("take"), b"garbage")
        self.assertEqual(remote.call("take"), bytes(ForkingPickler.dumps("text")))
        self.assertEqual(remote.call("take"), 7)
        self.assertEqual(queue.qsize(), 0)
        remote.close()


class PassingRows(TestCase):
    """Java passes on queues that it got inside containers; Python cannot, once it runs."""

    def test_queues_in_containers_go_to_python_that_runs(self) -> None:
        self.addCleanup(resource_sharer.stop, PATIENCE)
        near, far = self.pipe()
        made = [self.queue(), self.joinable_queue(3), self.simple_queue(), self.joinable_queue()]
        worker = self.worker("QueuePassing::hand", far, made[:2], {"a": made[2], "b": made[3]})
        far.close()
        for queue in made:
            copy = self.recv(near)
            self.assertIs(type(copy), type(queue))
            copy.put("through the copy")
            self.assertEqual(queue.get(), "through the copy")
            queue.put("to the copy")
            self.assertEqual(copy.get(), "to the copy")
            if hasattr(queue, "task_done"):
                for end in (queue, copy):
                    end.task_done()
                for end in (queue, copy):
                    end.join()
                self.assertEqual(copy._maxsize, queue._maxsize)
            if hasattr(copy, "join_thread"):
                copy.close()
                copy.join_thread()
            for end in (copy._reader, copy._writer):
                end.close()
            near.send("next")
        self.join(worker)
