"""Items that are longer than a pipe, and more of them than anybody takes."""

from __future__ import annotations

import fcntl
import re
from typing import Any

import jarpipe
from support import ONCE, Remote, TestCase, await_

F_SETPIPE_SZ, F_GETPIPE_SZ = 1031, 1032  # Python names them from 3.10 on
USUAL, GROWN = 64 << 10, 256 << 10
"""What a pipe holds, and what it holds when long items go through it."""

LONG = bytes(100_000)
SOME = 4
"""How many long items it takes."""

HEAP = 96 << 20
MIB = 1 << 20


def capacity(connection: Any) -> int:
    """Return how many bytes a pipe holds."""
    return fcntl.fcntl(connection.fileno(), F_GETPIPE_SZ)


class GrowthTest(TestCase):
    """A pipe into which a feeder writes grows with some long items, and no other pipe does."""

    def setUp(self) -> None:
        super().setUp()
        if (
            capacity(self.pipe(duplex=False)[0]) != USUAL
        ):  # by the machine, or the user has too many
            self.skipTest("new pipes do not have their usual capacity here")

    def take(self, remote: Remote, put: Any, count: int, item: bytes = LONG) -> None:
        """Let Java take so many items."""
        for _ in range(count):
            remote.begin("take")
            put(item)
            self.assertEqual(remote.end(), item)

    def test_java_takes(self) -> None:
        queue = self.queue()
        remote = Remote(self, "RemoteQueue", queue)
        self.take(remote, queue.put, 10, b"short")
        self.take(remote, queue.put, SOME - 1)
        self.assertEqual(capacity(queue._reader), USUAL)
        self.take(remote, queue.put, 1)
        self.assertEqual(capacity(queue._reader), GROWN)
        self.take(remote, queue.put, 10)
        self.assertEqual(capacity(queue._reader), GROWN)
        remote.close()

    def test_java_puts(self) -> None:
        for queue in (self.queue(), self.joinable_queue()):
            joinable = hasattr(queue, "join")
            remote = Remote(self, "RemoteQueue::joinable" if joinable else "RemoteQueue", queue)
            for number in range(1, SOME + 3):
                remote.call("put", LONG)
                self.assertEqual(capacity(queue._writer), USUAL if number < SOME else GROWN)
                self.assertEqual(self.get(queue), LONG)
                if joinable:
                    queue.task_done()
            remote.close()

    def test_one_that_the_program_has_grown(self) -> None:
        queue = self.queue()
        fcntl.fcntl(queue._writer.fileno(), F_SETPIPE_SZ, 2 * GROWN)
        remote = Remote(self, "RemoteQueue", queue)
        self.take(remote, queue.put, 2 * SOME)
        self.assertEqual(capacity(queue._reader), 2 * GROWN)
        remote.close()

    def test_pipes_in_which_a_writer_waits(self) -> None:
        """A longer one would let `send` and `put` return that have to wait."""
        queue = self.simple_queue()
        remote = Remote(self, "RemoteSimpleQueue", queue)
        reader, writer = self.pipe(duplex=False)
        receiver = Remote(self, "ConnectionWorkers::remote", reader)
        for _ in range(2 * SOME):
            remote.begin("take")
            queue.put(LONG)
            self.assertEqual(remote.end(), LONG)
            receiver.begin("recv")
            writer.send(LONG)
            self.assertEqual(receiver.end(), LONG)
        self.assertEqual((capacity(queue._reader), capacity(writer)), (USUAL, USUAL))
        remote.close()
        receiver.close()


@ONCE
class BacklogTest(TestCase):
    """Java puts, and nobody takes: what waits is no burden to the heap, and is limited as it is."""

    def setUp(self) -> None:
        super().setUp()
        bridge = jarpipe.Bridge(
            java_options=[f"-Xmx{HEAP}", "-Djarpipe.leakDetection=on", "-XX:+UseSerialGC"]
        )
        self.addCleanup(bridge.close)
        self.ctx = bridge.get_context()  # type: ignore[misc]
        bridge.version()
        self.daemon = bridge.pid

    def resident(self) -> int:
        """Return how many bytes of memory the daemon has."""
        with open(f"/proc/{self.daemon}/status") as file:
            return int(re.findall(r"VmRSS:\s+(\d+)", file.read())[0]) << 10

    def test_too_much_is_an_error_and_nothing_is_lost(self) -> None:
        queue = self.queue()
        remote = Remote(self, "RemoteQueue", queue)
        put = 0
        with self.assertRaisesRegex(RuntimeError, "OutOfMemoryError") as caught:
            while put < 2 * HEAP // MIB:
                remote.call("put", put.to_bytes(4, "big") * (MIB // 4))
                put += 1
        self.assertGreater(put, HEAP // MIB // 2)
        self.assertRegex(
            str(caught.exception),
            rf"an item of \d+ bytes finds no room behind {put} others of \d+ bytes that wait to be "
            r"written to the queue: limit them by the queue's maxsize or by withFeederLimit"
            r"\(bytes\), or allow more \(no native memory for \d+ bytes: \d+ are in use \(limit: ",
        )
        full = self.resident()
        for number in range(put):
            item = self.get(queue)
            self.assertEqual((len(item), item[:4]), (MIB, number.to_bytes(4, "big")))
        await_("the memory to be given back", lambda: full - self.resident() > put * MIB // 2)
        remote.call("put", "goes on")
        self.assertEqual(self.get(queue), "goes on")
        remote.close()
