"""The processes that take part: CPython, Java and C, each told by a connection what to do.

A party waits for commands on its connection: a number is how many items to produce, consume or
echo; it answers when that is done. ``None`` ends it. So all parties of a comparison stay alive and
warm, and those whose turn it is not wait without using the processor.
"""

from __future__ import annotations

import multiprocessing
import os
import pathlib
import struct
import subprocess
import sys
from multiprocessing.connection import Connection
from typing import Any, Sequence

import jarpipe

from bench.measuring import cpu_seconds

__all__ = ["CParty", "JavaParty", "Party", "PythonParty"]

_WORKERS = "io.jarpipe.benchmarks.parties"
_PATIENCE = 120.0
"""Seconds that a command may take: a party that is stuck ends the benchmark with its name."""


class Party:
    """A process that obeys; closed by whoever made it."""

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
        """End it."""
        raise NotImplementedError

    def cpu(self) -> float:
        """Return the CPU seconds it has used so far."""
        return cpu_seconds(self.pid)


class _Process(Party):
    """A party behind a process object of `multiprocessing`."""

    def __init__(self, process: Any, control: Connection, pid: int) -> None:
        super().__init__(process.name, pid)
        self._process = process
        self._control = control

    def begin(self, command: Any) -> None:
        self._control.send(command)

    def finish(self) -> Any:
        if not self._control.poll(_PATIENCE):
            raise RuntimeError(f"{self.name} has not answered for {_PATIENCE:g} s")
        return self._control.recv()

    def close(self) -> None:
        self._control.send(None)
        self._process.join(_PATIENCE)
        self._control.close()
        if self._process.exitcode != 0:
            raise RuntimeError(f"{self.name} has ended with {self._process.exitcode}")


class PythonParty(_Process):
    """A spawned CPython process.

    Args:
        target: a function of `bench.work`, called with the connection and the arguments.
        args: further arguments.
    """

    def __init__(self, target: Any, *args: Any) -> None:
        context = multiprocessing.get_context("spawn")
        control, theirs = context.Pipe()
        process = context.Process(target=target, args=(theirs, *args), name=target.__name__)
        process.start()
        theirs.close()
        super().__init__(process, control, process.pid or 0)


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
        process = context.Process(target=f"{_WORKERS}.{target}", args=(theirs, *args), name=target)
        process.start()
        theirs.close()
        super().__init__(process, control, bridge.pid)


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
        super().__init__(work, self._process.pid)

    def begin(self, command: Any) -> None:
        """Write the number."""
        assert self._process.stdin is not None
        self._process.stdin.write(struct.pack("q", command))
        self._process.stdin.flush()

    def finish(self) -> Any:
        """Read a number."""
        assert self._process.stdout is not None
        answer = self._process.stdout.read(8)
        if len(answer) < 8:
            raise RuntimeError(f"{self.name} in C has ended with {self._process.wait()}")
        return struct.unpack("q", answer)[0]

    def close(self) -> None:
        """End it by the end of its input."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


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


def close_all(parties: list[Party]) -> None:
    """End all parties, also when one of them has failed; the first failure is raised."""
    failure: BaseException | None = None
    while parties:
        try:
            parties.pop().close()
        except (OSError, RuntimeError, EOFError) as error:
            failure = failure or error
    if failure is not None and sys.exc_info()[0] is None:
        raise failure
