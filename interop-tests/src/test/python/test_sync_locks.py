"""RLock, Semaphore and BoundedSemaphore between Python and Java."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from typing import Any

from jarpipe import errors
from support import PATIENCE, await_, has_waiters, semaphore_value
from syncing import InThread, Peer, SyncTest

NOT_OWNED = "IllegalMonitorStateException: attempt to release recursive lock not owned by thread"
TOO_MANY = "IllegalStateException: semaphore or lock released too many times"


def count(lock: Any, file: str, times: int) -> None:
    """Add to the number in a file, reading and writing it under a lock each time."""
    for _ in range(times):
        with lock, lock:
            with open(file) as old:
                number = int(old.read())
            with open(file, "w") as new:
                new.write(str(number + 1))


def release_and_report(lock: Any, results: Any) -> None:
    """Release a lock in another process, and send the name of the exception."""
    try:
        lock.release()
    except Exception as error:
        results.send(type(error).__name__)
    else:
        results.send("released")


class RLockTest(SyncTest):
    """CPython's `_TestLock`, and the rows of ownership."""

    def test_rlock(self) -> None:
        """As `_TestLock.test_rlock`, with Java as the owner."""
        lock = self.ctx.RLock()
        peer = Peer(self, lock)
        for _ in range(3):
            self.assertIs(peer.call("acquire", 0), True)
        self.assertFalse(lock.acquire(block=False))
        for _ in range(2):
            peer.call("release", 0)
            self.assertFalse(lock.acquire(block=False))
        peer.call("release", 0)
        self.assert_raises(NOT_OWNED, peer, "release", 0)
        self.assertTrue(lock.acquire(block=False))
        lock.release()
        self.assertRaises((AssertionError, RuntimeError), lock.release)
        peer.close()

    def test_lock(self) -> None:
        """As `_TestLock.test_lock`, with Java as the holder of a Lock."""
        lock = self.ctx.Lock()
        peer = Peer(self, lock)
        self.assertIs(peer.call("acquire", 0), True)
        self.assertIs(peer.call("acquire", 0, 0), False)
        peer.call("release", 0)
        self.assert_raises(TOO_MANY, peer, "release", 0)
        peer.close()

    def test_the_views_of_java(self) -> None:
        lock = self.ctx.RLock()
        peer = Peer(self, lock)
        for method in ("lock", "lockInterruptibly", "tryLock"):
            peer.call(method, 0)
        self.assertIs(peer.call("tryLock", 0, 0.01), True)
        self.assertIs(peer.call("isHeldByCurrentThread", 0), True)
        self.assertIs(peer.call("isLocked", 0), True)
        for _ in range(4):
            self.assertEqual(semaphore_value(lock), 0)
            peer.call("unlock", 0)
        self.assertEqual(semaphore_value(lock), 1)
        self.assertIs(peer.call("isHeldByCurrentThread", 0), False)
        self.assertIs(peer.call("isLocked", 0), False)
        self.assert_raises(NOT_OWNED, peer, "unlock", 0)
        peer.close()

    def test_what_java_holds_is_taken_for_python(self) -> None:
        lock = self.ctx.RLock()
        peer = Peer(self, lock)
        peer.call("acquire", 0)
        self.assertFalse(lock.acquire(timeout=0.02))
        receiver, sender = self.pipe(duplex=False)
        child = self.child("spawn", release_and_report, lock, sender)
        self.assertEqual(self.recv(receiver), "AssertionError")
        self.join(child)
        self.assertRaises(AssertionError, lock.release)
        self.assertEqual(semaphore_value(lock), 0)
        peer.call("release", 0)
        self.assertTrue(lock.acquire(timeout=PATIENCE))
        lock.release()
        peer.close()

    def test_what_python_holds_is_taken_for_java_and_not_javas_to_release(self) -> None:
        lock = self.ctx.RLock()
        peer = Peer(self, lock)
        with lock, lock:
            self.assertIs(peer.call("acquire", 0, 0.02), False)
            self.assertIs(peer.call("tryLock", 0), False)
            self.assert_raises(NOT_OWNED, peer, "release", 0)
            self.assertEqual(semaphore_value(lock), 0)
            peer.begin("acquire", 0)
            await_("Java to wait", lambda: has_waiters(lock))
        self.assertIs(peer.end(), True)
        peer.call("release", 0)
        self.assertEqual(semaphore_value(lock), 1)
        peer.close()

    def test_threads_and_workers_are_different_owners(self) -> None:
        lock = self.ctx.RLock()
        one, other = Peer(self, lock), Peer(self, lock)
        one.call("acquire", 0)
        for where in ("platform:", "virtual:"):
            self.assertIs(one.call(where + "acquire", 0, 0.02), False)
            self.assertIs(one.call(where + "isHeldByCurrentThread", 0), False)
            self.assert_raises(NOT_OWNED, one, where + "release", 0)
        self.assertIs(other.call("acquire", 0, 0.02), False)
        self.assert_raises(NOT_OWNED, other, "release", 0)
        one.call("release", 0)
        self.assertEqual(semaphore_value(lock), 1)
        one.close()
        other.close()

    def test_one_at_a_time_among_python_and_java(self) -> None:
        times = 200
        lock = self.ctx.RLock()
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "counter")
            with open(file, "w") as zero:
                zero.write("0")
            processes = [
                *(self.child(method, count, lock, file, times) for method in ("fork", "spawn")),
                *(self.worker("SyncWorkers::count", lock, file, times) for _ in range(2)),
            ]
            self.join(*processes)
            with open(file) as result:
                self.assertEqual(result.read(), str(4 * times))
        self.assertEqual(semaphore_value(lock), 1)

    def test_close_ends_a_wait_and_leaves_other_objects_alone(self) -> None:
        lock, semaphore = self.ctx.RLock(), self.ctx.Semaphore(0)
        near, far = self.pipe()
        worker = self.worker("SyncWorkers::closedUnderAWait", far, lock, semaphore)
        far.close()
        self.assertEqual(self.recv(near), "waits")
        await_("it to wait", lambda: has_waiters(semaphore))
        near.send("close")
        self.assertEqual(self.recv(near), "ClosedChannelException")
        self.assertTrue(lock.acquire(timeout=PATIENCE))
        lock.release()
        semaphore.release()
        self.assertTrue(semaphore.acquire(timeout=PATIENCE))
        near.send("return")
        self.join(worker)

    def test_closed_ones_are_unusable(self) -> None:
        lock, semaphore = self.ctx.RLock(), self.ctx.Semaphore(3)
        peer = Peer(self, lock, semaphore)
        for number in range(2):
            peer.call("close", number)
            peer.call("close", number)
            for method in ("acquire", "release"):
                self.assert_raises("ClosedChannelException", peer, method, number)
        self.assert_raises("IllegalStateException: the lock is closed", peer, "lock", 0)
        peer.close()
        self.assertEqual((semaphore_value(lock), semaphore_value(semaphore)), (1, 3))


class SemaphoreTest(SyncTest):
    """CPython's `_TestSemaphore`."""

    def assert_semaphore(self, semaphore: Any) -> Peer:
        """Do what `_TestSemaphore._test_semaphore` does."""
        peer = Peer(self, semaphore)
        for value in (1, 0):
            self.assertIs(peer.call("acquire", 0), True)
            self.assertEqual(peer.call("value", 0), value)
            self.assertEqual(semaphore.get_value(), value)
        self.assertIs(peer.call("acquire", 0, 0), False)
        self.assertIs(peer.call("tryAcquire", 0), False)
        self.assertFalse(semaphore.acquire(False))
        for value in (1, 2):
            peer.call("release", 0)
            self.assertEqual(peer.call("value", 0), value)
        return peer

    def test_semaphore(self) -> None:
        semaphore = self.ctx.Semaphore(2)
        peer = self.assert_semaphore(semaphore)
        peer.call("release", 0)
        self.assertEqual(peer.call("value", 0), 3)
        peer.call("release", 0)
        self.assertEqual(semaphore.get_value(), 4)
        peer.close()

    def test_bounded_semaphore(self) -> None:
        semaphore = self.ctx.BoundedSemaphore(2)
        peer = self.assert_semaphore(semaphore)
        self.assertEqual(peer.call("bound", 0), 2)
        self.assert_raises(TOO_MANY, peer, "release", 0)
        with self.assertRaisesRegex(ValueError, "semaphore or lock released too many times"):
            semaphore.release()
        self.assertEqual(semaphore.get_value(), 2)
        peer.close()

    def test_timeout(self) -> None:
        semaphore = self.ctx.Semaphore(0)
        peer = Peer(self, semaphore)
        for seconds in (-1, 0, 0.01, 0.1):
            self.assertIs(peer.call("acquire", 0, seconds), False)
        for timeouts in ((), (3600,)):
            peer.begin("acquire", 0, *timeouts)
            await_("Java to wait", lambda: has_waiters(semaphore))
            semaphore.release()
            self.assertIs(peer.end(), True)
        peer.close()
        self.assertEqual(semaphore.get_value(), 0)

    def test_units_go_from_java_to_python(self) -> None:
        semaphore = self.ctx.Semaphore(0)
        peer = Peer(self, semaphore)
        python = InThread(semaphore.acquire, True, PATIENCE)
        await_("Python to wait", lambda: has_waiters(semaphore))
        peer.call("release", 0)
        self.assertTrue(python.result())
        peer.close()


class PassingTest(SyncTest):
    """How they get to Java, and from Java to Python."""

    def test_each_type_as_a_parameter(self) -> None:
        near, far = self.pipe()
        lock = self.ctx.RLock()
        arguments = (
            *(far, lock, self.ctx.Semaphore(3), self.ctx.BoundedSemaphore(4)),
            *(self.ctx.Condition(), self.ctx.Event(), self.ctx.Barrier(5), {"the same": lock}),
        )
        worker = self.worker("SyncWorkers::types", *arguments)
        far.close()
        self.assertEqual(self.recv(near), [True, 3, 4, False, 5])
        self.join(worker)

    def test_other_type_than_the_parameters(self) -> None:
        for kind, made in (
            ("Lock", self.ctx.Lock()),
            ("Semaphore", self.ctx.Semaphore()),
            ("BoundedSemaphore", self.ctx.BoundedSemaphore()),
            ("Condition", self.ctx.Condition()),
            ("Event", self.ctx.Event()),
            ("Barrier", self.ctx.Barrier(2)),
        ):
            process = self.ctx.Process(
                target="io.jarpipe.interop.SyncWorkers::needsRLock", args=(made,)
            )
            with self.assertRaises(errors.ArgumentError) as raised:
                process.start()
            self.assertEqual(raised.exception.python_type, "multiprocessing.synchronize." + kind)

    def test_objects_of_every_named_context(self) -> None:
        for method in ("spawn", "forkserver"):
            context: Any = multiprocessing.get_context(method)
            event, barrier = context.Event(), context.Barrier(1)
            peer = Peer(self, event, barrier)
            peer.call("set", 0)
            self.assertTrue(event.is_set())
            self.assertEqual(peer.call("await", 1), 0)
            peer.close()

    def test_from_java_to_python_that_runs(self) -> None:
        lock = self.ctx.RLock()
        condition, other = self.ctx.Condition(lock), self.ctx.Condition(lock)
        barrier = self.ctx.Barrier(2, timeout=PATIENCE)
        semaphores = (self.ctx.Semaphore(3), self.ctx.BoundedSemaphore(4))
        event = self.ctx.Event()
        peer = Peer(self, lock, condition, other, *semaphores, event, barrier)
        back = peer.call("objects")

        self.assertEqual(
            [type(each).__name__ for each in back],
            [
                *("RLock", "Condition", "Condition"),
                *("Semaphore", "BoundedSemaphore", "Event", "Barrier"),
            ],
        )
        self.assertIs(back[1]._lock, back[0])
        self.assertIs(back[2]._lock, back[0])
        with back[0]:
            self.assertFalse(lock.acquire(block=False))
            with back[1]:
                back[1].notify_all()
        self.assertEqual(back[3].get_value(), 3)
        self.assertEqual(back[4]._semlock.maxvalue, 4)
        peer.call("set", 5)
        self.assertTrue(back[5].wait(PATIENCE))
        peer.begin("await", 6)
        self.assertEqual(sorted((back[6].wait(), peer.end())), [0, 1])
        self.assertEqual(back[6]._timeout, PATIENCE)
        self.assertEqual((barrier.n_waiting, barrier.broken), (0, False))
        peer.close()

    def test_from_java_to_java_that_runs(self) -> None:
        lock, event, barrier = self.ctx.RLock(), self.ctx.Event(), self.ctx.Barrier(2)
        receiver, sender = self.pipe(duplex=False)
        until, theirs = self.pipe()
        first = self.worker("SyncWorkers::send", sender, theirs, [lock, event, barrier])
        near, far = self.pipe()
        second = self.worker("SyncWorkers::remoteOfReceived", far, receiver)
        for end in (receiver, sender, theirs, far):
            end.close()

        def call(*args: Any) -> Any:
            near.send(args)
            return self.recv(near)

        self.assertEqual(call("acquire", 0), ("returned", True))
        self.assertFalse(lock.acquire(block=False))
        self.assertEqual(call("release", 0), ("returned", None))
        self.assertEqual(call("set", 1), ("returned", None))
        self.assertTrue(event.is_set())
        near.send(("await", 2))
        self.assertEqual(sorted((barrier.wait(PATIENCE), self.recv(near)[1])), [0, 1])
        near.send(None)
        until.send("go")
        self.join(first, second)
