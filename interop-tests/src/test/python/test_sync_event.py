"""Events between Python and Java: CPython's `_TestEvent`, and both ways to wait."""

from __future__ import annotations

import threading
from typing import Any

from support import PATIENCE, await_, daemon_in_sight, has_waiters, semaphore_value, waits
from syncing import InThread, Peer, SyncTest, await_sleepers, counters

WAITS = ("await", "enlist")


def set_after(event: Any, connection: Any) -> None:
    """In a child: set an event when told to."""
    connection.recv()
    event.set()


def set_again_until(event: Any, stop: Any) -> None:
    """Set an event that is set, again and again."""
    while not stop.is_set():
        event.set()


class EventTest(SyncTest):
    """Whoever sets it, and whoever waits."""

    LOOKS = 30_000

    def test_event(self) -> None:
        """As `_TestEvent.test_event`, with everything done by Java."""
        event = self.ctx.Event()
        peer = Peer(self, event)
        self.assertIs(peer.call("isSet", 0), False)
        for method in WAITS:
            for seconds in (-1, 0, 0.05):
                self.assertIs(peer.call(method, 0, seconds), False)
        peer.call("set", 0)
        self.assertTrue(event.is_set())
        self.assertIs(peer.call("isSet", 0), True)
        for method in WAITS:
            for arguments in ((), (0,), (1,)):
                self.assertIs(peer.call(method, 0, *arguments), True)
        peer.call("clear", 0)
        peer.call("clear", 0)
        self.assertFalse(event.is_set())
        self.assertIs(peer.call("isSet", 0), False)
        self.assertEqual(semaphore_value(event._flag), 0)
        peer.close()
        self.assert_settled(event._cond)

    def test_set_by_another_process(self) -> None:
        """As the end of `_TestEvent.test_event`, with Java, fork, spawn and a thread setting."""
        for how in ("java", "fork", "spawn", "thread"):
            for method in WAITS:
                event = self.ctx.Event()
                waiter = Peer(self, event)
                if how == "java":
                    setter = Peer(self, event)
                elif how != "thread":
                    near, far = self.pipe()
                    child = self.child(how, set_after, event, far)
                waiter.begin(method, 0)
                if method == "enlist":
                    await_sleepers(event._cond, 1)
                self.assertFalse(waiter.connection.poll())
                if how == "java":
                    setter.call("set", 0)
                    setter.close()
                elif how == "thread":
                    InThread(event.set).result()
                else:
                    near.send("set it")
                    self.join(child)
                self.assertIs(waiter.end(), True)
                waiter.close()
                self.assert_settled(event._cond)

    def test_python_waits(self) -> None:
        event = self.ctx.Event()
        peer = Peer(self, event)
        threads = [InThread(event.wait, PATIENCE) for _ in range(3)]
        await_sleepers(event._cond, 3)
        peer.call("set", 0)
        self.assertEqual([thread.result() for thread in threads], [True] * 3)
        self.assertEqual(counters(event._cond), (0, 0, 0))
        peer.close()

    @daemon_in_sight
    def test_waiting_does_not_enlist_unless_asked_for(self) -> None:
        event = self.ctx.Event()
        peers = [Peer(self, event) for _ in WAITS]
        for peer, method in zip(peers, WAITS):
            peer.begin(method, 0)
        await_sleepers(event._cond, 1)
        await_("both to wait", lambda: waits(peers[0].worker.pid))
        self.assertEqual(counters(event._cond), (1, 0, 0))
        event.set()
        self.assertEqual([peer.end() for peer in peers], [True, True])
        for peer in peers:
            peer.close()
        self.assert_settled(event._cond)

    def test_virtual_threads_wait(self) -> None:
        event = self.ctx.Event()
        peers = [Peer(self, event) for _ in WAITS]
        for peer, method in zip(peers, WAITS):
            peer.begin("virtual:" + method, 0)
        await_sleepers(event._cond, 1)
        event.set()
        self.assertEqual([peer.end() for peer in peers], [True, True])
        for peer in peers:
            peer.close()

    def test_set_event_is_not_believed_to_be_not_set_while_it_is_set_again(self) -> None:
        event = self.ctx.Event()
        event.set()
        peer = Peer(self, event)
        with event._cond:  # what set() does on a set event, one step after the other
            self.assertTrue(event._flag.acquire(False))
            peer.begin("isSet", 0)
            await_("Java to wait for the lock", lambda: has_waiters(event._cond._lock))
            event._flag.release()
        self.assertIs(peer.end(), True)
        peer.close()

    def test_set_event_is_never_seen_as_not_set(self) -> None:
        event = self.ctx.Event()
        event.set()
        stop = threading.Event()
        peer = Peer(self, event)
        threads = [InThread(set_again_until, event, stop)]
        try:
            self.assertEqual(peer.call("countFalse", 0, self.LOOKS), 0)
        finally:
            stop.set()
        for thread in threads:
            thread.result()
        peer.close()

    def test_close(self) -> None:
        event = self.ctx.Event()
        peer = Peer(self, event)
        peer.call("close", 0)
        for method in ("isSet", "set", "clear", *WAITS):
            self.assert_raises("ClosedChannelException", peer, method, 0)
        peer.close()
        event.set()
        self.assertTrue(event.wait(PATIENCE))
