"""Connections, sockets, queues and locks that workers pass on to Python.

Python is the plain standard library here: `conn.send(other_conn)` and `queue.put(conn)` work by its
resource sharer, of which Java has to play either side. Mirrors `_TestPicklingConnections` of
CPython's own tests: `test_pickling` and `test_access`.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import queue as queues
import socket
from multiprocessing import connection as mp_connection
from multiprocessing import process
from multiprocessing.reduction import ForkingPickler
from typing import Any

from passing import MANY, PassingTest, answer, non_blocking, remote_at, sharer_folder
from support import PATIENCE, await_, channels, daemon_in_sight, waits


def _send_much(connection: Any) -> None:
    connection.send_bytes(b"x" * 1_000_000)


class JavaToPython(PassingTest):
    """`connection.send(other)` and `queue.put(other)` in Java; a plain `recv()` or `get()` here."""

    def test_duplex_connection(self) -> None:
        remote = self.remote()
        mine, theirs = self.pipe()
        remote.call("keep", "c", theirs)
        theirs.close()
        with remote.call("give", "c") as given:
            self.assertIs(type(given), mp_connection.Connection)
            self.assertEqual((given.readable, given.writable), (True, True))
            self.assertFalse(non_blocking(given.fileno()))
            mine.send("to the given one")
            self.assertEqual(self.recv(given), "to the given one")
            given.send("from the given one")
            self.assertEqual(self.recv(mine), "from the given one")
        # Java keeps its own.
        remote.call("send", "c", "Java's own")
        self.assertEqual(self.recv(mine), "Java's own")
        remote.call("close", "c")
        with self.assertRaises(EOFError):
            self.recv(mine)
        remote.close()

    def test_one_way_connections(self) -> None:
        remote = self.remote()
        for end in (0, 1):
            ends = self.pipe(duplex=False)
            remote.call("keep", "c", ends[end])
            ends[end].close()
            given = remote.call("give", "c")
            remote.call("close", "c")
            with given:
                self.assertEqual((given.readable, given.writable), (end == 0, end == 1))
                self.assertFalse(non_blocking(given.fileno()))
                receiver, sender = (given, ends[1]) if end == 0 else (ends[0], given)
                self.assertFalse(receiver.poll())
                sender.send("one way")
                self.assertEqual(self.recv(receiver), "one way")
            if end == 0:
                self.assert_broken(ends[1])
            else:
                with self.assertRaises(EOFError):
                    self.recv(ends[0])
        remote.close()

    def test_full_pipe_blocks_python_as_ever(self) -> None:
        # Java's own description of the pipe is non-blocking; what it gives away must not be.
        remote = self.remote()
        receiver, sender = self.pipe(duplex=False)
        remote.call("keep", "w", sender)
        sender.close()
        given = remote.call("give", "w")
        remote.call("close", "w")
        child = self.child("spawn", _send_much, given)
        given.close()
        self.assertTrue(receiver.poll(PATIENCE))
        await_("the child to wait for room in the pipe", lambda: waits(child.pid))
        self.assertEqual(len(self.recv_bytes(receiver)), 1_000_000)
        self.join(child)
        remote.close()

    def test_nested_and_shared_inside_one_message(self) -> None:
        remote = self.remote()
        mine, theirs = self.pipe()
        remote.call("keep", "c", theirs)
        given = remote.call("giveNested", "c")
        self.assertEqual(given["plain"], "text")
        self.assertIs(given["list"][0], given["list"][1][1])
        given["list"][0].send("nested")
        self.assertEqual(self.recv(mine), "nested")
        given["list"][0].close()
        remote.close()

    def test_queue_and_lock(self) -> None:
        queue, lock = self.queue(), self.ctx.Lock()
        near, worker = self.served("PassingWorkers::remoteWith", [queue, lock])
        remote = remote_at(self, near, worker)
        given = remote.call("give", "0")
        self.assertIs(type(given), type(queue))
        given.put("by the given one")
        self.assertEqual(self.get(queue), "by the given one")
        queue.put("by the old one")
        self.assertEqual(self.get(given), "by the old one")
        remote.call("put", "0", "by Java")
        self.assertEqual(self.get(given), "by Java")
        self.assertEqual(given.qsize(), 0)
        for end in (given._reader, given._writer):
            self.assertFalse(non_blocking(end.fileno()))
        self._close_queue(given)
        given._reader.close()
        given._writer.close()

        given = remote.call("give", "1")
        self.assertIs(type(given), type(lock))
        with given:
            self.assertFalse(lock.acquire(False))
            self.assertIs(remote.call("try", "1"), False)
        self.assertIs(remote.call("acquire", "1"), True)
        self.assertFalse(given.acquire(False))
        remote.call("release", "1")
        self.assert_free(lock)
        remote.close()

    def test_bounded_queue_keeps_its_bound(self) -> None:
        queue = self.queue(2)
        near, worker = self.served("PassingWorkers::remoteWith", [queue])
        remote = remote_at(self, near, worker)
        given = remote.call("give", "0")
        given.put(1)
        remote.call("put", "0", 2)
        with self.assertRaises(queues.Full):
            given.put_nowait(3)
        self.assertEqual(sorted([self.get(queue), self.get(queue)]), [1, 2])
        self._close_queue(given)
        given._reader.close()
        given._writer.close()
        remote.close()

    def test_to_a_python_child_that_runs(self) -> None:
        for method in ("fork", "spawn", "forkserver"):
            with self.subTest(method):
                queue, lock = self.queue(), self.ctx.Lock()
                to_child, childs = self.pipe()
                child = self.child(method, answer, childs)
                childs.close()
                mine, theirs = self.pipe()
                near, worker = self.served(
                    "PassingWorkers::remoteWith", [to_child, theirs, queue, lock]
                )
                theirs.close()
                remote = remote_at(self, near, worker)

                remote.call("sendKept", "0", "1")
                mine.send("for the child")
                self.assertEqual(self.recv(mine), ("Connection", True, True, "for the child"))

                remote.call("sendKept", "0", "2")
                queue.put("for the child")
                self.assertEqual(self._get_answer(queue), ("Queue", "for the child"))

                remote.call("sendKept", "0", "3")
                self.assertEqual(self.recv(to_child), "Lock")
                self.assertIs(remote.call("try", "3"), False)
                to_child.send("release it")
                self.assertEqual(self.recv(to_child), "released")
                self.assertIs(remote.call("try", "3"), True)
                remote.call("release", "3")

                to_child.send(None)
                self.join(child)
                remote.close()
                with self.assertRaises(EOFError):
                    self.recv(mine)

    def _get_answer(self, queue: Any) -> Any:
        # Whoever is faster gets the item; the child's answer is a tuple.
        while True:
            item = self.get(queue)
            if isinstance(item, tuple):
                return item
            queue.put(item)

    def test_from_worker_to_worker(self) -> None:
        one, other = self.remote(), self.remote()
        left, right = self.pipe()
        one.call("keep", "to other", left)
        other.call("keep", "to one", right)
        left.close()
        right.close()
        mine, theirs = self.pipe()
        one.call("keep", "c", theirs)
        theirs.close()
        one.call("sendKept", "to other", "c")
        self.assertEqual(other.call("recvToKeep", "to one", "c"), "connection")
        one.close()
        other.call("send", "c", "from worker to worker")
        self.assertEqual(self.recv(mine), "from worker to worker")
        other.close()
        with self.assertRaises(EOFError):
            self.recv(mine)

    def test_through_a_queue(self) -> None:
        queue = self.queue()
        mine, theirs = self.pipe()
        near, worker = self.served("PassingWorkers::remoteWith", [queue, theirs])
        theirs.close()
        remote = remote_at(self, near, worker)
        remote.call("putKept", "0", "1")
        with self.get(queue) as given:
            given.send("through the queue")
        self.assertEqual(self.recv(mine), "through the queue")
        remote.close()
        with self.assertRaises(EOFError):
            self.recv(mine)

    @daemon_in_sight
    def test_item_that_finds_the_queue_full_is_not_kept_open(self) -> None:
        queue = self.queue(1)
        mine, theirs = self.pipe()
        near, worker = self.served("PassingWorkers::remoteWith", [queue, theirs])
        theirs.close()
        remote = remote_at(self, near, worker)
        queue.put("fills it")
        before = self.daemon_channels()
        for _ in range(3):
            self.assertIs(remote.call("offerKept", "0", "1"), False)
        self.assertLessEqual(self.daemon_channels(), before + 1)  # the sharer listens
        remote.call("close", "1")
        with self.assertRaises(EOFError):
            self.recv(mine)
        self.assertEqual(self.get(queue), "fills it")
        remote.close()

    def test_what_was_never_fetched_is_closed_with_the_worker(self) -> None:
        mine, theirs = self.pipe()
        reader, elsewhere = self.pipe()
        near, worker = self.served("PassingWorkers::neverFetched", theirs, elsewhere)
        theirs.close()
        elsewhere.close()
        self.assertEqual(self.recv(near), "sent")
        message = self.recv_bytes(reader)
        folder = sharer_folder(message)
        self.assertEqual(os.stat(folder).st_mode & 0o777, 0o700)
        self.assertFalse(mine.poll())
        near.send("end")
        self.join(worker)
        self.assertFalse(os.path.exists(folder))
        with self.assertRaises(EOFError):
            self.recv(mine)
        with self.assertRaises((FileNotFoundError, ConnectionRefusedError)):
            ForkingPickler.loads(message)

    def test_folder_goes_with_a_worker_that_is_ended_otherwise(self) -> None:
        for how, exitcode in (("terminate", -15), ("kill", -9)):
            with self.subTest(how):
                theirs = self.pipe()[1]
                reader, elsewhere = self.pipe()
                near, worker = self.served("PassingWorkers::neverFetched", theirs, elsewhere)
                self.assertEqual(self.recv(near), "sent")
                folder = sharer_folder(self.recv_bytes(reader))
                self.assertTrue(os.path.exists(folder))
                getattr(worker, how)()
                self.join(worker, exitcode=exitcode)
                self.assertFalse(os.path.exists(folder))

    def test_message_received_twice(self) -> None:
        remote = self.remote()
        theirs = self.pipe()[1]
        remote.call("keep", "c", theirs)
        remote.begin("give", "c")
        message = self.recv_bytes(remote.connection)
        _, given = ForkingPickler.loads(message)
        given.close()
        self.expect_log("a descriptor was asked for that was fetched before, or never kept")
        with self.assertRaises(EOFError):
            ForkingPickler.loads(message)
        self.await_output()
        remote.close()

    def test_receiver_with_another_authkey(self) -> None:
        remote = self.remote()
        theirs = self.pipe()[1]
        remote.call("keep", "c", theirs)
        remote.begin("give", "c")
        key = process.current_process().authkey
        process.current_process().authkey = b"another one"
        try:
            self.expect_log(
                "a client of the resource sharer was refused: digest received was wrong"
            )
            with self.assertRaises(multiprocessing.AuthenticationError):
                self.recv(remote.connection)
        finally:
            process.current_process().authkey = key
        self.await_output()
        remote.close()

    def test_receiver_that_stalls_delays_nobody(self) -> None:
        remote = self.remote()
        mine, theirs = self.pipe()
        remote.call("keep", "c", theirs)
        remote.begin("give", "c")
        message = remote.connection.recv_bytes()
        address = os.path.join(sharer_folder(message), "sharer")
        pickle.loads(message)[1].close()
        stalled = [socket.socket(socket.AF_UNIX) for _ in range(20)]
        for client in stalled:
            client.connect(address)
        for number in range(10):
            with remote.call("give", "c") as given:
                given.send(number)
                self.assertEqual(self.recv(mine), number)
        for client in stalled:
            client.close()
        remote.close()

    @daemon_in_sight
    def test_nothing_leaks_in_many_passes(self) -> None:
        mine, theirs = self.pipe()
        near, worker = self.served("PassingWorkers::give", theirs, MANY + 1)
        theirs.close()
        for number in range(MANY + 1):
            near.send("another one")
            with self.recv(near) as given:
                given.send(number)
            self.assertEqual(self.recv(mine), number)
            if number == 0:
                here, there = len(channels("self")), self.daemon_channels()
        await_("this process to close", lambda: len(channels("self")) <= here)
        await_("the daemon to close", lambda: self.daemon_channels() <= there)
        near.send("end")
        self.join(worker)
        with self.assertRaises(EOFError):
            self.recv(mine)
