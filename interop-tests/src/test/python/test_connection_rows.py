"""What CPython's connections do row by row, with Java at one end: errors, limits, polls.

The rows are those of the documentation of io.jarpipe.MpConnection. Each is tried over a pipe, a
socket pair and accepted connections of every kind of address, with Java as the reader and as the
writer, where the row has two sides.
"""

from __future__ import annotations

import os
import signal
import struct
import time
from multiprocessing import BufferTooShort
from multiprocessing.connection import wait
from typing import Any

from support import PATIENCE, Remote, await_, daemon_in_sight, waits
from transports import ALL, LOCAL, TransportTest

CLEAN = (b"", struct.pack("!i", 5), struct.pack("!i", -1), struct.pack("!iQ", -1, 5))
"""What may have come before the end of a stream that Python takes for a clean one."""

TORN = (
    b"\0",
    b"\0\0\0",
    struct.pack("!i", 5) + b"1234",
    struct.pack("!i", -1) + b"\0",
    struct.pack("!iQ", -1, 5) + b"1",
)
"""What it takes for a message that was cut short."""

LIMIT = "bad message length"


def begin_message(connection: Any, begun: Any) -> None:
    """Send more of a message than lies between us and a reader, say so, and never send the rest."""
    os.write(connection.fileno(), struct.pack("!i", 50_000_000) + bytes(10_000_000))
    begun.send(None)
    signal.pause()


class RowTest(TransportTest):
    """A remote-controlled Java end, and Python's own end."""

    def assert_throws(self, expression: str, remote: Remote, method: str, *args: Any) -> None:
        """Check that a method of the Java end throws."""
        with self.assertRaisesRegex(RuntimeError, expression):
            remote.call(method, *args)


class EndTest(RowTest):
    """Ends of the stream, and errors."""

    def test_clean_end_is_eof_for_java_each_time(self) -> None:
        for bytes_before in CLEAN:
            for sender, remote in self.java_reads():
                os.write(sender.fileno(), bytes_before)
                sender.close()
                for method in ("recv", "recvBytes", "recv"):
                    self.assert_throws("^EOFException: the peer closed", remote, method)
                self.assertIs(remote.call("poll"), True)

    def test_clean_end_is_eof_for_python_each_time(self) -> None:
        for bytes_before in CLEAN:
            for receiver, remote in self.java_writes():
                if not receiver.writable:  # nothing can be written past a connection on a socket
                    remote.call("writeRaw", bytes_before)
                remote.call("close")
                for _ in range(2):
                    with self.assertRaises(EOFError):
                        receiver.recv()

    def test_message_cut_short_is_an_error_for_java_once(self) -> None:
        for bytes_before in TORN:
            for method, args in (
                ("recv", ()),
                ("recvBytesUpTo", (9,)),
                ("recvBytesInto", (9, 0)),
                ("recvStream", (9,)),
            ):
                for sender, remote in self.java_reads():
                    os.write(sender.fileno(), bytes_before)
                    sender.close()
                    self.assert_throws(
                        "^ProtocolException: got end of file during message", remote, method, *args
                    )
                    self.assert_throws("^EOFException", remote, "recv")

    def test_message_cut_short_is_an_error_for_python_once(self) -> None:
        for bytes_before in TORN:
            receiver, sender = self.pipe(duplex=False)
            remote = Remote(self, "ConnectionWorkers::remote", sender)
            sender.close()
            remote.call("writeRaw", bytes_before)
            remote.call("close")
            with self.assertRaisesRegex(OSError, "got end of file during message"):
                receiver.recv()
            with self.assertRaises(EOFError):
                receiver.recv()
            remote.close()

    def test_stream_that_ends_early_cuts_its_message_short(self) -> None:
        for receiver, remote in self.java_writes():
            remote.begin("sendShortStream", 100_000)
            with self.assertRaisesRegex(OSError, "got end of file during message"):
                receiver.recv_bytes()
            with self.assertRaisesRegex(RuntimeError, "EOFException: the source ended after"):
                remote.end()
            self.assertIs(remote.call("closed"), True)

    def test_python_killed_within_a_message(self) -> None:
        for method, kind in (*(("fork", kind) for kind in ALL), ("spawn", "pipe")):
            receiver, sender = self.ends(kind)
            begun, beginning = self.pipe(duplex=False)
            child = self.child(method, begin_message, sender, beginning)
            sender.close()
            remote = Remote(self, "ConnectionWorkers::remote", receiver)
            receiver.close()
            remote.begin("recvStream", 1000)
            self.assertTrue(begun.poll(PATIENCE), "waited in vain for the message to begin")
            os.kill(child.pid, signal.SIGKILL)
            self.join(child, exitcode=-signal.SIGKILL)
            with self.assertRaisesRegex(RuntimeError, "got end of file during message"):
                remote.end()
            self.assert_throws("^EOFException", remote, "recv")
            remote.close()

    def test_java_killed_within_a_message(self) -> None:
        for kind in ALL:
            receiver, sender = self.ends(kind)
            remote = Remote(self, "ConnectionWorkers::remote", sender)
            sender.close()
            remote.begin("sendBytes", 50_000_000)
            self.assertTrue(receiver.poll(20))
            remote.worker.kill()
            self.join(remote.worker, exitcode=-signal.SIGKILL)
            with self.assertRaisesRegex(OSError, "got end of file during message"):
                receiver.recv_bytes()
            with self.assertRaises(EOFError):
                receiver.recv_bytes()

    def test_reader_gone_breaks_the_pipe_of_java(self) -> None:
        for receiver, remote in self.java_writes(LOCAL):
            receiver.close()
            self.assert_throws("^MpBrokenPipeException", remote, "send", 1)
            self.assert_throws("^MpBrokenPipeException", remote, "sendStream", b"x" * 100_000)
            self.assert_throws("^MpBrokenPipeException", remote, "sendNative", b"x" * 100_000)

    def test_reader_gone_breaks_the_pipe_of_python(self) -> None:
        for sender, remote in self.java_reads(LOCAL):
            remote.call("close")
            with self.assertRaises(BrokenPipeError):
                sender.send(1)

    def test_peer_that_left_something_unread_resets_java(self) -> None:
        for near, remote in self.java_reads(LOCAL[1:]):
            near.send("delivered")
            remote.call("send", "never read")
            near.close()
            self.assertEqual(remote.call("recv"), "delivered")
            self.assert_throws("^PosixException: .*ECONNRESET", remote, "recv")
            self.assert_throws("^EOFException", remote, "recv")

    def test_java_that_left_something_unread_resets_python(self) -> None:
        for near, remote in self.java_writes(LOCAL[1:]):
            remote.call("send", "delivered")
            near.send("never read")
            remote.call("close")
            self.assertEqual(self.recv(near), "delivered")
            with self.assertRaises(ConnectionResetError):
                near.recv()
            with self.assertRaises(EOFError):
                near.recv()

    def test_tcp_peer_that_left_something_unread(self) -> None:
        near, far = self.ends("tcp")
        remote = Remote(self, "ConnectionWorkers::remote", far)
        far.close()
        near.send("x" * 100_000)
        self.assertEqual(remote.call("recv"), "x" * 100_000)
        remote.call("send", "never read")
        near.close()
        self.assert_throws("^PosixException: .*ECONNRESET", remote, "recv")
        self.assert_throws("^MpBrokenPipeException", remote, "send", 1)
        remote.close()
        near, far = self.ends("tcp")
        remote = Remote(self, "ConnectionWorkers::remote", far)
        far.close()
        near.send("never read")
        self.assertIs(remote.call("poll", 20), True)
        remote.call("close")
        with self.assertRaises(ConnectionResetError):
            near.recv()
        with self.assertRaises(BrokenPipeError):
            near.send(1)
        remote.close()

    def test_use_after_close(self) -> None:
        _, far = self.pipe()
        remote = Remote(self, "ConnectionWorkers::remote", far)
        far.close()
        remote.call("close")
        remote.call("close")
        self.assertIs(remote.call("closed"), True)
        for method, args in (
            ("recv", ()),
            ("recvBytes", ()),
            ("recvBytesUpTo", (1,)),
            ("recvBytesInto", (1, 0)),
            ("recvStream", (1,)),
            ("recvNative", (1,)),
            ("recvBytesWithin", (0,)),
            ("poll", ()),
            ("poll", (0,)),
            ("fileno", ()),
            ("send", (1,)),
            ("sendBytes", (b"",)),
            ("sendStream", (b"",)),
            ("sendNative", (b"",)),
        ):
            self.assert_throws("^ClosedChannelException", remote, method, *args)
        remote.close()

    def test_wrong_direction(self) -> None:
        receiver, sender = self.pipe(duplex=False)
        reads = Remote(self, "ConnectionWorkers::remote", receiver)
        writes = Remote(self, "ConnectionWorkers::remote", sender)
        for method, args in (("send", (1,)), ("sendBytes", (b"",)), ("sendStream", (b"",))):
            self.assert_throws("^IOException: connection is read-only", reads, method, *args)
        for method in ("recv", "recvBytes", "poll", "pollForEver"):
            self.assert_throws("^IOException: connection is write-only", writes, method)
        self.assertEqual((reads.call("readable"), reads.call("writable")), (True, False))
        self.assertEqual((writes.call("readable"), writes.call("writable")), (False, True))
        reads.close()
        writes.close()

    @daemon_in_sight
    def test_somebody_else_sets_nonblocking(self) -> None:
        # CPython loses bytes then (BlockingIOError); Java goes on, and leaves the flag as it is.
        near, far = self.pipe()
        os.set_blocking(far.fileno(), False)
        self.share(far)
        remote = Remote(self, "ConnectionWorkers::remote", far)
        with self.assertRaises(BlockingIOError):
            far.recv()
        remote.begin("recv")
        await_("Java to wait", lambda: waits(remote.worker.pid))
        near.send("x" * 1_000_000)
        self.assertEqual(remote.end(), "x" * 1_000_000)
        remote.begin("sendBytes", 5_000_000)
        self.assertEqual(len(self.recv_bytes(near)), 5_000_000)
        remote.end()
        self.assertIs(os.get_blocking(far.fileno()), False)
        remote.close()

    def test_empty_message_is_no_object(self) -> None:
        for sender, remote in self.java_reads():
            sender.send_bytes(b"")
            sender.send_bytes(b"no pickle")
            sender.send("next")
            self.assert_throws("^PickleException", remote, "recv")
            self.assert_throws("^PickleException", remote, "recv")
            self.assertEqual(remote.call("recv"), "next")
        for receiver, remote in self.java_writes():
            remote.call("sendBytes", b"")
            remote.call("send", "next")
            with self.assertRaisesRegex(EOFError, "Ran out of input"):
                receiver.recv()
            self.assertEqual(receiver.recv(), "next")

    def test_impossible_length(self) -> None:
        for header in (struct.pack("!i", -2), struct.pack("!iQ", -1, 1 << 63)):
            for sender, remote in self.java_reads():
                os.write(sender.fileno(), header + b"garbage")
                self.assert_throws(f"Exception: {LIMIT}", remote, "recv")
                self.assertIs(remote.call("closed"), not sender.readable)
                self.assertIs(remote.call("readable"), not sender.readable)


class LimitTest(RowTest):
    """maxlength, buffers, parts of arrays, streams, native memory."""

    def test_java_takes_up_to_maxlength(self) -> None:
        for sender, remote in self.java_reads():
            sender.send_bytes(b"12345")
            sender.send_bytes(b"123456")
            self.assertEqual(remote.call("recvBytesUpTo", 5), b"12345")
            self.assert_throws("IllegalArgumentException: negative", remote, "recvBytesUpTo", -1)
            self.assert_throws(f"Exception: {LIMIT}: 6", remote, "recvBytesUpTo", 5)
            if sender.readable:
                self.assertIs(remote.call("readable"), False)
                self.assertIs(remote.call("closed"), False)
                self.assert_throws("connection is write-only", remote, "recv")
                remote.call("send", "still sends")
                self.assertEqual(self.recv(sender), "still sends")
            else:
                self.assertIs(remote.call("closed"), True)
                with self.assertRaises(BrokenPipeError):
                    sender.send(1)

    def test_python_takes_up_to_maxlength_from_java(self) -> None:
        for receiver, remote in self.java_writes():
            remote.call("sendBytes", b"12345")
            remote.call("sendStream", b"123456")
            self.assertEqual(receiver.recv_bytes(5), b"12345")
            with self.assertRaisesRegex(OSError, LIMIT):
                receiver.recv_bytes(5)
            if not receiver.closed:
                receiver.send("still sends")
                self.assertEqual(remote.call("recv"), "still sends")

    def test_java_receives_into_a_buffer(self) -> None:
        for sender, remote in self.java_reads():
            for _ in range(4):
                sender.send_bytes(b"12345")
            self.assertEqual(remote.call("recvBytesInto", 6, 1), (5, b"\x0012345"))
            short = ("MpBufferTooShortException", b"12345")
            self.assertEqual(remote.call("recvBytesInto", 5, 1), short)
            self.assertEqual(remote.call("recvNative", 4), short)
            self.assert_throws("IndexOutOfBounds", remote, "recvBytesInto", 5, 6)
            self.assert_throws("IndexOutOfBounds", remote, "recvBytesInto", 5, -1)
            self.assertEqual(remote.call("recvNative", 5), b"12345")
            for size in (0, 1, 16384, 16385, 1_000_000):
                remote.begin("recvNative", 1_000_000)
                sender.send_bytes(b"n" * size)
                self.assertTrue(remote.end() == b"n" * size, f"{size} bytes changed")

    def test_python_receives_into_a_buffer_from_java(self) -> None:
        for receiver, remote in self.java_writes():
            remote.call("sendBytes", b"12345")
            remote.call("sendNative", b"12345")
            remote.call("sendStream", b"12345")
            buffer = bytearray(6)
            self.assertEqual(receiver.recv_bytes_into(buffer, 1), 5)
            self.assertEqual(buffer, b"\x0012345")
            with self.assertRaises(BufferTooShort) as caught:
                receiver.recv_bytes_into(bytearray(4))
            self.assertEqual(caught.exception.args, (b"12345",))
            self.assertEqual(receiver.recv_bytes(), b"12345")

    def test_java_sends_parts(self) -> None:
        for receiver, remote in self.java_writes():
            message = bytes(range(26))
            for offset, size in ((0, 26), (5, 21), (7, 8), (26, 0)):
                remote.call("sendBytes", message, offset, size)
                self.assertEqual(receiver.recv_bytes(), message[offset : offset + size])
            for offset, size in ((27, 0), (22, 5), (26, 1), (-1, 1), (4, -1)):
                self.assert_throws("IndexOutOfBounds", remote, "sendBytes", message, offset, size)
            self.assertIs(receiver.poll(0), False)

    def test_java_reads_a_message_as_a_stream(self) -> None:
        for sender, remote in self.java_reads():
            for size in (0, 1, 65536, 1_000_000):
                remote.begin("recvStream", 1000)
                sender.send_bytes(b"s" * size)
                self.assertTrue(remote.end() == (size, b"s" * size), f"{size} bytes changed")
            remote.begin("recvStream", -10)  # reads ten bytes and drops the rest
            sender.send_bytes(b"0123456789" + b"dropped" * 100_000)
            self.assertEqual(remote.end(), (700_010, b"0123456789"))
            sender.send("next")
            self.assertEqual(remote.call("recv"), "next")

    def test_java_sends_a_message_as_a_stream_or_from_native_memory(self) -> None:
        for receiver, remote in self.java_writes():
            for method in ("sendStream", "sendNative"):
                for size in (0, 1, 16384, 16385, 65536, 65537, 1_000_000):
                    remote.begin(method, size)
                    self.assertTrue(receiver.recv_bytes() == bytes(size), f"{size} bytes changed")
                    remote.end()


class PollTest(RowTest):
    """poll(), wait() and timeouts."""

    @daemon_in_sight
    def test_java_polls(self) -> None:
        for sender, remote in self.java_reads():
            self.assertIs(remote.call("poll"), False)
            self.assertIs(remote.call("poll", -1), False)
            start = time.monotonic()
            self.assertIs(remote.call("poll", 0.05), False)
            self.assertGreaterEqual(time.monotonic() - start, 0.05)
            remote.begin("pollForEver")
            await_("Java to wait", lambda r=remote: waits(r.worker.pid))  # type: ignore[misc]
            sender.send_bytes(b"")
            self.assertIs(remote.end(), True)
            self.assertIs(remote.call("poll"), True)
            self.assertEqual(remote.call("recvBytes"), b"")
            self.assertIs(remote.call("poll"), False)
            sender.close()
            self.assertIs(remote.call("poll"), True)
            self.assertIs(remote.call("poll", 5), True)
            self.assert_throws("^EOFException", remote, "recv")

    def test_python_polls_java(self) -> None:
        for receiver, remote in self.java_writes():
            self.assertIs(receiver.poll(), False)
            remote.call("sendBytes", b"")
            self.assertIs(receiver.poll(None), True)
            self.assertEqual(receiver.recv_bytes(), b"")
            remote.call("close")
            self.assertIs(receiver.poll(5), True)
            self.assertEqual(wait([receiver], 5), [receiver])

    def test_timeout_of_java_bounds_the_whole_message(self) -> None:
        message = struct.pack("!i", 6) + b"\x80\x04K\x07."  # a pickle of 7, and a byte to come
        for sender, remote in self.java_reads():
            for split in range(len(message) + 1):
                os.write(sender.fileno(), message[:split])
                self.assertEqual(remote.call("recv", 0.01), "TimeoutException")
                self.assertEqual(remote.call("recvBytesWithin", 0), "TimeoutException")
                os.write(sender.fileno(), message[split:] + b"x")
                method = ("recv", "recvBytesWithin", "recvStream", "recvNative")[split % 4]
                args = ((), (20,), (2,), (6,))[split % 4]
                expected = (7, b"\x80\x04K\x07.x", (6, b"\x80\x04K\x07.x"), b"\x80\x04K\x07.x")
                self.assertEqual(remote.call(method, *args), expected[split % 4])

    def test_python_waits_for_java_and_its_end(self) -> None:
        ends, remotes = [], []
        for kind in ALL:
            receiver, sender = self.ends(kind)
            remotes.append(Remote(self, "ConnectionWorkers::remote", sender))
            sender.close()
            ends.append(receiver)
        self.assertEqual(wait([*ends, remotes[0].worker.sentinel], 0), [])
        remotes[1].call("send", 1)
        self.assertEqual(wait([*ends, remotes[0].worker.sentinel], 20), [ends[1]])
        sentinel = remotes[0].worker.sentinel
        remotes[0].connection.send(None)  # the worker returns
        self.assertEqual(wait([sentinel], 20), [sentinel])
        self.assertEqual(set(wait([sentinel, *ends], 20)), {sentinel, *ends[:2]})
        self.join(remotes[0].worker)
        for remote in remotes[1:]:
            remote.close()
