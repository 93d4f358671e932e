"""Python programs and `jarpipe` commands that tests run beside themselves."""

from __future__ import annotations

import contextlib
import os
import pathlib
import subprocess
import sys
import textwrap
from typing import Any

import jarpipe
from folders import FolderTest
from support import PATIENCE, await_

ROOT = pathlib.Path(__file__).resolve().parents[4]
JARPIPE = str(ROOT / "bin" / "jarpipe")
PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(jarpipe.__file__)))
QUICK_JVM = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"]
"""Options for daemons that live for a second."""
TESTS = os.path.dirname(os.path.abspath(__file__))


class ProgramTest(FolderTest):
    """A test that runs programs beside itself and ends them, whatever its outcome."""

    def python(self, code: str, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Start a Python program on this interpreter, with warnings as errors.

        Args:
            code: its body; it is put below ``if __name__ == '__main__':``, after imports.
            arguments: its ``sys.argv[1:]``.
            options: of `subprocess.Popen`; stdout is a pipe unless they say something else.
        """
        body = textwrap.indent(textwrap.dedent(code), "    ")
        head = "import multiprocessing, os, signal, sys, threading, time\nimport jarpipe\n\n"
        script = self.write("program.py", f"{head}if __name__ == '__main__':\n{body}")
        command = [sys.executable, "-X", "dev", "-W", "error", script, *arguments]
        environ = environment(options.pop("env", {}))
        return self.run_command(command, env=environ, **options)

    def run_command(self, command: list[str], **options: Any) -> subprocess.Popen[str]:
        """Start a program; it is killed after the test if it still runs."""
        options.setdefault("stdout", subprocess.PIPE)
        program = subprocess.Popen(command, universal_newlines=True, **options)
        self.addCleanup(_end, program)
        return program

    def run_python(self, code: str, *arguments: str, **options: Any) -> str:
        """Run a program to its end, which must be a clean one without a word on standard error."""
        program = self.python(code, *arguments, stderr=subprocess.PIPE, **options)
        output, errors = program.communicate(timeout=PATIENCE)
        self.assertEqual((program.returncode, errors), (0, ""), output)
        return output

    def line(self, program: subprocess.Popen[str]) -> str:
        """Read the next line a program prints; fail if it ends instead."""
        assert program.stdout is not None
        text = program.stdout.readline()
        self.assertTrue(text.endswith("\n"), f"the program ended: {program.args!r}")
        return text.rstrip("\n")

    def ended(self, program: subprocess.Popen[str]) -> int:
        """Wait until a program has ended and return its exit code."""
        return program.wait(PATIENCE)


class Served:
    """A shared daemon, started by `bin/jarpipe serve` in a folder, with its log in a file.

    Args:
        folder: for the socket, the key and the log.
        options: of the command, besides address and workers.
        address: where to listen, if not in the folder.
        key_file: the key file that the command is told; otherwise it chooses the file itself.
    """

    def __init__(
        self, folder: str, *options: str, address: str | None = None, key_file: str | None = None
    ) -> None:
        self.address = address or os.path.join(folder, "jarpipe.sock")
        self.key_file = key_file or self.address + ".key"
        self.log_file = os.path.join(folder, "daemon.log")
        command = [JARPIPE, "serve", "--address", self.address, *options]
        if key_file is not None:
            command += ["--authkey-file", key_file]
        for entry in os.environ["JARPIPE_CLASSPATH"].split(os.pathsep):
            command += ["--workers", entry]
        with open(self.log_file, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                command, env=environment({}), stderr=log, stdin=subprocess.DEVNULL
            )
        self.pid = self.process.pid
        await_("the shared daemon to listen", self._listens)

    def _listens(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"jarpipe serve ended:\n{self.log()}")
        return "listening" in self.log()

    def log(self) -> str:
        """Return what the daemon has logged so far."""
        with open(self.log_file, encoding="utf-8") as file:
            return file.read()

    def key(self) -> bytes:
        """Return the key of the daemon."""
        with open(self.key_file, "rb") as file:
            return file.read().rstrip(b"\r\n")

    def bridge(self, **options: Any) -> jarpipe.Bridge:
        """Return a bridge to the daemon."""
        return jarpipe.Bridge(self.address, self.key(), **options)

    def wait(self) -> int:
        """Wait until the daemon has ended; return its exit code."""
        return self.process.wait(PATIENCE)

    def stop(self) -> None:
        """End the daemon if it still runs."""
        self.process.kill()
        self.process.wait()


def environment(additions: dict[str, str]) -> dict[str, str]:
    """Return this environment with the package to test, without a shared daemon, and additions.

    Daemons start quickly then; options that the environment has for them come on top.
    """
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([PACKAGE, TESTS])}
    options = [*QUICK_JVM, environ.get("JARPIPE_JAVA_OPTIONS", "")]
    environ["JARPIPE_JAVA_OPTIONS"] = " ".join(options)
    environ.pop("JARPIPE_ADDRESS", None)
    environ.pop("JARPIPE_AUTHKEY_FILE", None)
    return {**environ, **additions}


def command(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a `jarpipe` command to its end.

    Args:
        arguments: after the word ``jarpipe``.
        variables: of the environment, added to the current ones.
    """
    return subprocess.run(
        [JARPIPE, *arguments],
        env=environment(variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def _end(program: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError):
        program.kill()
    program.wait()
    for stream in (program.stdin, program.stdout, program.stderr):
        if stream is not None:
            stream.close()
