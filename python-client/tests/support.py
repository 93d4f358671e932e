"""What the tests share: waiting, stand-in daemons, descriptor tables, scripts."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest
from typing import Any, Callable, Iterator
from unittest import mock

import jarpipe

HERE = os.path.dirname(os.path.abspath(__file__))
FAKE_DAEMON = os.path.join(HERE, "fake_daemon.py")
PACKAGE_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(jarpipe.__file__)))
PATIENCE = 30.0 * float(os.environ.get("JARPIPE_TEST_TIMEOUT_FACTOR", "1"))
"""Seconds that a wait may take before the test fails."""

_POLL_SECONDS = 0.005


def eventually(what: str, condition: Callable[[], Any]) -> Any:
    """Wait until a condition holds, and return what it returned.

    Args:
        what: names the wait in the failure.
        condition: returns something true when the wait is over.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {PATIENCE:g} s in vain for {what}")
        time.sleep(_POLL_SECONDS)  # between two looks: most of what is awaited tells nobody


def descriptors(pid: int | str = "self") -> dict[int, str]:
    """Return the open descriptors of a process with what they point to."""
    table = {}
    for name in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):
            table[int(name)] = os.readlink(f"/proc/{pid}/fd/{name}")
    return {fd: link for fd, link in table.items() if not link.endswith("/fd")}


def has_ended(pid: int) -> bool:
    """Say whether a process is gone, or a zombie."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def fork() -> None:
    """Fork a child, which ends at once: what was made before may be shared now."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


class TestCase(unittest.TestCase):
    """A test in a folder of its own, with nothing of jarpipe in the environment."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="jarpipe-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        clean = {key: value for key, value in os.environ.items() if not key.startswith("JARPIPE_")}
        environ = mock.patch.dict(os.environ, clean, clear=True)
        environ.start()
        self.addCleanup(environ.stop)
        self.log_path = os.path.join(self.folder, "log")
        os.environ["FAKE_LOG"] = self.log_path
        os.environ["JARPIPE_CACHE"] = "off"

    def log(self) -> list[str]:
        """Return what the stand-in daemon has written into its log."""
        with contextlib.suppress(FileNotFoundError), open(self.log_path) as file:
            return file.read().splitlines()
        return []

    def await_log(self, line: str) -> None:
        """Wait for a line in the log of the stand-in daemon."""
        eventually(f"the daemon's log line {line!r}", lambda: line in self.log())

    def write(self, name: str, content: str, mode: int = 0o600) -> str:
        """Make a file in the folder of the test."""
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(content)
        os.chmod(path, mode)
        return path

    def fake_java(self, name: str = "java") -> str:
        """Make an executable that looks like Java and is the stand-in daemon."""
        return self.write(name, f'#!/bin/sh\nexec "{sys.executable}" "{FAKE_DAEMON}" "$@"\n', 0o755)

    def use_private_daemon(self) -> None:
        """Let the environment lead to a private stand-in daemon."""
        os.environ["JARPIPE_JAVA"] = self.fake_java()
        os.environ["JARPIPE_JAR"] = self.write("jarpipe.jar", "")

    def private_bridge(self, **options: Any) -> jarpipe.Bridge:
        """Return a bridge to a private stand-in daemon, closed after the test."""
        self.use_private_daemon()
        bridge = jarpipe.Bridge(**options)
        self.addCleanup(bridge.close)
        return bridge

    @contextlib.contextmanager
    def shared_daemon(self, misbehaviour: str = "", key: str = "a secret") -> Iterator[str]:
        """Run a shared stand-in daemon; its key file is beside its address."""
        address = os.path.join(self.folder, "socket")
        key_file = self.write("socket.key", key + "\n")
        command = [sys.executable, FAKE_DAEMON, "serve", "--address", address]
        daemon = subprocess.Popen(
            [*command, "--authkey-file", key_file], env=dict(os.environ, FAKE_DAEMON=misbehaviour)
        )
        try:
            self.await_log("ready")
            yield address
        finally:
            daemon.kill()
            daemon.wait()

    @contextlib.contextmanager
    def no_new_descriptors(self) -> Iterator[None]:
        """Fail if descriptors are open afterwards that were not before."""
        gc.collect()
        before = descriptors()
        yield
        gc.collect()
        new = {fd: link for fd, link in descriptors().items() if before.get(fd) != link}
        self.assertEqual(new, {}, "descriptors left open")

    def script(self, code: str, **options: Any) -> subprocess.Popen[str]:
        """Run a program in an interpreter of its own.

        It leads a session, all of which is killed after the test.
        """
        path = [PACKAGE_ROOT, os.path.dirname(HERE)]
        program = subprocess.Popen(
            [sys.executable, "-X", "dev", "-W", "error", "-c", textwrap.dedent(code)],
            env=dict(os.environ, PYTHONPATH=os.pathsep.join(path), PYTHONUNBUFFERED=""),
            stdout=subprocess.PIPE,
            universal_newlines=True,
            start_new_session=True,
            **options,
        )

        def end() -> None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            program.communicate()

        self.addCleanup(end)
        return program

    def run_script(self, code: str) -> str:
        """Run a program to its end, which must be a clean one, and return its output."""
        program = self.script(code, stderr=subprocess.PIPE)
        output, errors = program.communicate(timeout=PATIENCE)
        self.assertEqual((program.returncode, errors), (0, ""), output)
        return str(output)
