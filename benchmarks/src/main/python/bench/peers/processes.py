"""The processes of peers: servers, and the clients that make the calls and take the time."""

from __future__ import annotations

import multiprocessing
import os
import pathlib
import signal
import subprocess
from multiprocessing import connection
from typing import Any, Sequence

import jarpipe

import bench
from bench.parties import Party, PartyError
from bench.peers.installation import Unavailable

__all__ = ["Client", "Server"]

_PATIENCE = 120.0
"""Seconds that a start, a command or an end may take."""

_MODULES = os.pathsep.join(
    str(pathlib.Path(str(package.__file__)).parents[1]) for package in (bench, jarpipe)
)


class _Child(Party):
    """A process that ends when it is let go, as it also is when this one dies.

    It has a session of its own, so that Ctrl-C ends it in the same way. What it complains of goes
    into a file.
    """

    def __init__(
        self, name: str, command: Sequence[str], complaints: pathlib.Path, **options: Any
    ) -> None:
        self._complaints = complaints
        with open(complaints, "wb") as file:
            self._process = subprocess.Popen(
                command, stderr=file, bufsize=0, start_new_session=True, **options
            )
        super().__init__(name, self._process.pid)

    def close(self) -> None:
        status = self._end()
        if status:
            raise PartyError(f"{self.name} has ended with {status}: {self._complaint()}")

    def kill(self) -> None:
        self._let_go()
        os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def _end(self) -> int:
        """Let it end, and return its exit status; one that does not end is killed."""
        self._let_go()
        try:
            return self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()
            raise PartyError(f"{self.name} has not ended for {_PATIENCE:g} s") from None

    def _let_go(self) -> None:
        raise NotImplementedError

    def _complaint(self) -> str:
        """Return the last line that is not indented: of a stack trace, the exception."""
        lines = self._complaints.read_text(errors="replace").splitlines()
        return next((line for line in reversed(lines) if line.strip() and line[0] > " "), "")


class Server(_Child):
    """A process that serves until its standard input ends.

    Clients tell it what to do, so the benchmark itself does not.

    Args:
        name: of the peer.
        command: with its arguments.
        complaints: a file for its standard error.
        mark: what the line on its standard output has that says that it serves.

    Raises:
        Unavailable: it does not serve.
    """

    def __init__(
        self, name: str, command: Sequence[str], complaints: pathlib.Path, mark: str
    ) -> None:
        super().__init__(name, command, complaints, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            self.announcement = self._await(mark)
        except BaseException:
            self._end()
            raise

    def _await(self, mark: str) -> str:
        output = self._process.stdout
        assert output is not None
        last = ""
        while connection.wait([output], _PATIENCE):
            line = output.readline().decode()
            if not line:
                raise Unavailable(f"{self.name} has ended: {self._complaint() or last}")
            if mark in line:
                return line.strip()
            last = line.strip()
        raise Unavailable(f"{self.name} does not serve after {_PATIENCE:g} s")

    def begin(self, command: Any) -> None:
        """Do nothing: it waits for clients."""

    def finish(self) -> Any:
        """Do nothing: a client that has its answers is done."""

    def _let_go(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()


class Client(_Child):
    """A Python process that makes so many calls as it is told, and answers how long they took.

    Args:
        name: of the peer.
        python: the interpreter.
        address: where the server is.
        complaints: a file for its output.
        connections: those whose descriptors it gets.

    Raises:
        Unavailable: it cannot connect.
    """

    def __init__(
        self,
        name: str,
        python: str,
        address: str,
        complaints: pathlib.Path,
        connections: Sequence[connection.Connection] = (),
    ) -> None:
        self._control, theirs = multiprocessing.Pipe()
        with theirs:
            super().__init__(
                name,
                [python, "-m", "bench.peers.client", name, str(theirs.fileno()), address],
                complaints,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[end.fileno() for end in (theirs, *connections)],
                env={**os.environ, "PYTHONPATH": _MODULES},
            )
        try:
            self.finish()
        except BaseException as error:
            self._end()
            if isinstance(error, PartyError):
                raise Unavailable(str(error)) from error
            raise

    def begin(self, command: Any) -> None:
        """Tell it how many calls to make, and which."""
        self._control.send(command)

    def finish(self) -> Any:
        """Wait for its answer: nothing, or the times in seconds, sorted."""
        if not self._control.poll(_PATIENCE):
            raise PartyError(f"{self.name} has not answered for {_PATIENCE:g} s")
        try:
            return self._control.recv()
        except (EOFError, ConnectionResetError) as error:
            self._process.wait(_PATIENCE)
            raise PartyError(f"{self.name}'s client has ended: {self._complaint()}") from error

    def _let_go(self) -> None:
        self._control.close()
