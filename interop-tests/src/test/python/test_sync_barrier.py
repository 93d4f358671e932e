"""Barriers between Python and Java: CPython's `_TestBarrier` with Java among the parties."""

from __future__ import annotations

import threading
from typing import Any

from jarpipe import errors
from support import PATIENCE, await_
from syncing import InThread, Peer, SyncTest, await_sleepers

BROKEN = "MpBrokenBarrierException"


def nothing() -> None:
    """Be an action."""


def pass_times(barrier: Any, times: int, results: Any) -> None:
    """Pass a barrier several times, and send the numbers it got; for threads and children."""
    for _ in range(times):
        results.send(barrier.wait(PATIENCE))


def wait_or_break(barrier: Any) -> Any:
    """Wait at a barrier; return the number, or that it is broken."""
    try:
        return barrier.wait()
    except threading.BrokenBarrierError:
        return "broken"


class BarrierTest(SyncTest):
    """Two Java workers and this process; or two, a thread, a forked and a spawned child."""

    JAVA = 2
    ROUNDS = 200

    def setUp(self) -> None:
        super().setUp()
        self.barrier = self.ctx.Barrier(3)
        self.addCleanup(delattr, self, "barrier")

    def peers(self, number: int = JAVA) -> list[Peer]:
        return [Peer(self, self.barrier) for _ in range(number)]

    def begin(self, peers: list[Peer], waiting: int, *timeout: float) -> None:
        """Let Java wait until so many do."""
        for peer in peers:
            peer.begin("await", 0, *timeout)
        await_sleepers(self.barrier._cond, waiting)

    def close(self, peers: list[Peer]) -> None:
        for peer in peers:
            peer.close()
        self.assert_settled(self.barrier._cond)
        self.assertEqual(self.barrier._count, 0)

    def outcomes(self, peers: list[Peer]) -> list[Any]:
        """Return the numbers that Java got, or which exception."""
        results: list[Any] = []
        for peer in peers:
            try:
                results.append(peer.end())
            except RuntimeError as error:
                self.assertIn(BROKEN, str(error))
                results.append("broken")
        return results

    def assert_passes(self, barrier: Any, times: int) -> None:
        """Let all kinds of parties pass, and check the numbers of every round."""
        receivers, parties = [], []
        for start in ("fork", "spawn", "java", "java", "thread"):
            receiver, sender = self.pipe(duplex=False)
            receivers.append(receiver)
            if start == "java":
                parties.append(self.worker("SyncWorkers::pass", sender, barrier, times))
            elif start == "thread":
                thread = InThread(pass_times, barrier, times, sender)
            else:
                parties.append(self.child(start, pass_times, barrier, times, sender))
            if start != "thread":
                sender.close()
        for _ in range(times):
            numbers = [self.recv(receiver) for receiver in receivers]
            self.assertEqual(sorted(numbers), list(range(5)))
        thread.result()
        self.join(*parties)
        self.assertEqual((barrier.n_waiting, barrier.broken, barrier._count), (0, False, 0))
        self.assert_settled(barrier._cond)

    def test_barrier(self) -> None:
        """As `test_barrier` and `test_wait_return`."""
        self.assert_passes(self.ctx.Barrier(5), 1)
        self.assert_passes(self.ctx.Barrier(5), 10)

    def test_thousand(self) -> None:
        self.assert_passes(self.ctx.Barrier(5), self.ROUNDS)

    def test_default_timeout(self) -> None:
        self.barrier = self.ctx.Barrier(3, timeout=0.1)
        peers = self.peers()
        for peer in peers:
            peer.begin("await", 0)
        self.assertEqual(self.outcomes(peers), ["broken", "broken"])
        self.assertTrue(self.barrier.broken)
        self.close(peers)

    def test_timeout(self) -> None:
        peers = self.peers()
        self.begin(peers[:1], 1)
        self.assert_raises(BROKEN, peers[1], "await", 0, 0.05)
        self.assertEqual(self.outcomes(peers[:1]), ["broken"])
        self.assertTrue(self.barrier.broken)
        self.assertRaises(threading.BrokenBarrierError, self.barrier.wait)
        self.assert_raises(BROKEN, peers[0], "await", 0)
        self.close(peers)

    def test_timeout_of_a_python_party(self) -> None:
        peers = self.peers()
        self.begin(peers, 2)
        self.barrier._parties = 4
        self.assertRaises(threading.BrokenBarrierError, self.barrier.wait, 0.05)
        self.assertEqual(self.outcomes(peers), ["broken", "broken"])
        self.close(peers)

    def test_abort(self) -> None:
        for by_java in (True, False):
            peers = self.peers()
            self.begin(peers[:1], 1)
            python = InThread(wait_or_break, self.barrier)
            await_sleepers(self.barrier._cond, 2)
            if by_java:
                peers[1].call("abort", 0)
            else:
                self.barrier.abort()
            self.assertEqual([*self.outcomes(peers[:1]), python.result()], ["broken"] * 2)
            self.assertTrue(self.barrier.broken)
            self.assertIs(peers[1].call("isBroken", 0), True)
            self.close(peers)
            self.barrier.reset()

    def test_reset(self) -> None:
        for by_java in (True, False):
            peers = self.peers()
            self.begin(peers[:1], 1)
            python = InThread(wait_or_break, self.barrier)
            await_sleepers(self.barrier._cond, 2)
            self.assertEqual(peers[1].call("waiting", 0), 2)
            self.assertEqual(self.barrier.n_waiting, 2)
            if by_java:
                peers[1].call("reset", 0)
            else:
                self.barrier.reset()
            self.assertEqual([*self.outcomes(peers[:1]), python.result()], ["broken"] * 2)
            self.assertFalse(self.barrier.broken)
            self.assertIs(peers[1].call("isBroken", 0), False)
            self.begin(peers, 2)
            self.assertEqual(
                sorted([self.barrier.wait(PATIENCE), *self.outcomes(peers)]), [0, 1, 2]
            )
            self.close(peers)

    def test_abort_and_reset(self) -> None:
        for by_java in (True, False):
            peers = self.peers()
            self.begin(peers, 2)
            self.barrier.abort()
            self.assertEqual(self.outcomes(peers), ["broken"] * 2)
            if by_java:
                peers[0].call("reset", 0)
            else:
                self.barrier.reset()
            self.begin(peers, 2)
            self.assertEqual(
                sorted([self.barrier.wait(PATIENCE), *self.outcomes(peers)]), [0, 1, 2]
            )
            self.close(peers)

    def test_single_thread(self) -> None:
        self.barrier = self.ctx.Barrier(1)
        peers = self.peers(1)
        for _ in range(2):
            self.assertEqual(peers[0].call("await", 0), 0)
            self.assertEqual(self.barrier.wait(), 0)
        self.assertEqual(peers[0].call("parties", 0), 1)
        self.close(peers)

    def test_action_is_refused(self) -> None:
        barrier = self.ctx.Barrier(2, nothing)
        process = self.ctx.Process(
            target="io.jarpipe.interop.SyncWorkers::pass", args=(None, barrier, 1)
        )
        with self.assertRaisesRegex(errors.UnsupportedArgument, "Barrier with an action cannot"):
            process.start()

    def test_interrupted_party_has_not_come(self) -> None:
        peers = self.peers()
        self.begin(peers[:1], 1)
        peers[0].worker.interrupt()
        self.join(peers[0].worker, exitcode=1)
        self.expect_stack_trace("InterruptedException")
        await_("it to leave", lambda: self.barrier.n_waiting == 0)
        self.assertFalse(self.barrier.broken)
        others = [peers[1], *self.peers(1)]
        self.begin(others, 2)
        self.assertEqual(sorted([self.barrier.wait(PATIENCE), *self.outcomes(others)]), [0, 1, 2])
        self.close(others)

    def test_closed_one_is_unusable(self) -> None:
        peers = self.peers(1)
        peers[0].call("close", 0)
        for method in ("await", "reset", "abort", "waiting", "isBroken"):
            self.assert_raises("ClosedChannelException", peers[0], method, 0)
        self.close(peers)
