"""Connections, sockets, queues and locks that are passed on while both sides run, both ways.

Python is the plain standard library here: `conn.send(other_conn)` and `queue.put(conn)` work by its
resource sharer, of which Java has to play either side. Mirrors `_TestPicklingConnections` of
CPython's own tests: `test_pickling` and `test_access`.
"""

from __future__ import annotations

import glob
import multiprocessing
import os
import pickle
import queue as queues
import socket
import tempfile
from multiprocessing import connection as mp_connection
from multiprocessing import forkserver, process, resource_sharer
from multiprocessing.reduction import ForkingPickler
from typing import Any

from jarpipe.bridge import default_bridge
from support import PATIENCE, Remote, TestCase, await_, channels, descriptor_flags, waits

MANY = 500
"""Passes of a test for leaks."""

O_NONBLOCK = 0o4000


def non_blocking(fd: int) -> bool:
    """Say whether an open file description would make CPython's reads and writes fail."""
    return bool(int(descriptor_flags(fd).split()[1], 8) & O_NONBLOCK)


def sharers() -> set[str]:
    """Return the folders with the sockets of Java's sharers."""
    return set(glob.glob(os.path.join(tempfile.gettempdir(), "jarpipe-*", "sharer")))


def answer(connection: Any) -> None:
    """In a child: receive something shared and answer over it, until None comes."""
    while True:
        shared = connection.recv()
        if shared is None:
            return
        kind = type(shared).__name__
        if kind == "Connection":
            shared.send((kind, shared.readable, shared.writable, shared.recv()))
            shared.close()
        elif kind == "Queue":
            shared.put((kind, shared.get(timeout=PATIENCE)))
            shared.close()
            shared.join_thread()
        elif kind == "socket":
            shared.sendall(shared.recv(100) + b" back")
            shared.close()
        else:
            with shared:
                connection.send(kind)
                connection.recv()
            connection.send("released")


def send_and_die(connection: Any, shared: Any) -> None:
    """In a child: pass something on and end before it can be fetched."""
    connection.send(shared)
    os._exit(0)


class PassingTest(TestCase):
    """A test that has a worker do as it says."""

    @classmethod
    def setUpClass(cls) -> None:
        """Launch what lives longer than a test."""
        super().setUpClass()
        forkserver.ensure_running()

    def setUp(self) -> None:
        super().setUp()
        # What is passed on makes Python's sharer listen; it would look like a leak.
        self.addCleanup(resource_sharer.stop, PATIENCE)

    def remote(self) -> Remote:
        """Start a worker that keeps what it is given."""
        return Remote(self, "PassingWorkers::remote")

    def assert_broken(self, sender: Any) -> None:
        """Check that nobody has the other end; the sharer closes its copy a moment too late."""

        def breaks() -> bool:
            try:
                sender.send("nobody has the other end")
            except BrokenPipeError:
                return True
            return False

        await_("the pipe to break", breaks)

    def await_output(self) -> None:
        """Wait until all that was announced is printed, which a sharer does in its own time."""
        await_("the output expected", lambda: not self._output.unexpected(self._expected))

    def daemon_channels(self) -> int:
        """Return how many pipes and sockets the daemon has open."""
        daemon = default_bridge().pid
        assert daemon is not None
        return len(channels(daemon))


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
        remote = _remote(self, near, worker)
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
                self.assertEqual(_read(ours, 400_000), b"pong" * 100_000)
                self.assertIsNone(remote.end())
                given_back = remote.call("give", "s")
                with given_back:
                    self.assertEqual(
                        (given_back.family, given_back.type, given_back.proto),
                        (theirs.family, theirs.type, theirs.proto),
                    )
                    given_back.sendall(b"again")
                self.assertEqual(_read(ours, 5), b"again")
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
            remote = _remote(self, near, worker)
            remote.call("write", "0", b"argument")
            self.assertEqual(_read(ours, 8), b"argument")
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


def _read(stream: socket.socket, length: int) -> bytes:
    stream.settimeout(PATIENCE)
    data = b""
    while len(data) < length:
        more = stream.recv(length - len(data))
        assert more, "the stream ended early"
        data += more
    stream.settimeout(None)
    return data


def _remote(test: TestCase, connection: Any, worker: Any) -> Remote:
    """Call a worker that runs already."""
    remote = Remote.__new__(Remote)
    remote._test, remote.connection, remote.worker = test, connection, worker
    return remote


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
        remote = _remote(self, near, worker)
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
        remote = _remote(self, near, worker)
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
                remote = _remote(self, near, worker)

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
        remote = _remote(self, near, worker)
        remote.call("putKept", "0", "1")
        with self.get(queue) as given:
            given.send("through the queue")
        self.assertEqual(self.recv(mine), "through the queue")
        remote.close()
        with self.assertRaises(EOFError):
            self.recv(mine)

    def test_item_that_finds_the_queue_full_is_not_kept_open(self) -> None:
        queue = self.queue(1)
        mine, theirs = self.pipe()
        near, worker = self.served("PassingWorkers::remoteWith", [queue, theirs])
        theirs.close()
        remote = _remote(self, near, worker)
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
        before = sharers()
        mine, theirs = self.pipe()
        reader, elsewhere = self.pipe()
        near, worker = self.served("PassingWorkers::neverFetched", theirs, elsewhere)
        theirs.close()
        elsewhere.close()
        self.assertEqual(self.recv(near), "sent")
        (made,) = sharers() - before
        self.assertEqual(os.stat(os.path.dirname(made)).st_mode & 0o777, 0o700)
        self.assertFalse(mine.poll())
        near.send("end")
        self.join(worker)
        self.assertFalse(os.path.exists(os.path.dirname(made)))
        with self.assertRaises(EOFError):
            self.recv(mine)
        with self.assertRaises((FileNotFoundError, ConnectionRefusedError)):
            reader.recv()

    def test_folder_goes_with_a_worker_that_is_ended_otherwise(self) -> None:
        for how, exitcode in (("terminate", -15), ("kill", -9)):
            with self.subTest(how):
                before = sharers()
                theirs = self.pipe()[1]
                elsewhere = self.pipe()[1]
                near, worker = self.served("PassingWorkers::neverFetched", theirs, elsewhere)
                self.assertEqual(self.recv(near), "sent")
                (made,) = sharers() - before
                getattr(worker, how)()
                self.join(worker, exitcode=exitcode)
                self.assertFalse(os.path.exists(os.path.dirname(made)))

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
        before = sharers()
        remote.call("give", "c").close()
        (address,) = sharers() - before
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


def _send_much(connection: Any) -> None:
    connection.send_bytes(b"x" * 1_000_000)
