"""CPython's own connection tests with a Java worker in the place of the child process.

Each test names the one of Lib/test/_test_multiprocessing.py (CPython 3.13) that it mirrors; what
they sleep for is waited for here. docs/conformance.md has the whole list.
"""

from __future__ import annotations

import array
import fcntl
import os
import signal
import socket
import termios
import threading
import time
from multiprocessing import BufferTooShort
from multiprocessing.connection import wait
from typing import Any, Callable

from support import PATIENCE, Remote, TestCase, await_, waits

SENTINEL = b""

LONGER_THAN_BUFFERS = 16 * 1024 * 1024
"""More than a pipe or a socket can be made to hold: CPython's CONN_MAX_SIZE."""


class ConnectionTest(TestCase):
    """`_TestConnection`."""

    def test_connection(self) -> None:
        """`_TestConnection.test_connection`."""
        conn, child_conn = self.pipe()
        worker = self.worker("ConnectionMirrors::echo", child_conn)
        sequence, message = [1, 2.25, None], b"hello world"
        long_message, numbers = message * 10, array.array("i", range(4))
        self.assertEqual(type(conn.fileno()), int)
        self.assertIsNone(conn.send(sequence))
        self.assertEqual(self.recv(conn), sequence)
        self.assertIsNone(conn.send_bytes(message))
        self.assertEqual(self.recv_bytes(conn), message)
        for offset in (0, 3):
            buffer = array.array("i", [0] * 10)
            expected = [0] * offset + list(numbers) + [0] * (10 - offset - len(numbers))
            conn.send_bytes(numbers)
            size = conn.recv_bytes_into(buffer, offset * buffer.itemsize)
            self.assertEqual(size, len(numbers) * buffer.itemsize)
            self.assertEqual(list(buffer), expected)
        conn.send_bytes(long_message)
        with self.assertRaises(BufferTooShort) as caught:
            conn.recv_bytes_into(bytearray(b" " * 40))
        self.assertEqual(caught.exception.args, (long_message,))
        self.assertIs(conn.poll(), False)
        self.assertIs(conn.poll(-1), False)
        start = time.monotonic()
        self.assertIs(conn.poll(0.1), False)
        self.assertGreaterEqual(time.monotonic() - start, 0.1)
        conn.send(None)
        self.assertIs(conn.poll(PATIENCE), True)
        self.assertIsNone(conn.recv())
        really_big = b"X" * (1024 * 1024 * 16)
        conn.send_bytes(really_big)
        self.assertTrue(conn.recv_bytes() == really_big)
        conn.send_bytes(SENTINEL)
        child_conn.close()
        self.assertEqual((conn.readable, conn.writable), (True, True))
        self.assertRaises(EOFError, conn.recv)
        self.assertRaises(EOFError, conn.recv_bytes)
        self.join(worker)

    def test_duplex_false(self) -> None:
        """`_TestConnection.test_duplex_false`, each end held by Java once."""
        reader, writer = self.pipe(duplex=False)
        java_reader = Remote(self, "ConnectionWorkers::remote", reader)
        java_writer = Remote(self, "ConnectionWorkers::remote", writer)
        self.assertIsNone(java_writer.call("send", 1))
        self.assertEqual(java_reader.call("recv"), 1)
        self.assertEqual((reader.readable, reader.writable), (True, False))
        for remote, abilities in ((java_reader, (True, False)), (java_writer, (False, True))):
            self.assertEqual((remote.call("readable"), remote.call("writable")), abilities)
        for remote, method in ((java_reader, "send"), (java_writer, "recv"), (java_writer, "poll")):
            with self.assertRaisesRegex(RuntimeError, "IOException: connection is"):
                remote.call(method, *([2] if method == "send" else []))
        java_reader.close()
        java_writer.close()

    def test_spawn_close(self) -> None:
        """`_TestConnection.test_spawn_close`: the parent closes its copy at once."""
        conn, child_conn = self.pipe()
        worker = self.worker("ConnectionMirrors::echo", child_conn)
        child_conn.close()
        conn.send_bytes(b"hello")
        self.assertEqual(self.recv_bytes(conn), b"hello")
        conn.send_bytes(SENTINEL)
        conn.close()
        self.join(worker)

    def test_sendbytes(self) -> None:
        """`_TestConnection.test_sendbytes`, sent by Python and by Java."""
        message = b"abcdefghijklmnopqrstuvwxyz"
        a, b = self.pipe()
        java = Remote(self, "ConnectionWorkers::remote", b)
        b.close()
        for part in ((0, 26), (5, 21), (7, 8), (26, 0)):
            a.send_bytes(message, *part)
            self.assertEqual(java.call("recvBytes"), message[part[0] : sum(part)])
            java.call("sendBytes", message, *part)
            self.assertEqual(self.recv_bytes(a), message[part[0] : sum(part)])
        for part in ((27, 0), (22, 5), (26, 1), (-1, 27), (4, -1)):
            self.assertRaises(ValueError, a.send_bytes, message, *part)
            with self.assertRaisesRegex(RuntimeError, "IndexOutOfBoundsException"):
                java.call("sendBytes", message, *part)
        java.close()

    def test_context(self) -> None:
        """`_TestConnection.test_context`: what leaves its context is closed."""
        a, b = self.pipe()
        with a, b:
            java = Remote(self, "ConnectionWorkers::remote", b)
            a.send(1729)
            self.assertEqual(java.call("recv"), 1729)
            self.assertIs(java.call("closed"), False)
            java.call("close")
        self.assertTrue(a.closed)
        self.assertTrue(b.closed)
        self.assertRaises(OSError, a.recv)
        with self.assertRaisesRegex(RuntimeError, "ClosedChannelException"):
            java.call("recv")
        java.close()


class PollTest(TestCase):
    """`_TestPoll`."""

    def test_empty_string(self) -> None:
        """`_TestPoll.test_empty_string`, polled by Java and by Python."""
        a, b = self.pipe()
        java = Remote(self, "ConnectionWorkers::remote", b)
        self.assertIs(java.call("poll"), False)
        a.send_bytes(b"")
        self.assertIs(java.call("poll"), True)
        self.assertIs(java.call("poll"), True)
        self.assertIs(a.poll(), False)
        java.call("sendBytes", b"")
        self.assertIs(a.poll(), True)
        self.assertIs(a.poll(), True)
        java.close()

    def test_strings(self) -> None:
        """`_TestPoll.test_strings`: a message is sent only after a poll that found none."""
        strings = [b"hello", b"", b"a", b"b", b"", b"bye", b"", b"lop"]
        a, b = self.pipe()
        cue, cued = self.pipe()
        worker = self.worker("ConnectionMirrors::strings", b, strings, cued)
        b.close()
        for string in strings:
            self.assertIs(a.poll(0.01), False)
            cue.send(None)
            self.assertEqual(self.recv_bytes(a), string)
        self.join(worker)

    def test_boundaries(self) -> None:
        """`_TestPoll.test_boundaries`: polling takes nothing out of the pipe."""
        reader, writer = self.pipe(duplex=False)
        answers, answering = self.pipe(duplex=False)
        worker = self.worker("ConnectionMirrors::boundaries", reader, answering)
        self.assertEqual(self.recv(answers), "polls")
        await_("Java to wait", lambda: waits(worker.pid))
        messages = [b"first", b"second"]
        for message in messages:
            writer.send_bytes(message)
        writer.close()
        self.assertIs(self.recv(answers), True)
        self.join(worker)
        self.assertEqual([reader.recv_bytes(), reader.recv_bytes()], messages)

    def test_dont_merge(self) -> None:
        """`_TestPoll.test_dont_merge`."""
        a, b = self.pipe()
        self.assertIs(a.poll(0.0), False)
        self.assertIs(a.poll(0.1), False)
        worker = self.worker("ConnectionMirrors::dontMerge", b)
        self.assertEqual(self.recv_bytes(a), b"a")
        for message in (b"b", b"cd"):
            self.assertIs(a.poll(PATIENCE), True)
            self.assertIs(a.poll(PATIENCE), True)
            self.assertEqual(a.recv_bytes(), message)
        self.join(worker)


class WaitTest(TestCase):
    """`TestWait`."""

    def _wait(self, slow: bool) -> None:
        readers: list[Any] = []
        cues, workers = [], []
        for mark in "abcd":
            reader, writer = self.pipe(duplex=False)
            cue, cued = self.pipe()
            workers.append(
                self.worker("ConnectionMirrors::sendTen", writer, mark, cued if slow else None)
            )
            writer.close()
            readers.append(reader)
            cues.append(cue)
        order = [cue for _ in range(10) for cue in cues] if slow else []
        messages = []
        while readers:
            if order:
                order.pop().send(None)
            ready: list[Any] = wait(readers, PATIENCE)
            for reader in ready:
                try:
                    messages.append(reader.recv())
                except EOFError:
                    readers.remove(reader)
        self.assertEqual(sorted(messages), sorted((i, mark) for i in range(10) for mark in "abcd"))
        self.join(*workers)

    def test_wait(self) -> None:
        """`TestWait.test_wait`."""
        self._wait(slow=False)

    def test_wait_slow(self) -> None:
        """`TestWait.test_wait_slow`: one message at a time."""
        self._wait(slow=True)

    def test_wait_by_java(self) -> None:
        """`TestWait.test_wait` with Java in the parent's place and Java and Python children."""
        readers, workers = [], []
        for mark in "abcd":
            reader, writer = self.pipe(duplex=False)
            if mark in "ab":
                worker = self.worker("ConnectionMirrors::sendTen", writer, mark, None)
            else:
                worker = self.child("spawn", send_ten, writer, mark)
            workers.append(worker)
            writer.close()
            readers.append(reader)
        answers, answering = self.pipe(duplex=False)
        waiter = self.worker("ConnectionMirrors::waitForAll", readers, answering)
        expected = sorted((i, mark) for i in range(10) for mark in "abcd")
        self.assertEqual(sorted(self.recv(answers)), expected)
        self.join(waiter, *workers)

    def test_wait_timeout(self) -> None:
        """`TestWait.test_wait_timeout`, waited by Java: on a platform and on a virtual thread."""
        for virtual in (False, True):
            a, b = self.pipe()
            java = Remote(self, "ConnectionMirrors::waitForTwo", a, b, virtual)
            start = time.monotonic()
            self.assertEqual(java.call("wait", 0.2), [])
            self.assertGreaterEqual(time.monotonic() - start, 0.2)
            b.send(None)
            self.assertEqual(java.call("wait", PATIENCE), [0])
            a.send(None)
            self.assertEqual(java.call("wait", PATIENCE), [0, 1])
            self.assertEqual(java.call("wait"), [0, 1])
            java.close()

    def test_wait_integer(self) -> None:
        """`TestWait.test_wait_integer`: the sentinel of a Java worker among connections."""
        a, b = self.pipe()
        java = Remote(self, "ConnectionWorkers::remote", b)
        sentinel = java.worker.sentinel
        self.assertIsInstance(sentinel, int)
        self.assertEqual(wait([a, sentinel, b], 0), [])
        java.connection.send(None)
        self.assertEqual(wait([a, sentinel, b], PATIENCE), [sentinel])
        a.send(None)
        self.assertEqual(set(wait([a, sentinel, b], PATIENCE)), {sentinel, b})
        b.send(None)
        self.assertEqual(set(wait([a, sentinel, b], PATIENCE)), {a, sentinel, b})
        self.join(java.worker)

    def test_neg_timeout(self) -> None:
        """`TestWait.test_neg_timeout`, waited by Java."""
        for virtual in (False, True):
            a, b = self.pipe()
            java = Remote(self, "ConnectionMirrors::waitForTwo", a, b, virtual)
            start = time.monotonic()
            self.assertEqual(java.call("wait", -1), [])
            self.assertLess(time.monotonic() - start, 1)
            java.close()


def send_ten(writer: Any, mark: str) -> None:
    """Do what `TestWait._child_test_wait` does."""
    for i in range(10):
        writer.send((i, mark))
    writer.close()


class TimeoutsTest(TestCase):
    """`TestTimeouts`, `TestIgnoreEINTR`, `_TestPollEintr`."""

    def test_poll_eintr(self) -> None:
        """`_TestPollEintr.test_poll_eintr`: a signal does not end the join of a Java worker."""
        got_signal: list[int] = []
        before = signal.signal(signal.SIGUSR1, lambda number, frame: got_signal.append(number))
        self.addCleanup(signal.signal, signal.SIGUSR1, before)
        near, worker = self.served("PipeWorkers::echo")

        def kill() -> None:
            await_("the main thread to wait", lambda: waits(os.getpid()))
            os.kill(os.getpid(), signal.SIGUSR1)
            await_("the signal to be handled", lambda: got_signal)
            near.close()

        killer = threading.Thread(target=kill)
        killer.start()
        self.join(worker)
        killer.join()
        self.assertEqual(got_signal, [signal.SIGUSR1])

    def test_timeout(self) -> None:
        """`TestTimeouts.test_timeout`: the default timeout of sockets has no part in a pipe."""
        old_timeout = socket.getdefaulttimeout()
        self.addCleanup(socket.setdefaulttimeout, old_timeout)
        parent, child = self.pipe()
        cue, cued = self.pipe()
        worker = self.worker("ConnectionMirrors::timeout", child, cued)
        child.close()
        socket.setdefaulttimeout(0.1)
        threading.Timer(0.3, cue.send, (None,)).start()  # longer than the timeout
        self.assertEqual(parent.recv(), 123)
        socket.setdefaulttimeout(old_timeout)
        self.join(worker)

    def test_ignore(self) -> None:
        """`TestIgnoreEINTR.test_ignore`: interrupt() takes the place of the signal."""
        conn, child_conn = self.pipe()
        worker = self.worker("ConnectionMirrors::ignoreInterrupts", child_conn, LONGER_THAN_BUFFERS)
        child_conn.close()
        self.assertEqual(self.recv(conn), "ready")
        await_("Java to wait", lambda: waits(worker.pid))
        worker.interrupt()
        self.assertEqual(self.recv(conn), "interrupted")
        conn.send(1234)
        self.assertEqual(self.recv(conn), 1234)
        self.assertTrue(conn.poll(PATIENCE))
        await_("Java to wait for room", lambda: waits(worker.pid))
        worker.interrupt()
        self.assertTrue(conn.recv_bytes() == bytes(LONGER_THAN_BUFFERS))
        self.assertEqual(self.recv(conn), "interrupted")
        self.join(worker)

    def test_virtual_thread_waits_for_room(self) -> None:
        """Back-pressure on a virtual thread, which parks."""
        conn, child_conn = self.pipe()
        worker = self.worker(
            "ConnectionMirrors::sendFromVirtualThread", child_conn, LONGER_THAN_BUFFERS
        )
        child_conn.close()
        self.assertTrue(conn.poll(PATIENCE))
        self.assertTrue(conn.recv_bytes() == bytes(LONGER_THAN_BUFFERS))
        self.join(worker)


def flood(connection: Any, size: int) -> None:
    """Send messages until killed."""
    while True:
        connection.send_bytes(bytes(size))


def queued(connection: Any) -> int:
    """Return how many bytes wait to be received."""
    number = array.array("i", [0])
    fcntl.ioctl(connection.fileno(), termios.FIONREAD, number)
    return number[0]


def ticks(pid: int) -> int:
    """Return the processor time that a thread has used, in units of the kernel's clock (10 ms)."""
    with open(f"/proc/{pid}/stat", "rb") as file:
        fields = file.read().rpartition(b")")[2].split()
    return int(fields[11]) + int(fields[12])


class BackPressureTest(TestCase):
    """A full pipe blocks a Java writer like a Python one: no buffer of its own, no busy loop."""

    def test_full_pipe_blocks_java_where_it_blocks_python(self) -> None:
        for duplex in (False, True):
            for size in (1000, 4000):
                full = []
                for java in (True, False):
                    receiver, sender = self.pipe(duplex)
                    if java:
                        writer = self.worker("ConnectionMirrors::flood", sender, size)
                    else:
                        writer = self.child("spawn", flood, sender, size)
                    sender.close()
                    full.append(await_("the pipe to be full", self._measure(receiver, writer.pid)))
                    writer.kill()
                    self.join(writer, exitcode=-signal.SIGKILL)
                self.assertEqual(full[0], full[1], "bytes in a pipe filled by Java, by Python")

    def _measure(self, receiver: Any, pid: int) -> Callable[[], int]:
        """Return what measures for a while: the bytes in the pipe if the writer sleeps, else 0."""

        def measure() -> int:
            before = queued(receiver), ticks(pid)
            time.sleep(0.2)  # the time in which a busy loop would show
            asleep = before == (queued(receiver), ticks(pid)) and waits(pid)
            return before[0] if asleep else 0

        return measure
