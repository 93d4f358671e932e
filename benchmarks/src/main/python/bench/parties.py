"""The processes that take part: CPython, Java and C, each told by a connection what to do.

A party waits for commands on its connection: a number is how many items to produce, consume or
echo; it answers when that is done. ``None`` ends it. So all parties of a comparison stay alive and
warm, and those whose turn it is not wait without using the processor.

A party that fails raises `PartyError` with its name in this process, and is killed with the others
of its case, as they may wait for it. One that nobody got to know, because an error or Ctrl-C came
while it was made, ends with this process: parties are daemons, in the sense of `multiprocessing`.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pathlib
import struct
import subprocess
from multiprocessing.connection import Connection, wait
from typing import Any, Sequence

import jarpipe

from bench.measuring import cpu_seconds

__all__ = ["CParty", "JavaParty", "Party", "PartyError", "PythonParty", "compile_c"]

_WORKERS = "io.jarpipe.benchmarks.parties"
_PATIENCE = 120.0
"""Seconds that a command may take: a party that is stuck ends the benchmark with its name."""


class PartyError(RuntimeError):
    """A party has ended, or does not answer."""


class Party:
    """A process that obeys; closed or killed by whoever made it."""

    def __init__(self, name: str, pid: int) -> None:
        self.name = name
        self.pid = pid

    def begin(self, command: Any) -> None:
        """Tell it what to do, and do not wait."""
        raise NotImplementedError

    def finish(self) -> Any:
        """Wait until it is done, and return what it answers."""
        raise NotImplementedError

    def close(self) -> None:
        """End it, and wait until it has."""
        raise NotImplementedError

    def kill(self) -> None:
        """End it whatever it does, and wait until it has."""
        raise NotImplementedError

    def cpu(self) -> float:
        """Return the CPU seconds it has used so far."""
        return cpu_seconds(self.pid)


class _Process(Party):
    """A party behind a process object of `multiprocessing`.

    It keeps what the process was given: a semaphore that is collected here before the process has
    opened it is gone.
    """

    def __init__(
        self, name: str, process: Any, control: Connection, pid: int, kept: Sequence[Any]
    ) -> None:
        super().__init__(name, pid)
        self._process = process
        self._control = control
        self._kept = kept

    def begin(self, command: Any) -> None:
        try:
            self._control.send(command)
        except OSError as error:
            raise self._end() from error

    def finish(self) -> Any:
        try:
            if self._control.poll(_PATIENCE):
                return self._control.recv()
        except (EOFError, OSError) as error:
            raise self._end() from error
        raise PartyError(f"{self.name} has not answered for {_PATIENCE:g} s")

    def close(self) -> None:
        self.begin(None)
        self._process.join(_PATIENCE)
        if self._process.exitcode != 0:
            raise self._end()
        self._control.close()

    def kill(self) -> None:
        self._process.kill()
        self._process.join(_PATIENCE)
        self._control.close()

    def _end(self) -> PartyError:
        self._process.join(_PATIENCE)
        return PartyError(f"{self.name} has ended with {self._process.exitcode}")


class PythonParty(_Process):
    """A spawned CPython process.

    Args:
        target: a function of `bench.work`, called with the connection and the arguments.
        args: further arguments.
    """

    def __init__(self, target: Any, *args: Any) -> None:
        context = multiprocessing.get_context("spawn")
        control, theirs = context.Pipe()
        process = context.Process(
            target=target, args=(theirs, *args), name=target.__name__, daemon=True
        )
        process.start()
        theirs.close()
        name = f"{target.__name__} in CPython"
        super().__init__(name, process, control, process.pid or 0, args)


class JavaParty(_Process):
    """A Java worker.

    Args:
        bridge: what starts it.
        target: class and method of the package of parties.
        args: arguments after the connection.
    """

    def __init__(self, bridge: jarpipe.Bridge, target: str, *args: Any) -> None:
        context = jarpipe.get_context(bridge)
        control, theirs = context.Pipe()
        process = context.Process(
            target=f"{_WORKERS}.{target}", args=(theirs, *args), name=target, daemon=True
        )
        process.start()
        theirs.close()
        super().__init__(f"{target} in Java", process, control, bridge.pid or 0, args)


class CParty(Party):
    """A process in C, which frames messages as CPython does, with descriptors of pipes.

    Args:
        executable: the compiled peer.
        work: its first argument.
        connections: those whose descriptors it gets.
        arguments: further arguments.
    """

    def __init__(
        self,
        executable: pathlib.Path,
        work: str,
        connections: Sequence[Connection],
        arguments: Sequence[str] = (),
    ) -> None:
        numbers = [connection.fileno() for connection in connections]
        self._process = subprocess.Popen(
            [str(executable), work, *map(str, numbers), *arguments],
            pass_fds=numbers,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        super().__init__(f"{work} in C", self._process.pid)

    def begin(self, command: Any) -> None:
        """Write the number."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(struct.pack("q", command))
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise self._end() from error

    def finish(self) -> Any:
        """Read a number."""
        assert self._process.stdout is not None
        if not wait([self._process.stdout], _PATIENCE):
            raise PartyError(f"{self.name} has not answered for {_PATIENCE:g} s")
        answer = self._process.stdout.read(8)
        if len(answer) < 8:
            raise self._end()
        return struct.unpack("q", answer)[0]

    def close(self) -> None:
        """End it by the end of its input."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        if self._process.wait(_PATIENCE) != 0:
            raise self._end()

    def kill(self) -> None:
        """End it by SIGKILL."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(BrokenPipeError):  # what was not flushed
            self._process.stdin.close()
        self._process.stdout.close()

    def _end(self) -> PartyError:
        return PartyError(f"{self.name} has ended with {self._process.wait(_PATIENCE)}")


def compile_c(source: pathlib.Path, executable: pathlib.Path) -> str | None:
    """Compile the peer in C; return why that is not possible here, or nothing."""
    compiler = os.environ.get("CC", "cc")
    try:
        done = subprocess.run(
            [compiler, "-O2", "-o", str(executable), str(source), "-lpthread"],
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    except OSError as error:
        return f"no C compiler: {error}"
    return f"{compiler} failed: {done.stderr.strip()}" if done.returncode else None
