"""Connections, sockets, queues and locks that Python passes on to workers that run.

Python is the plain standard library here: `conn.send(other_conn)` and `queue.put(conn)` work by its
resource sharer, of which Java has to play either side. Mirrors `_TestPicklingConnections` of
CPython's own tests: `test_pickling` and `test_access`.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import socket
from multiprocessing import connection as mp_connection
from multiprocessing import process, resource_sharer
from multiprocessing.reduction import ForkingPickler
from typing import Any

from passing import MANY, PassingTest, read, remote_at, send_and_die
from support import PATIENCE, Remote, await_, channels, daemon_in_sight


class _Rebuilt:
    """Pickles as a Connection with a given ticket."""

    def __init__(self, ticket: Any) -> None:
        self.ticket = ticket

    def __reduce__(self) -> Any:
        return mp_connection.rebuild_connection, (self.ticket, True, True)  # type: ignore[attr-defined]


class _Spawning:
    """As much of a Popen as pickling needs."""

    DupFd = staticmethod(resource_sharer.DupFd)

    @staticmethod
    def duplicate_for_child(fd: int) -> int:
        return fd


def _spawn_pickle(value: Any) -> bytes:
    """Pickle what may only be inherited, with its descriptors at the resource sharer."""
    previous = multiprocessing.context.get_spawning_popen()
    multiprocessing.context.set_spawning_popen(_Spawning)  # type: ignore[arg-type]
    try:
        return bytes(ForkingPickler.dumps(value))
    finally:
        multiprocessing.context.set_spawning_popen(previous)


class PythonToJava(PassingTest):
    """`conn.send(other)` and `queue.put(other)` arrive as live objects."""

    def test_duplex_connection(self) -> None:
        remote = self.remote()
        near, far = self.pipe()
        self.assertEqual(remote.call("keep", "c", far), "connection")
        far.close()
        self.assertEqual(remote.call("abilities", "c"), (True, True))
        near.send({"over": "the passed one"})
        self.assertEqual(remote.call("recv", "c"), {"over": "the passed one"})
        remote.call("send", "c", [1, 2, 3])
        self.assertEqual(self.recv(near), [1, 2, 3])
        remote.call("close", "c")
        with self.assertRaises(EOFError):
            self.recv(near)
        remote.close()

    def test_one_way_connections_as_in_cpythons_test_access(self) -> None:
        remote = self.remote()
        receiver, sender = self.pipe(duplex=False)
        remote.call("keep", "w", sender)
        sender.close()
        self.assertEqual(remote.call("abilities", "w"), (False, True))
        remote.call("send", "w", "from Java")
        self.assertEqual(self.recv(receiver), "from Java")
        with self.assertRaisesRegex(RuntimeError, "connection is write-only"):
            remote.call("recv", "w")
        remote.call("close", "w")
        with self.assertRaises(EOFError):
            self.recv(receiver)

        receiver, sender = self.pipe(duplex=False)
        remote.call("keep", "r", receiver)
        receiver.close()
        self.assertEqual(remote.call("abilities", "r"), (True, False))
        sender.send("to Java")
        self.assertEqual(remote.call("recv", "r"), "to Java")
        with self.assertRaisesRegex(RuntimeError, "connection is read-only"):
            remote.call("send", "r", 1)
        remote.call("close", "r")
        self.assert_broken(sender)
        remote.close()

    def test_connections_of_listeners_as_in_cpythons_test_pickling(self) -> None:
        # The child process of CPython's test, which uppercases over each connection, is Java here.
        for family in ("AF_UNIX", "AF_INET"):
            with self.subTest(family):
                remote = self.remote()
                with mp_connection.Listener(family=family) as listener:
                    with mp_connection.Client(listener.address) as client:
                        accepted = listener.accept()
                        remote.call("keep", "c", accepted)
                        accepted.close()
                        client.send("hello")
                        self.assertEqual(remote.call("recv", "c"), "hello")
                        remote.call("send", "c", "HELLO")
                        self.assertEqual(self.recv(client), "HELLO")
                        remote.close()
                        with self.assertRaises(EOFError):
                            self.recv(client)

    def test_nested_and_shared_inside_one_message(self) -> None:
        remote = self.remote()
        far = self.pipe()[1]
        second = self.pipe()[1]
        message = {"list": [far, (1, far)], "deep": ({"k": [second]},), "plain": "text"}
        self.assertEqual(
            remote.call("kinds", "", message),
            {
                "list": ["connection", (1, "connection")],
                "deep": ({"k": ["connection"]},),
                "plain": "text",
            },
        )
        remote.close()
        self.assertEqual(len(resource_sharer._resource_sharer._cache), 0)  # type: ignore[attr-defined]

    def test_text_that_only_mentions_multiprocessing_is_left_alone(self) -> None:
        remote = self.remote()
        cyclic: list[Any] = ["multiprocessing.connection"]
        cyclic.append(cyclic)
        for value in (
            "multiprocessing",
            {"multiprocessing.synchronize": ["Lock"]},
            multiprocessing.TimeoutError("late"),
        ):
            self.assertEqual(repr(remote.call("kinds", "", value)), repr(value))
        self.assertEqual(remote.call("keep", "x", cyclic)[0], "multiprocessing.connection")
        remote.close()

    def test_connection_through_a_queue(self) -> None:
        queue = self.queue()
        near, worker = self.served("PassingWorkers::remoteWith", [queue])
        remote = remote_at(self, near, worker)
        mine, theirs = self.pipe()
        queue.put({"connection": [theirs]})
        self.assertEqual(list(remote.call("getToKeep", "0", "message")), ["connection"])
        queue.put(theirs)
        remote.call("getToKeep", "0", "c")
        theirs.close()
        mine.send("through the queue")
        self.assertEqual(remote.call("recv", "c"), "through the queue")
        remote.close()
        with self.assertRaises(EOFError):
            self.recv(mine)

    def test_connections_through_a_queue_of_connections(self) -> None:
        queue = self.queue()
        worker = self.worker("PassingWorkers::greet", queue)
        for _ in range(3):
            mine, theirs = self.pipe()
            queue.put(theirs)
            self.assertEqual(self.recv(mine), "greetings")
            theirs.close()
            with self.assertRaises(EOFError):
                self.recv(mine)
        queue.put(None)
        self.join(worker)

    def test_connection_over_a_passed_connection(self) -> None:
        remote = self.remote()
        first, far = self.pipe()
        remote.call("keep", "first", far)
        far.close()
        second, far = self.pipe()
        first.send(far)
        self.assertEqual(remote.call("recvToKeep", "first", "second"), "connection")
        far.close()
        second.send("two steps away")
        self.assertEqual(remote.call("recv", "second"), "two steps away")
        remote.close()

    def test_sockets(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            tcp = socket.create_connection(server.getsockname())
            accepted = server.accept()[0]
        for ours, theirs in (socket.socketpair(), (tcp, accepted)):
            with self.subTest(ours.family), ours:
                theirs.settimeout(PATIENCE)  # makes the description non-blocking
                remote = self.remote()
                self.assertEqual(remote.call("keep", "s", theirs), "socket")
                ours.sendall(b"ping")
                self.assertEqual(remote.call("read", "s", 4), b"ping")
                remote.begin("write", "s", b"pong" * 100_000)
                self.assertEqual(read(ours, 400_000), b"pong" * 100_000)
                self.assertIsNone(remote.end())
                given_back = remote.call("give", "s")
                with given_back:
                    self.assertEqual(
                        (given_back.family, given_back.type, given_back.proto),
                        (theirs.family, theirs.type, theirs.proto),
                    )
                    given_back.sendall(b"again")
                self.assertEqual(read(ours, 5), b"again")
                theirs.close()
                ours.shutdown(socket.SHUT_WR)
                self.assertEqual(remote.call("readAll", "s"), "")
                remote.call("shutdown", "s")
                self.assertEqual(ours.recv(1), b"")
                remote.close()

    def test_socket_as_an_argument_of_the_process(self) -> None:
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                near, worker = self.served("PassingWorkers::remoteWith", [theirs])
            remote = remote_at(self, near, worker)
            remote.call("write", "0", b"argument")
            self.assertEqual(read(ours, 8), b"argument")
            remote.close()
            self.assertEqual(ours.recv(1), b"")

    def test_datagram_socket_is_refused_and_not_kept_waiting(self) -> None:
        remote, near = self._remote_with_channel()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
            near.send([datagram])
        with self.assertRaisesRegex(RuntimeError, "UNSUPPORTED: only stream sockets"):
            remote.call("recvToKeep", "c", "s")
        self.assertEqual(len(resource_sharer._resource_sharer._cache), 0)  # type: ignore[attr-defined]
        remote.close()

    def _remote_with_channel(self) -> tuple[Remote, Any]:
        """Start a worker that has a connection named c."""
        remote = self.remote()
        near, far = self.pipe()
        remote.call("keep", "c", far)
        far.close()
        return remote, near

    def assert_refused(self, remote: Remote, near: Any, reason: str) -> None:
        """Check that the next message is refused, and the one after it arrives."""
        with self.assertRaisesRegex(RuntimeError, reason):
            remote.call("recvToKeep", "c", "x")
        near.send("next")
        self.assertEqual(remote.call("recv", "c"), "next")

    def test_sender_that_has_died(self) -> None:
        remote, near = self._remote_with_channel()
        mine, theirs = self.pipe()
        child = self.child("spawn", send_and_die, near, theirs)
        self.join(child)
        self.assert_refused(remote, near, "SENDER_GONE: .*(ECONNREFUSED|ENOENT)")
        theirs.close()
        with self.assertRaises(EOFError):
            self.recv(mine)
        remote.close()

    def test_message_that_was_received_before(self) -> None:
        remote, near = self._remote_with_channel()
        theirs = self.pipe()[1]
        message = ForkingPickler.dumps(theirs)
        near.send_bytes(message)
        self.assertEqual(remote.call("recvToKeep", "c", "passed"), "connection")
        near.send_bytes(message)
        self.expect_output(r"(?s)(Traceback.*?|\s*-+\n)*KeyError: \d+\n")
        self.assert_refused(remote, near, "ALREADY_RECEIVED: .*each sending serves one receiver")
        self.await_output()
        remote.close()

    def test_other_authkey(self) -> None:
        remote, near = self._remote_with_channel()
        theirs = self.pipe()[1]
        resource_sharer.stop(PATIENCE)
        key = process.current_process().authkey
        process.current_process().authkey = b"another one"
        try:
            near.send(theirs)
            self.expect_output(r"(?s)Traceback.*AuthenticationError: digest received was wrong\n")
            self.assert_refused(remote, near, "AUTHENTICATION: .*digest sent was rejected")
            resource_sharer.stop(PATIENCE)
        finally:
            process.current_process().authkey = key
        self.await_output()
        remote.close()

    def test_failure_closes_what_the_message_had_brought_before(self) -> None:
        remote, near = self._remote_with_channel()
        mine, theirs = self.pipe()
        ticket = resource_sharer.DupFd(theirs.fileno())
        theirs.close()
        near.send([_Rebuilt(ticket), _Rebuilt(ticket)])
        self.expect_output(r"(?s)(Traceback.*?|\s*-+\n)*KeyError: \d+\n")
        self.assert_refused(remote, near, "ALREADY_RECEIVED")
        with self.assertRaises(EOFError):  # Java has had it, and closed it again
            self.recv(mine)
        self.await_output()
        remote.close()

    def test_other_shared_objects_are_refused(self) -> None:
        remote, near = self._remote_with_channel()
        for made in (self.ctx.Value("i", 1), self.ctx.Barrier(2, os.getpid)):
            near.send_bytes(_spawn_pickle(made))
            self.assert_refused(remote, near, "cannot be shared with a Java worker")
        remote.close()

    def test_connection_pickled_as_a_number_is_refused(self) -> None:
        remote, near = self._remote_with_channel()
        near.send_bytes(pickle.dumps(near))
        self.assert_refused(remote, near, "plain pickle is a number without meaning")
        remote.close()

    @daemon_in_sight
    def test_nothing_leaks_in_many_passes(self) -> None:
        near, worker = self.served("PassingWorkers::answerOnce", MANY + 1)
        for number in range(MANY + 1):
            mine, theirs = self.ctx.Pipe(duplex=True)
            near.send(theirs)
            theirs.close()
            mine.send(number)
            self.assertEqual(self.recv(mine), number)
            mine.close()
            if number == 0:
                here, there = len(channels("self")), self.daemon_channels()
        await_("this process to close", lambda: len(channels("self")) <= here)
        await_("the daemon to close", lambda: self.daemon_channels() <= there)
        self.join(worker)
