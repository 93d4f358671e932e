"""Locks, semaphores, conditions, events and barriers of a fork context, adopted and relayed.

The tests are those of objects with names; what is different is here.
"""

from __future__ import annotations

import test_sync_barrier
import test_sync_condition
import test_sync_endings
import test_sync_event
import test_sync_locks
from startmethods import Adopted, Relayed
from support import await_
from syncing import Peer, SyncTest, await_sleepers, counters


class AdoptedRLockTest(Adopted, test_sync_locks.RLockTest):
    """Adopted RLocks."""


class AdoptedSemaphoreTest(Adopted, test_sync_locks.SemaphoreTest):
    """Adopted semaphores."""


class AdoptedConditionTest(Adopted, test_sync_condition.ConditionTest):
    """Adopted conditions."""


class AdoptedEventTest(Adopted, test_sync_event.EventTest):
    """Adopted events."""


class AdoptedBarrierTest(Adopted, test_sync_barrier.BarrierTest):
    """Adopted barriers."""


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
