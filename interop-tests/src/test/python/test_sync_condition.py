"""Conditions between Python and Java: CPython's `_TestCondition` with Java among the parties."""

from __future__ import annotations

import os
import tempfile
from typing import Any

from support import PATIENCE, await_, has_waiters
from syncing import (
    InThread,
    Peer,
    SyncTest,
    await_sleepers,
    counters,
    sleepers,
    wait_in,
)

NOT_MINE = "IllegalMonitorStateException: must acquire\\(\\) condition before using wait\\(\\)"
NOT_OWNED = "IllegalMonitorStateException: lock is not owned"


class Parties:
    """Sleepers of every kind: two Java workers, a forked and a spawned child, a thread."""

    def __init__(self, test: SyncTest, condition: Any, seconds: float | None = None) -> None:
        self._test = test
        self._peers = [Peer(test, condition) for _ in range(2)]
        self._pipes = []
        self._children = []
        for method in ("fork", "spawn"):
            receiver, sender = test.pipe(duplex=False)
            self._children.append(test.child(method, wait_in, condition, seconds, sender))
            self._pipes.append(receiver)
            sender.close()
        receiver, sender = test.pipe(duplex=False)
        self._pipes.append(receiver)
        self._thread = InThread(wait_in, condition, seconds, sender)
        for peer in self._peers:
            peer.begin("guardedAwait", 0, *(() if seconds is None else (seconds,)))
        self.number = len(self._peers) + len(self._pipes)

    def woken(self) -> int:
        """Tell how many have said that they are awake."""
        ends = [*(peer.connection for peer in self._peers), *self._pipes]
        return sum(end.poll() for end in ends)

    def end(self) -> list[Any]:
        """Return what the waits have returned, and wait for the parties to end."""
        results = [peer.end() for peer in self._peers]
        results += [self._test.recv(pipe) for pipe in self._pipes]
        self._thread.result()
        self._test.join(*self._children)
        for peer in self._peers:
            peer.close()
        return results


class ConditionTest(SyncTest):
    """Over an RLock, as by default, and over a Lock."""

    def conditions(self) -> Any:
        """Return the two kinds of conditions."""
        return (
            self.ctx.Condition(),
            self.ctx.Condition(self.ctx.Lock()),
        )

    def test_notify(self) -> None:
        for condition in self.conditions():
            parties = Parties(self, condition)
            await_sleepers(condition, parties.number)
            notifier = Peer(self, condition)
            for woken in range(1, parties.number + 1):
                self.assertEqual(parties.woken(), woken - 1)
                if woken % 2:
                    notifier.call("guardedSignal", 0, 1)
                else:
                    with condition:
                        condition.notify()
                self.assertEqual(sleepers(condition), parties.number - woken)
                await_("one to wake", lambda p=parties, n=woken: p.woken() == n)  # type: ignore[misc]
            self.assertEqual(parties.end(), [True] * parties.number)
            notifier.close()
            self.assert_settled(condition)

    def test_notify_all(self) -> None:
        for condition in self.conditions():
            for by_java in (True, False):
                # Those that have given up are settled by the notify.
                late = Peer(self, condition)
                self.assertIs(late.call("guardedAwait", 0, 0.01), False)
                parties = Parties(self, condition)
                await_sleepers(condition, parties.number)
                self.assertEqual(counters(condition), (parties.number + 1, 1, 0))
                if by_java:
                    late.call("signalAll", 0)
                else:
                    with condition:
                        condition.notify_all()
                self.assertEqual(counters(condition), (0, 0, 0))
                self.assertEqual(parties.end(), [True] * parties.number)
                late.close()
                self.assert_settled(condition)

    def test_notify_n(self) -> None:
        for condition in self.conditions():
            for by_java in (True, False):
                parties = Parties(self, condition)
                await_sleepers(condition, parties.number)
                notifier = Peer(self, condition)
                for n, woken in ((0, 0), (2, 2), (2, 4), (3, 5)):
                    if by_java:
                        notifier.call("guardedSignal", 0, n)
                    else:
                        with condition:
                            condition.notify(n=n)
                    self.assertEqual(sleepers(condition), parties.number - woken)
                    await_("them to wake", lambda p=parties, w=woken: p.woken() == w)  # type: ignore[misc]
                self.assertEqual(parties.end(), [True] * parties.number)
                notifier.close()
                self.assert_settled(condition)

    def test_timeout(self) -> None:
        for condition in self.conditions():
            peer = Peer(self, condition)
            for seconds in (-1, 0, 0.05):
                self.assertIs(peer.call("guardedAwait", 0, seconds), False)
            self.assertEqual(counters(condition), (3, 3, 0))
            with condition:
                self.assertFalse(condition.wait(0.01))
            self.assertEqual(counters(condition), (4, 4, 0))
            peer.call("guardedSignal", 0, 1)
            self.assertEqual(counters(condition), (0, 0, 0))
            self.assertIs(peer.call("guardedAwait", 0, 0.01), False)
            with condition:
                condition.notify()
            self.assertEqual(counters(condition), (0, 0, 0))
            peer.close()

    def test_waitfor(self) -> None:
        for condition in self.conditions():
            with tempfile.TemporaryDirectory() as folder:
                file = os.path.join(folder, "it holds")
                peer = Peer(self, condition)
                peer.begin("waitForFile", 0, file)
                for _ in range(3):
                    await_sleepers(condition, 1)
                    with condition:
                        condition.notify()
                await_sleepers(condition, 1)
                self.assertFalse(peer.connection.poll())
                with condition:
                    open(file, "w").close()
                    condition.notify()
                self.assertIs(peer.end(), True)
                self.assertIs(peer.call("waitForFile", 0, file), True)
                peer.close()
            self.assert_settled(condition)

    def test_waitfor_timeout(self) -> None:
        for condition in self.conditions():
            with tempfile.TemporaryDirectory() as folder:
                file = os.path.join(folder, "it holds")
                peer = Peer(self, condition)
                self.assertIs(peer.call("waitForFile", 0, file, 0.05), False)
                peer.begin("waitForFile", 0, file, PATIENCE)
                await_sleepers(condition, 1)
                with condition:
                    open(file, "w").close()
                    condition.notify()
                self.assertIs(peer.end(), True)
                peer.close()
            self.assert_settled(condition)

    def test_wait_result(self) -> None:
        for condition in self.conditions():
            peer = Peer(self, condition)
            with condition:
                self.assertFalse(condition.wait(0))
                peer.begin("guardedSignal", 0, 1)
                self.assertTrue(condition.wait(PATIENCE))
            peer.end()
            peer.begin("guardedAwait", 0, PATIENCE)
            await_sleepers(condition, 1)
            with condition:
                condition.notify()
            self.assertIs(peer.end(), True)
            peer.close()
            self.assert_settled(condition)

    def test_without_the_lock(self) -> None:
        for condition in self.conditions():
            peer = Peer(self, condition)
            for seconds in ((), (0,)):
                self.assert_raises(NOT_MINE, peer, "await", 0, *seconds)
            self.assert_raises(NOT_OWNED, peer, "signal", 0, 1)
            with condition:
                self.assert_raises(NOT_MINE, peer, "await", 0)
                self.assert_raises(NOT_OWNED, peer, "signal", 0, 1)
            peer.call("acquire", 0)
            self.assert_raises(NOT_MINE, peer, "platform:await", 0)
            self.assert_raises(NOT_OWNED, peer, "virtual:signal", 0, 1)
            self.assertRaises(AssertionError, condition.notify)
            peer.call("release", 0)
            self.assertEqual(counters(condition), (0, 0, 0))
            peer.close()

    def test_wait_gives_back_a_lock_that_was_acquired_several_times(self) -> None:
        lock = self.ctx.RLock()
        condition = self.ctx.Condition(lock)
        peer = Peer(self, condition, lock)
        for _ in range(2):
            peer.call("acquire", 1)
        peer.call("acquire", 0)
        peer.begin("await", 0)
        await_sleepers(condition, 1)
        with condition:  # it is free
            condition.notify()
        self.assertIs(peer.end(), True)
        for _ in range(3):
            self.assertFalse(lock.acquire(timeout=0.01))
            peer.call("release", 1)
        self.assertTrue(lock.acquire(timeout=PATIENCE))
        lock.release()
        peer.close()

    def test_two_conditions_of_one_lock(self) -> None:
        lock = self.ctx.Lock()
        one, other = self.ctx.Condition(lock), self.ctx.Condition(lock)
        first, second = Peer(self, one, other), Peer(self, one, other)
        first.begin("guardedAwait", 0)
        second.begin("guardedAwait", 1)
        await_sleepers(one, 1)
        await_sleepers(other, 1)
        with other:
            other.notify_all()
        self.assertIs(second.end(), True)
        self.assertEqual(sleepers(one), 1)
        second.call("close", 1)
        second.call("signalAll", 0)  # whose lock the other's close has left alone
        self.assertIs(first.end(), True)
        first.close()
        second.close()
        self.assert_settled(one, lock)
        self.assert_settled(other, lock)

    def test_threads_of_one_worker_sleep_in_one_object(self) -> None:
        for condition in self.conditions():
            near, far = self.pipe()
            worker = self.worker("SyncWorkers::sleepers", far, condition, 3)
            far.close()
            await_sleepers(condition, 3)
            near.send("wake them")
            self.assertEqual(self.recv(near), 3)
            self.assertEqual(counters(condition), (0, 0, 0))
            self.join(worker)
            self.assert_settled(condition)

    def test_close_ends_waits_in_other_threads(self) -> None:
        for condition in self.conditions():
            peer = Peer(self, condition)
            waiting = Peer(self, condition)
            waiting.begin("virtual:guardedAwait", 0)
            await_sleepers(condition, 1)
            peer.call("close", 0)  # another worker's object, which is none of the first one's
            for method in ("acquire", "release", "await", "signalAll"):
                self.assert_raises("ClosedChannelException", peer, method, 0)
            self.assertEqual(sleepers(condition), 1)
            with condition:
                condition.notify()
            self.assertIs(waiting.end(), True)
            peer.close()
            waiting.close()

    def test_interrupt_gives_back_and_acquires_again(self) -> None:
        for condition in self.conditions():
            peer = Peer(self, condition)
            peer.call("acquire", 0)
            peer.begin("await", 0)
            await_sleepers(condition, 1)
            condition.acquire()
            peer.worker.interrupt()
            await_("Java to wait for the lock", lambda c=condition: has_waiters(c._lock))  # type: ignore[misc]
            self.assertEqual(counters(condition), (1, 1, 0))
            condition.release()
            # It throws with the lock held, which its end gives back.
            self.join(peer.worker, exitcode=1)
            self.assert_settled(condition)
        self.expect_stack_trace("InterruptedException")
        self.expect_release()

    def expect_release(self) -> None:
        """Announce that the end of a worker gives back what it got after an interrupted wait."""
        self.expect_log("ended while it held R?Lock[^\\n]*: released")

    def test_mixed_stress(self) -> None:
        for condition in self.conditions():
            peers = [Peer(self, condition) for _ in range(2)]
            for round_number in range(30):
                for peer in peers:
                    peer.begin("guardedAwait", 0, 0.001 if round_number % 2 else PATIENCE)
                if not round_number % 2:
                    await_sleepers(condition, 2)
                with condition:
                    condition.notify_all()
                results = [peer.end() for peer in peers]
                if not round_number % 2:
                    self.assertEqual(results, [True, True])
            for peer in peers:
                peer.close()
            self.assert_settled(condition)
