"""What a worker leaves of locks, semaphores, conditions, events and barriers, however it ends."""

from __future__ import annotations

import os
import signal
from typing import Any, Callable

import jarpipe
from support import PATIENCE, WORKERS, await_, has_waiters, semaphore_value
from syncing import InThread, Peer, SyncTest, await_sleepers, counters, sleepers

TERMINATED, KILLED = -15, -9
ENDINGS = (("terminate", TERMINATED), ("kill", KILLED))


class HeldTest(SyncTest):
    """What it holds is released when it fails or is ended, and left alone when it returns."""

    def held(self, target: str = "remote") -> tuple[Peer, list[Any]]:
        """Start a worker that holds something of everything; say what, and the values when free."""
        ctx = self.ctx
        objects = [ctx.RLock(), ctx.Semaphore(3), ctx.BoundedSemaphore(2), ctx.Condition()]
        peer = Peer(self, *objects, target=target)
        for number in range(4):
            peer.call("acquire", number)
        peer.call("acquire", 0)
        peer.call("acquire", 1)
        self.assertEqual(self.values(objects), [0, 1, 1, 0])
        return peer, objects

    def values(self, objects: list[Any]) -> list[int]:
        """Return the values of the semaphores."""
        return [semaphore_value(getattr(each, "_lock", each)) for each in objects]

    def expect_released(self) -> None:
        for kind in ("RLock", "Semaphore", "BoundedSemaphore"):
            self.expect_log(rf"ended while it held {kind}\[[^\n]*: released")

    def test_throws(self) -> None:
        peer, objects = self.held("remoteThatFails")
        peer.close(exitcode=1)
        self.assertEqual(self.values(objects), [1, 3, 2, 1])
        self.expect_stack_trace("IllegalStateException: as the test wants it")
        self.expect_released()

    def test_is_ended(self) -> None:
        for method, exitcode in ENDINGS:
            peer, objects = self.held()
            getattr(peer.worker, method)()
            self.join(peer.worker, exitcode=exitcode)
            self.assertEqual(self.values(objects), [1, 3, 2, 1])
        self.expect_released()

    def test_returns(self) -> None:
        peer, objects = self.held()
        peer.close()
        self.assertEqual(self.values(objects), [0, 1, 1, 0])

    def test_throws_after_python_has_released_for_it(self) -> None:
        semaphore = self.ctx.BoundedSemaphore(1)
        peer = Peer(self, semaphore, target="remoteThatFails")
        peer.call("acquire", 0)
        semaphore.release()
        peer.close(exitcode=1)
        self.assertEqual(semaphore.get_value(), 1)
        self.expect_stack_trace("IllegalStateException: as the test wants it")


class WaitingTest(SyncTest):
    """Nobody waits for a worker that has ended: it is settled before its exit code is told."""

    def test_in_a_condition(self) -> None:
        for lock in (self.ctx.RLock(), self.ctx.Lock()):
            for method, exitcode in ENDINGS:
                for where in ("", "platform:", "virtual:"):
                    condition = self.ctx.Condition(lock)
                    peer = Peer(self, condition)
                    peer.begin(where + "guardedAwait", 0)
                    await_sleepers(condition, 1)
                    getattr(peer.worker, method)()
                    self.join(peer.worker, exitcode=exitcode)
                    self.assertEqual(sleepers(condition), 0)
                    self.assert_settled(condition, lock)

    def test_in_a_condition_whose_lock_is_taken(self) -> None:
        for method, exitcode in ENDINGS:
            condition = self.ctx.Condition()
            peer = Peer(self, condition)
            peer.begin("guardedAwait", 0)
            await_sleepers(condition, 1)
            with condition:
                getattr(peer.worker, method)()
                self.join(peer.worker, exitcode=exitcode)
                self.assertEqual(counters(condition), (1, 1, 0))
            self.assert_settled(condition)

    def test_on_a_virtual_thread_when_the_worker_returns(self) -> None:
        condition = self.ctx.Condition()
        near, far = self.pipe()
        target = "SyncWorkers::returnsWhileAVirtualThreadWaits"
        worker = self.worker(target, far, condition)
        far.close()
        await_sleepers(condition, 1)
        near.send("return now")
        self.join(worker)
        self.assertEqual(sleepers(condition), 0)
        self.assert_settled(condition)

    def test_in_an_event(self) -> None:
        for method, exitcode in ENDINGS:
            for how in ("await", "enlist", "virtual:enlist"):
                event = self.ctx.Event()
                peer = Peer(self, event)
                peer.begin(how, 0)
                if how != "await":
                    await_sleepers(event._cond, 1)
                getattr(peer.worker, method)()
                self.join(peer.worker, exitcode=exitcode)
                self.assertEqual(sleepers(event._cond), 0)
                setting = InThread(event.set)
                setting.result()
                self.assert_settled(event._cond)

    def test_in_a_barrier(self) -> None:
        for method, exitcode in ENDINGS:
            for where in ("", "virtual:"):
                barrier = self.ctx.Barrier(2)
                peer = Peer(self, barrier)
                peer.begin(where + "await", 0)
                await_sleepers(barrier._cond, 1)
                getattr(peer.worker, method)()
                self.join(peer.worker, exitcode=exitcode)
                self.assertEqual((sleepers(barrier._cond), barrier.n_waiting), (0, 0))
                other = Peer(self, barrier)
                other.begin("await", 0)
                await_sleepers(barrier._cond, 1)
                self.assertEqual(sorted((barrier.wait(PATIENCE), other.end())), [0, 1])
                other.close()
                self.assert_settled(barrier._cond)

    def test_for_an_rlock_or_a_semaphore(self) -> None:
        for method, exitcode in ENDINGS:
            for made in (self.ctx.RLock(), self.ctx.Semaphore(1)):
                made.acquire()
                peer = Peer(self, made)
                peer.begin("acquire", 0)
                await_("Java to wait", lambda m=made: has_waiters(m))  # type: ignore[misc]
                getattr(peer.worker, method)()
                self.join(peer.worker, exitcode=exitcode)
                made.release()
                await_("nobody to wait", lambda m=made: not has_waiters(m))  # type: ignore[misc]
                self.assert_free(made)


class KilledDaemonTest(SyncTest):
    """What a SIGKILL of the daemon leaves: contract of `Condition`, as with a Python process."""

    def killed_in(
        self, method: str, shared: Any, condition: Any, then: Callable[[], bool] | None = None
    ) -> None:
        """Kill a daemon of its own whose worker waits, or has done something."""
        with jarpipe.Bridge() as bridge:
            near, far = self.pipe()
            worker = bridge.get_context().Process(
                target=WORKERS + "SyncWorkers::remote", args=(far, [shared])
            )
            worker.start()
            far.close()
            near.send((method, 0))
            if then is not None:
                await_("Java to do it", then)
            elif condition is not None:
                await_sleepers(condition, 1)
                await_("the lock to be free", lambda: semaphore_value(condition._lock) == 1)
            else:
                await_("Java to have the call", lambda: not near.poll())
            assert bridge.pid is not None
            os.kill(bridge.pid, signal.SIGKILL)
            worker.join(PATIENCE)
            self.assertEqual(worker.exitcode, 255)

    def test_event_is_not_frozen_by_default(self) -> None:
        event = self.ctx.Event()
        self.killed_in("await", event, None)
        InThread(event.set).result()
        self.assertEqual(counters(event._cond), (0, 0, 0))

    def test_event_is_frozen_by_an_enlisted_waiter(self) -> None:
        event = self.ctx.Event()
        self.killed_in("enlist", event, event._cond)
        self.assert_ghost(event._cond, event.set)

    def test_condition_is_frozen(self) -> None:
        condition = self.ctx.Condition()
        self.killed_in("guardedAwait", condition, condition)

        def notify() -> None:
            with condition:
                condition.notify()

        self.assert_ghost(condition, notify)

    def assert_ghost(self, condition: Any, notify: Any) -> None:
        """Check that Python waits for the dead, until somebody counts it as woken."""
        self.assertEqual(counters(condition), (1, 0, 0))
        notifying = InThread(notify)
        await_("Python to wait for ever", lambda: has_waiters(condition._woken_count))
        self.assertEqual(semaphore_value(condition._lock), 0)
        condition._woken_count.release()
        notifying.result()
        self.assertEqual(counters(condition), (0, 0, 0))
