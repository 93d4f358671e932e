"""Pipes between Python and Java: both kinds, both directions, their ends, their descriptors."""

from __future__ import annotations

from typing import Any

from support import Remote, TestCase, await_, daemon_in_sight, descriptor_flags, waits

SIZES = (0, 1, 4095, 4096, 4097, 16383, 16384, 16385, 65535, 65536, 65537, 1 << 20, 20 << 20)
"""Around PIPE_BUF, CPython's longest single write of header and body, a pipe's capacity."""


class PipeTest(TestCase):
    """A worker on an end of a pipe is a peer like any other."""

    def test_objects_go_both_ways_over_a_duplex_pipe(self) -> None:
        near, worker = self.served("PipeWorkers::echo")
        for item in (None, 0, "text", b"", {"a": [1, 2.5, (b"x", None)]}, ()):
            near.send(item)
            self.assertEqual(self.recv(near), item)
        near.close()
        self.join(worker)

    def test_bytes_of_every_size_go_both_ways_over_a_duplex_pipe(self) -> None:
        near, worker = self.served("PipeWorkers::echoBytes")
        for size in SIZES:
            message = bytes(range(256)) * (size // 256) + bytes(size % 256)
            near.send_bytes(message)
            # Not assertEqual(), which would print the bytes.
            self.assertTrue(self.recv_bytes(near) == message, f"{size} bytes came back changed")
        near.close()
        self.join(worker)

    def test_worker_receives_over_a_one_way_pipe(self) -> None:
        receiver, sender = self.pipe(duplex=False)
        answers, answering = self.pipe(duplex=False)
        worker = self.worker("PipeWorkers::collect", receiver, answering)
        receiver.close()
        answering.close()
        items = [None, 1, "two", b"3" * 100_000, [4]]
        for item in items:
            sender.send(item)
        sender.close()
        self.assertEqual(self.recv(answers), ("EOFException", items))
        self.join(worker)

    def test_worker_sends_over_a_one_way_pipe(self) -> None:
        receiver, sender = self.pipe(duplex=False)
        worker = self.worker("PipeWorkers::count", sender, 1000)
        sender.close()
        self.assertEqual([self.recv(receiver) for _ in range(1000)], list(range(1000)))
        self.assertEqual(self.recv_bytes(receiver), b"\2\3")
        with self.assertRaises(EOFError):
            receiver.recv()
        self.join(worker)

    def test_one_way_ends_refuse_the_other_way(self) -> None:
        receiver, sender = self.pipe(duplex=False)
        for end, abilities, refused, words in (
            (receiver, (True, False, False), ("send", 1), "connection is read-only"),
            (sender, (False, True, False), ("recv",), "connection is write-only"),
            (sender, (False, True, False), ("poll",), "connection is write-only"),
        ):
            with self.subTest(words=words):
                remote = Remote(self, "PipeWorkers::remote", end)
                self.assertEqual(remote.call("abilities"), abilities)
                with self.assertRaisesRegex(RuntimeError, words):
                    remote.call(*refused)
                remote.close()

    def test_an_end_passed_twice_is_one_object_and_serves_both(self) -> None:
        near, far = self.pipe()
        worker = self.worker("PipeWorkers::twice", far, far)
        far.close()
        self.assertEqual(self.recv(near), ("one", True))
        self.assertEqual(self.recv(near), ("other", True))
        with self.assertRaises(EOFError):
            near.recv()
        self.join(worker)

    def test_poll_sees_a_message_and_its_absence(self) -> None:
        near, far = self.pipe()
        remote = Remote(self, "PipeWorkers::remote", far)
        far.close()
        for arguments in ((), (-1,), (0,), (0.05,)):
            self.assertIs(remote.call("poll", *arguments), False)
        for method in ("pollForLong", "pollForEver"):
            remote.begin(method)
            near.send_bytes(b"")
            self.assertIs(remote.end(), True)
            self.assertIs(remote.call("poll"), True)
            self.assertEqual(remote.call("recvBytes"), b"")
        remote.begin("pollForEver")
        near.close()
        self.assertIs(remote.end(), True)
        with self.assertRaisesRegex(RuntimeError, "EOFException"):
            remote.call("recv")
        remote.close()

    def test_unpicklable_object_is_refused_and_nothing_is_sent(self) -> None:
        near, far = self.pipe()
        remote = Remote(self, "PipeWorkers::remote", far)
        far.close()
        with self.assertRaisesRegex(RuntimeError, "PickleException.*java.lang.Thread"):
            remote.call("sendUnpicklable")
        remote.call("send", "next")
        self.assertEqual(self.recv(near), "next")
        remote.close()

    def test_message_that_is_no_pickle_is_refused_and_the_next_one_arrives(self) -> None:
        near, far = self.pipe()
        remote = Remote(self, "PipeWorkers::remote", far)
        far.close()
        for garbage in (b"garbage", b"\x80\x04", b""):
            near.send_bytes(garbage)
            with self.assertRaisesRegex(RuntimeError, "PickleException"):
                remote.call("recv")
        near.send("next")
        self.assertEqual(remote.call("recv"), "next")
        remote.close()


class EndOfFileTest(TestCase):
    """Closing an end, or ending, is what the other side sees, at once."""

    @daemon_in_sight
    def test_python_closes_and_java_gets_eof(self) -> None:
        for duplex in (True, False):
            with self.subTest(duplex=duplex):
                receiver, sender = self.pipe(duplex)
                answers, answering = self.pipe(duplex=False)
                worker = self.worker("PipeWorkers::collect", receiver, answering)
                receiver.close()
                await_("the worker to wait", lambda pid=worker.pid: waits(pid))  # type: ignore[misc]
                sender.close()
                self.assertEqual(self.recv(answers), ("EOFException", []))
                self.join(worker)

    def test_python_closes_without_reading_and_java_gets_a_reset_and_then_eof(self) -> None:
        # As CPython's own recv(): ConnectionResetError once, then EOFError.
        near, far = self.pipe()
        remote = Remote(self, "PipeWorkers::remote", far)
        far.close()
        near.send("delivered")
        remote.call("send", "never read")
        near.close()
        self.assertEqual(remote.call("recv"), "delivered")
        with self.assertRaisesRegex(RuntimeError, "ECONNRESET"):
            remote.call("recv")
        with self.assertRaisesRegex(RuntimeError, "EOFException"):
            remote.call("recv")
        remote.close()

    def test_java_closes_and_python_gets_eof(self) -> None:
        near, far = self.pipe()
        remote = Remote(self, "PipeWorkers::remote", far)
        far.close()
        remote.call("close")
        self.assertTrue(near.poll(0))
        with self.assertRaises(EOFError):
            near.recv()
        self.assertIs(remote.call("abilities")[2], True)
        with self.assertRaisesRegex(RuntimeError, "ClosedChannelException"):
            remote.call("recv")
        remote.close()

    def test_worker_returns_and_python_gets_eof(self) -> None:
        near, far = self.pipe()
        worker = self.worker("PipeWorkers::count", far, 2)
        far.close()
        self.assertEqual([self.recv(near), self.recv(near)], [0, 1])
        self.recv_bytes(near)
        with self.assertRaises(EOFError):
            near.recv()
        self.join(worker)

    def test_worker_throws_and_python_gets_eof(self) -> None:
        near, worker = self.served("PipeWorkers::fail")
        self.assertEqual(self.recv(near), "runs")
        near.send("fail")
        with self.assertRaises(EOFError):
            near.recv()
        self.join(worker, exitcode=1)
        self.expect_stack_trace("IllegalStateException: as the test wants it")

    def test_python_receiver_gone_breaks_javas_pipe(self) -> None:
        for duplex in (True, False):
            with self.subTest(duplex=duplex):
                receiver, sender = self.pipe(duplex)
                answers, answering = self.pipe(duplex=False)
                worker = self.worker("PipeWorkers::flood", sender, answering)
                sender.close()
                self.assertEqual(self.recv(answers), "begins")
                self.assertTrue(receiver.poll(20))
                receiver.close()
                self.assertEqual(self.recv(answers)[0], "MpBrokenPipeException")
                self.join(worker)

    def test_java_receiver_gone_breaks_pythons_pipe(self) -> None:
        for duplex in (True, False):
            with self.subTest(duplex=duplex):
                receiver, sender = self.pipe(duplex)
                remote = Remote(self, "PipeWorkers::remote", receiver)
                receiver.close()
                sender.send("taken")
                self.assertEqual(remote.call("recv"), "taken")
                remote.close()
                with self.assertRaises(BrokenPipeError):
                    sender.send("nobody is there")


class DescriptorTest(TestCase):
    """Descriptors that Python shares stay as they were (O_NONBLOCK would break its readers)."""

    def test_flags_of_shared_descriptors_never_change(self) -> None:
        queue, results = self.queue(), self.queue()
        near, far = self.pipe()
        receiver, sender = self.pipe(duplex=False)
        shared: list[Any] = [near, far, receiver, sender]
        for each in (queue, results):
            shared += [each._reader, each._writer]
        before = [descriptor_flags(end.fileno()) for end in shared]

        def check() -> None:
            self.assertEqual([descriptor_flags(end.fileno()) for end in shared], before)

        workers = [
            self.worker("QueueWorkers::echo", queue, results, None),
            self.worker("PipeWorkers::echo", far),
            self.worker("PipeWorkers::count", sender, 100_000),
        ]
        queue.put(b"x" * 1_000_000)
        near.send(b"x" * 1_000_000)
        check()
        self.assertEqual(len(self.recv(near)), 1_000_000)
        self.assertEqual(len(self.get(results)), 1_000_000)
        self.assertEqual(self.recv(receiver), 0)
        check()
        for worker in workers[1:]:
            worker.terminate()
        queue.put(None)
        self.join(workers[0])
        self.join(*workers[1:], exitcode=-15)
        check()
