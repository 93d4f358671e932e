"""Locks, semaphores, conditions, events and barriers of a fork context, adopted and relayed.

The tests are those of objects with names; what is different is here.
"""

from __future__ import annotations

import test_sync_barrier
import test_sync_condition
import test_sync_endings
import test_sync_event
import test_sync_locks
from startmethods import Adopted, AdoptedInForks, Relayed
from support import PATIENCE, await_, has_waiters, semaphore_value
from syncing import InThread, Peer, SyncTest, await_sleepers, counters


class AdoptedRLockTest(Adopted, test_sync_locks.RLockTest):
    """Adopted RLocks."""


class AdoptedSemaphoreTest(Adopted, test_sync_locks.SemaphoreTest):
    """Adopted semaphores."""


class AdoptedConditionTest(AdoptedInForks, test_sync_condition.ConditionTest):
    """Adopted conditions."""


class AdoptedEventTest(AdoptedInForks, test_sync_event.EventTest):
    """Adopted events."""

    LOOKS = 3000


class AdoptedBarrierTest(AdoptedInForks, test_sync_barrier.BarrierTest):
    """Adopted barriers."""

    ROUNDS = 50


class AdoptedHeldTest(Adopted, test_sync_endings.HeldTest):
    """What is held of adopted objects."""


class AdoptedWaitingTest(Adopted, test_sync_endings.WaitingTest):
    """Waits for adopted objects."""


class RelayedRLockTest(Relayed, test_sync_locks.RLockTest):
    """Relayed RLocks: a thread of this process owns them for a thread in Java."""


class RelayedSemaphoreTest(Relayed, test_sync_locks.SemaphoreTest):
    """Relayed semaphores."""


class RelayedConditionTest(Relayed, test_sync_condition.ConditionTest):
    """Relayed conditions: a thread of this process sleeps for Java."""

    def expect_release(self) -> None:
        """Nothing is said of it: this process has acquired the lock, after a wait given up."""


class RelayedEventTest(Relayed, test_sync_event.EventTest):
    """Relayed events."""

    LOOKS = 300

    def test_waiting_does_not_enlist_unless_asked_for(self) -> None:
        """It does, but who is enlisted is a thread of this process, which sees Java's end."""
        event = self.ctx.Event()
        peers = [Peer(self, event) for _ in test_sync_event.WAITS]
        for peer, method in zip(peers, test_sync_event.WAITS):
            peer.begin(method, 0)
        await_sleepers(event._cond, 2)
        for peer in peers:
            peer.worker.kill()
        self.join(*(peer.worker for peer in peers), exitcode=-9)
        await_sleepers(event._cond, 0)
        event.set()
        self.assertEqual(counters(event._cond), (0, 0, 0))

    def test_virtual_threads_wait(self) -> None:
        event = self.ctx.Event()
        peers = [Peer(self, event) for _ in test_sync_event.WAITS]
        for peer, method in zip(peers, test_sync_event.WAITS):
            peer.begin("virtual:" + method, 0)
        await_sleepers(event._cond, 2)
        event.set()
        self.assertEqual([peer.end() for peer in peers], [True, True])
        for peer in peers:
            peer.close()


class RelayedBarrierTest(Relayed, test_sync_barrier.BarrierTest):
    """Relayed barriers: a thread of this process is the party for Java."""

    ROUNDS = 50


class RelayedHeldTest(Relayed, test_sync_endings.HeldTest):
    """What is held of relayed objects."""


class RelayedWaitingTest(Relayed, test_sync_endings.WaitingTest):
    """Waits for relayed objects."""

    def test_in_a_condition_whose_lock_is_taken(self) -> None:
        """The thread that slept for Java settles what it has counted, and waits for the lock."""
        for method, exitcode in test_sync_endings.ENDINGS:
            condition = self.ctx.Condition()
            peer = Peer(self, condition)
            peer.begin("guardedAwait", 0)
            await_sleepers(condition, 1)
            with condition:
                getattr(peer.worker, method)()
                SyncTest.join(self, peer.worker, exitcode=exitcode)
                await_("it to leave", lambda c=condition: counters(c) == (1, 1, 0))  # type: ignore[misc]
            self.await_relays()
            self.assert_settled(condition)


class RelayedKilledDaemonTest(Relayed, test_sync_endings.KilledDaemonTest):
    """A SIGKILL of the daemon leaves nothing: the thread that waited or held for Java sees it."""

    def test_event_is_not_frozen_by_default(self) -> None:
        self.assert_event("await")

    def test_event_is_frozen_by_an_enlisted_waiter(self) -> None:
        """It is not."""
        self.assert_event("enlist")

    def assert_event(self, method: str) -> None:
        event = self.ctx.Event()
        self.killed_in(method, event, event._cond)
        self.await_relays()
        await_sleepers(event._cond, 0)
        InThread(event.set).result()
        self.assertEqual(counters(event._cond), (0, 0, 0))

    def test_condition_is_frozen(self) -> None:
        """It is not."""
        condition = self.ctx.Condition()
        self.killed_in("guardedAwait", condition, condition)
        self.await_relays()
        self.assert_settled(condition)

    def test_barrier_has_lost_a_party(self) -> None:
        barrier = self.ctx.Barrier(2)
        self.killed_in("await", barrier, barrier._cond)
        self.await_relays()
        self.assertEqual((barrier.n_waiting, barrier.broken), (0, False))
        peer = Peer(self, barrier)
        peer.begin("await", 0)
        self.assertEqual(sorted((barrier.wait(PATIENCE), peer.end())), [0, 1])
        peer.close()

    def test_what_it_held_is_free(self) -> None:
        for made in (self.ctx.RLock(), self.ctx.Semaphore(1), self.ctx.BoundedSemaphore(1)):
            self.killed_in("acquire", made, None, then=lambda m=made: semaphore_value(m) == 0)  # type: ignore[misc]
            self.await_relays()
            self.assert_free(made)
            self.expect_log(rf"ended while it held {type(made).__name__}[^\n]*: released")

    def test_what_it_waited_for_is_not_taken(self) -> None:
        for made in (self.ctx.RLock(), self.ctx.Semaphore(1), self.ctx.Condition()._lock):
            made.acquire()
            self.killed_in("acquire", made, None, then=lambda m=made: has_waiters(m))  # type: ignore[misc]
            self.await_relays()
            made.release()
            self.assert_free(made)
