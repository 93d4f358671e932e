"""A message of 2.5 GiB each way, to and from a JVM whose heap is a tenth of it.

Lengths beyond 2 GiB take the long form of the header. These tests take seconds and gigabytes, so
JARPIPE_TEST_HUGE says which of them run: none, ``some`` or ``all``. The build runs some on the
oldest interpreter, or all on the oldest and the newest one if the variable is set for the build.
"""

from __future__ import annotations

import mmap
import os
import struct
import unittest
import zlib
from typing import Any

import jarpipe
from support import PATIENCE, TestCase, environment

LENGTH = (5 << 29) + 1
"""2.5 GiB and a byte."""

HEAP = 256 << 20

HUGE = os.environ.get("JARPIPE_TEST_HUGE", "")

_MARK_EVERY = 1 << 24

_only_if_all = unittest.skipUnless(HUGE == "all", "JARPIPE_TEST_HUGE is not 'all'")


def checksum(message: Any) -> int:
    """Return the CRC-32 of a long message."""
    result = 0
    with memoryview(message) as view:
        for start in range(0, len(view), _MARK_EVERY):
            result = zlib.crc32(view[start : start + _MARK_EVERY], result)
    return result


def receive(receiver: Any, answering: Any) -> None:
    """Receive a message and tell its length, and how many of its bytes are as they should be."""
    message = receiver.recv_bytes()
    answering.send((len(message), message.count(b"j")))


@unittest.skipUnless(HUGE, "JARPIPE_TEST_HUGE is not set")
class GiantTest(TestCase):
    """Messages that no Java array can hold."""

    def setUp(self) -> None:
        super().setUp()
        bridge = jarpipe.Bridge(java_options=[f"-Xmx{HEAP}", "-Djarpipe.leakDetection=on"])
        self.addCleanup(bridge.close)
        self.ctx = bridge.get_context()  # type: ignore[misc]

    def _python_to_java(self, method: str, *args: Any) -> None:
        message = mmap.mmap(-1, LENGTH, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self.addCleanup(message.close)
        for number, start in enumerate(range(0, LENGTH - 8, _MARK_EVERY), 1):
            message[start : start + 8] = struct.pack("!Q", number)
        for duplex in (True, False) if HUGE == "all" else (True,):
            with self.subTest(duplex=duplex):
                receiver, sender = self.pipe(duplex)
                answers, answering = self.pipe(duplex=False)
                worker = self.worker(f"ConnectionGiants::{method}", receiver, answering, *args)
                receiver.close()
                sender.send_bytes(message)
                length, crc, heap = self.recv(answers)
                self.assertEqual((length, crc), (LENGTH, checksum(message)))
                self.assertLessEqual(heap, HEAP)
                self.join(worker)

    def test_python_to_java_as_a_stream(self) -> None:
        self._python_to_java("receiveStream")

    @_only_if_all
    def test_python_to_java_into_native_memory(self) -> None:
        self._python_to_java("receiveNative", LENGTH)

    def _java_to_python(self, as_stream: bool) -> None:
        receiver, sender = self.pipe()
        answers, answering = self.pipe(duplex=False)
        with environment(PYTHONMALLOC="malloc"):
            # Up to 3.13 each read(2) is given a buffer for all that is missing, which the debugging
            # allocator of these tests would fill each time.
            child = self.child("spawn", receive, receiver, answering)
        worker = self.worker("ConnectionGiants::send", sender, LENGTH, as_stream)
        receiver.close()
        sender.close()
        self.assertTrue(answers.poll(3 * PATIENCE))
        self.assertEqual(answers.recv(), (LENGTH, LENGTH))
        self.join(worker, child)

    def test_java_to_python_as_a_stream(self) -> None:
        self._java_to_python(as_stream=True)

    @_only_if_all
    def test_java_to_python_from_native_memory(self) -> None:
        self._java_to_python(as_stream=False)
