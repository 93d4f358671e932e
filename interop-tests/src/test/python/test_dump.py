"""`jarpipe dump`: what CPython's own tool lists, and what it says of damaged input."""

from __future__ import annotations

import io
import multiprocessing
import pathlib
import pickle
import pickletools
import subprocess
from typing import Any

from folders import FolderTest
from programs import JARPIPE, command

VALUES: list[Any] = [
    {"text": "ä'\n", "numbers": [1, 2.5, 2**70], "bytes": b"\0x", "tuple": (None, True, (1, 2))},
    [pathlib.PurePosixPath("/tmp"), {1, 2}, {"deep": [[[]]]}],
]


def listing(body: bytes) -> str:
    """Return what pickletools says, without its last line."""
    out = io.StringIO()
    pickletools.dis(body, out)
    return out.getvalue().rpartition("highest protocol")[0]


class DumpTest(FolderTest):
    """Listings of files and of standard input."""

    def file(self, content: bytes) -> str:
        """Make a file."""
        path = pathlib.Path(self.path("input"))
        path.write_bytes(content)
        return str(path)

    def test_pickle_is_listed_as_by_pickletools(self) -> None:
        for protocol in (0, 2, 5):
            for value in VALUES:
                with self.subTest(protocol=protocol, value=value):
                    body = pickle.dumps(value, protocol)
                    done = command("dump", "--full", self.file(body))
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    self.assertEqual(done.stdout, listing(body))

    def test_messages_of_a_pipe_are_listed_one_by_one(self) -> None:
        reader, writer = multiprocessing.Pipe(duplex=False)
        with reader, writer:
            writer.send(VALUES[1])
            writer.send_bytes(b"#WELCOME#")
            writer.close()
            with open(reader.fileno(), "rb", closefd=False) as stream:
                sent = stream.read()
        for option in ((), ("--frames",)):
            done = subprocess.run(
                [JARPIPE, "dump", *option, "-"], input=sent, capture_output=True, check=False
            )
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            text = done.stdout.decode()
            self.assertTrue(text.startswith("frame at 0: "), text)
            self.assertIn("SHORT_BINUNICODE 'deep'", text)
            self.assertTrue(text.endswith(": 9 bytes\nb'#WELCOME#'\n"), text)

    def test_damage_is_exit_code_1_with_place_and_expectation(self) -> None:
        body = pickle.dumps(VALUES, 4)
        for content, says in (
            (body[:-1], f"offset {len(body) - 1}: expected an opcode, STOP at last, got the end\n"),
            (b"\0\0\0\x09\x80\x04N.", "offset 8: expected 9 bytes of a frame, got 4 bytes\n"),
            (b"\x80\x04\x8c\xffx", "offset 2: expected 255 bytes of text, got 1 bytes left\n"),
            (b"", "offset 0: expected an opcode, STOP at last, got the end\n"),
        ):
            with self.subTest(says):
                done = command("dump", self.file(content))
                self.assertEqual((done.returncode, done.stderr), (1, ""))
                self.assertIn(says, done.stdout)

    def test_long_arguments_are_shortened_unless_all_is_wanted(self) -> None:
        path = self.file(pickle.dumps(["x" * 5000, [[[1]]]]))
        short, full = command("dump", path).stdout, command("dump", "--full", path).stdout
        self.assertIn("'... (5000 characters)\n", short)
        self.assertIn("'" + "x" * 5000 + "'\n", full)
        flat = command("dump", "--depth", "0", path)
        self.assertEqual(flat.returncode, 0)
        self.assertRegex(flat.stdout, r"\.\.\. \d+ instructions below more than 0 marks\n")

    def test_missing_file(self) -> None:
        done = command("dump", self.path("missing"))
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr, f"jarpipe: {self.path('missing')}: no such file\n")
