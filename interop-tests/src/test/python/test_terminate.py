"""A worker that is terminated or killed while it waits leaves nothing taken behind."""

from __future__ import annotations

from typing import Any

from support import Remote, TestCase, await_, daemon_in_sight, has_waiters, semaphore_value, waits

TERMINATED, KILLED = -15, -9


class TerminateTest(TestCase):
    """Whatever it waits for, others can go on with it."""

    def terminate(self, worker: Any) -> None:
        """Terminate a worker and wait for its end."""
        worker.terminate()
        self.join(worker, exitcode=TERMINATED)

    def assert_usable(self, queue: Any, items: int = 0) -> None:
        """Check that nothing of a queue is taken, and that it works."""
        self.assertEqual([semaphore_value(queue._rlock), semaphore_value(queue._wlock)], [1, 1])
        self.assertEqual(queue.qsize(), items)
        queue.put("after")
        results = self.queue()
        worker = self.worker("QueueWorkers::echo", queue, results, "end")
        queue.put("end")
        returned = [self.get(results) for _ in range(items + 1)]
        self.assertEqual(returned[-1], "after")
        self.join(worker)

    @daemon_in_sight
    def test_while_it_takes(self) -> None:
        for bound in (0, 3):
            queue = self.queue(maxsize=bound)
            near, far = self.pipe()
            worker = self.worker("QueueWorkers::take", queue, far)
            far.close()
            self.assertEqual(self.recv(near), "takes")
            await_("the worker to wait", lambda pid=worker.pid: waits(pid))  # type: ignore[misc]
            self.terminate(worker)
            with self.assertRaises(EOFError):
                near.recv()
            self.assert_usable(queue)

    def test_while_it_waits_for_the_read_lock(self) -> None:
        queue = self.queue()
        near, far = self.pipe()
        queue._rlock.acquire()  # as a Python consumer does that waits for an item
        queue.put("item")
        worker = self.worker("QueueWorkers::take", queue, far)
        far.close()
        self.assertEqual(self.recv(near), "takes")
        await_("the worker to wait for the lock", lambda: has_waiters(queue._rlock))
        self.terminate(worker)
        queue._rlock.release()
        self.assertEqual(self.get(queue), "item")
        self.assert_usable(queue)

    def test_while_it_puts_on_a_full_queue(self) -> None:
        queue = self.queue(maxsize=2)
        receiver, sender = self.pipe(duplex=False)
        worker = self.worker("QueueWorkers::witnessed", queue, sender, 3)
        sender.close()
        self.assertEqual([self.recv(receiver) for _ in range(5)][-1], ("puts", 2))
        await_("the worker to wait for a slot", lambda: has_waiters(queue._sem))
        self.terminate(worker)
        self.assertEqual([self.get(queue), self.get(queue)], [0, 1])
        self.assert_usable(queue)

    @daemon_in_sight
    def test_while_it_flushes_to_a_full_pipe(self) -> None:
        queue = self.queue(maxsize=10)
        receiver, sender = self.pipe(duplex=False)
        worker = self.worker("QueueWorkers::fill", queue, sender, 3, 1 << 20)
        sender.close()
        self.assertEqual(self.recv(receiver), "has put")
        await_("the worker to wait", lambda: waits(worker.pid))
        self.terminate(worker)
        # The item whose writing had begun is completed: half an item would be the queue's end.
        self.assertEqual(len(self.get(queue)), 1 << 20)
        await_("the slots of the lost items to be free", lambda: queue.qsize() == 0)
        self.assert_free(queue._wlock)
        self.assert_usable(queue)
        self.expect_log("ended before 2 of its items were written")

    @daemon_in_sight
    def test_while_it_receives(self) -> None:
        for duplex in (True, False):
            receiver, sender = self.pipe(duplex)
            calls, far = self.pipe()
            worker = self.worker("PipeWorkers::remote", far, receiver)
            far.close()
            calls.send(("recv",))
            await_("the worker to have the call", lambda end=calls: not end.poll())  # type: ignore[misc]
            await_("the worker to wait", lambda pid=worker.pid: waits(pid))  # type: ignore[misc]
            self.terminate(worker)
            # Nothing was taken from the pipe, whose receiving end is open here, too.
            sender.send("after")
            self.assertEqual(self.recv(receiver), "after")

    def test_while_it_waits_for_a_lock(self) -> None:
        lock = self.ctx.Lock()
        for method in ("acquire", "lockInterruptibly", "lock"):
            with self.subTest(method):
                remote = Remote(self, "LockWorkers::remote", lock)
                lock.acquire()
                remote.begin(method)
                await_("the worker to wait for the lock", lambda: has_waiters(lock))
                self.terminate(remote.worker)
                self.assertEqual(semaphore_value(lock), 0)
                lock.release()
                await_("the lock to have no waiter", lambda: not has_waiters(lock))
                self.assert_free(lock)

    def test_while_it_holds_a_lock(self) -> None:
        lock = self.ctx.Lock()
        remote = Remote(self, "LockWorkers::remote", lock)
        remote.call("acquire")
        self.terminate(remote.worker)
        self.assertEqual(semaphore_value(lock), 1)
        self.expect_log("ended while it held Lock.*: released")


class KillTest(TestCase):
    """From the moment of its exit code on, a worker takes nothing any more."""

    def kill(self, worker: Any) -> None:
        """Kill a worker and wait for its end."""
        worker.kill()
        self.join(worker, exitcode=KILLED)

    def test_while_it_waits_for_a_lock(self) -> None:
        lock = self.ctx.Lock()
        for method in ("acquire", "lock"):
            for _ in range(5):
                remote = Remote(self, "LockWorkers::remote", lock)
                lock.acquire()
                remote.begin(method)
                await_("the worker to wait for the lock", lambda: has_waiters(lock))
                self.kill(remote.worker)
                lock.release()
                await_("the lock to have no waiter", lambda: not has_waiters(lock))
                self.assert_free(lock)

    def test_while_it_waits_for_the_read_lock(self) -> None:
        queue = self.queue()
        queue.put("item")
        for _ in range(5):
            near, far = self.pipe()
            queue._rlock.acquire()  # as a Python consumer does that waits for an item
            worker = self.worker("QueueWorkers::take", queue, far)
            far.close()
            await_("the worker to wait for the lock", lambda: has_waiters(queue._rlock))
            self.kill(worker)
            queue._rlock.release()
            await_("the lock to have no waiter", lambda: not has_waiters(queue._rlock))
            self.assert_free(queue._rlock)
            self.assertFalse(queue.empty(), "a dead worker took the item")
            near.close()
        self.assertEqual(self.get(queue), "item")
        self.assertEqual(queue.qsize(), 0)

    def test_while_it_waits_for_a_slot(self) -> None:
        for _ in range(5):
            queue = self.queue(maxsize=1)
            receiver, sender = self.pipe(duplex=False)
            worker = self.worker("QueueWorkers::witnessed", queue, sender, 2)
            sender.close()
            await_("the worker to wait for a slot", lambda q=queue: has_waiters(q._sem))  # type: ignore[misc]
            self.kill(worker)
            self.assertEqual(self.get(queue), 0)
            await_("the slot to have no waiter", lambda q=queue: not has_waiters(q._sem))  # type: ignore[misc]
            await_("the slot to be free", lambda q=queue: q.qsize() == 0)  # type: ignore[misc]
            self.assertTrue(queue.empty(), "a dead worker put an item")
            receiver.close()
