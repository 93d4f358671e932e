"""The private daemon: a child of this process that cannot outlive it.

How it is tied to us: its standard input is a pipe of which only this process has the write end (the
lifeline). Whatever ends this process, even SIGKILL, closes that end, and the daemon ends at
end-of-file. It listens at an abstract address, so no file is left behind either.

It stays in our process group: Ctrl-C in a terminal sends SIGINT to the daemon too, just as
multiprocessing's own children get it. A program whose workers shall survive Ctrl-C launches the
daemon while it ignores SIGINT; the JVM inherits that and leaves an ignored SIGINT ignored.
"""

from __future__ import annotations

import io
import os
import pickle
import struct
import subprocess
import time
from multiprocessing.connection import Connection, wait
from typing import Any, Sequence

from jarpipe import _fork
from jarpipe._daemons import Daemon, check_version
from jarpipe.errors import DaemonDied, DaemonError, JavaNotFound

_CLOSE_SECONDS = 5.0
"""How long a daemon may take to end after its lifeline was closed."""

_DEATH_SECONDS = 2.0
"""How long after its sockets have gone a dying daemon may take to become a zombie."""

_LONGEST_ANNOUNCEMENT = 65536


class PrivateDaemon(Daemon):
    """A running private daemon; made by `launch()`."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        lifeline: Connection,
        authkey: bytes,
        announcement: dict[str, Any],
        timeout: float,
    ) -> None:
        super().__init__(announcement["address"], timeout=timeout)
        self._process = process
        self._lifeline = lifeline
        self._authkey = authkey
        self.pid = process.pid
        _fork.notify(self)

    def authkey(self) -> bytes:
        """Return the key that was made for this daemon alone."""
        return self._authkey

    def poll(self) -> int | None:
        """Return the exit code if the daemon has ended, and reap it."""
        return self._process.poll()

    def close(self) -> None:
        """End the daemon and every worker in it, and reap it; blocks for seconds at most."""
        _end(self._process, self._lifeline)

    def explain(self, error: BaseException) -> DaemonError:
        """Say what an error means; the usual reason is that the daemon has died."""
        if isinstance(error, (EOFError, ConnectionError)):
            try:
                return _died(self._process.wait(_DEATH_SECONDS))
            except subprocess.TimeoutExpired:
                pass
        return super().explain(error)

    def refused(self, error: BaseException) -> DaemonError:
        """Say what a failed handshake means; the usual reason is that the daemon has died."""
        if isinstance(error, (EOFError, ConnectionError)):
            return self.explain(error)
        return super().refused(error)

    def after_fork_in_child(self) -> None:
        """Forget the daemon: it is the parent's to end and to reap."""
        self._process.returncode = 0  # or subprocess.Popen.__del__ would warn and wait for it

    def _cure(self) -> str:
        return f"see its messages on standard error, or end it (pid {self.pid}) and start again"

    def _key_cure(self) -> str:
        return "another program has taken over the address; close the bridge and start again"


def launch(command: Sequence[str], *, timeout: float) -> PrivateDaemon:
    """Launch a private daemon and wait until it listens.

    Args:
        command: what to execute.
        timeout: longest time in seconds for the daemon to say that it listens, and later for it to
            answer anything.

    Returns:
        The daemon, to be closed by the caller.

    Raises:
        JavaNotFound: the command cannot be executed.
        DaemonDied: it ended, or was ended because it took too long or said something else.
        DaemonTooOld: it speaks an older protocol.
    """
    stdin, lifeline = _fork.pipe()
    stdout, announcer = _fork.pipe()
    try:
        process = subprocess.Popen(command, stdin=stdin.fileno(), stdout=announcer.fileno())
    except BaseException as error:
        _fork.close(lifeline, stdout)
        if isinstance(error, OSError):
            raise JavaNotFound(
                f"{command[0]} cannot be executed ({error.strerror}): let JARPIPE_JAVA name the "
                "bin/java of a JDK",
                {"searched": (f"{command[0]}: {error.strerror}",)},
            ) from error
        raise
    finally:
        _fork.close(stdin, announcer)
    try:
        authkey = os.urandom(32)
        announcement = _introduce(process, lifeline, stdout, authkey, timeout)
        check_version(announcement)
        return PrivateDaemon(process, lifeline, authkey, announcement, timeout)
    except BaseException:
        _end(process, lifeline)
        raise
    finally:
        _fork.close(stdout)


def _introduce(
    process: subprocess.Popen[bytes],
    lifeline: Connection,
    stdout: Connection,
    authkey: bytes,
    timeout: float,
) -> dict[str, Any]:
    """Give the daemon its key, and read what it says of itself."""
    try:
        lifeline.send_bytes(authkey)
        return _announcement(_read_frame(stdout, time.monotonic() + timeout))
    except (EOFError, BrokenPipeError) as error:
        raise _died(_exit_code(process)) from error
    except TimeoutError as error:
        process.kill()
        raise DaemonDied(
            f"the private daemon was not ready within {timeout:g} s and was killed: see its "
            "messages on standard error; a slow machine needs a longer start_timeout",
            {"exitcode": process.wait()},
        ) from error
    except ValueError as error:
        process.kill()
        raise DaemonDied(
            "the private daemon said something unexpected on its standard output and was killed: "
            "remove JVM options that print there (JARPIPE_JAVA_OPTIONS)",
            {"exitcode": process.wait()},
        ) from error


def _read_frame(stdout: Connection, deadline: float) -> bytes:
    """Read a 4-byte big-endian length and as many bytes; no read blocks beyond the deadline."""
    data = bytearray()
    needed = 4
    while len(data) < needed:
        if not wait([stdout], max(0.0, deadline - time.monotonic())):
            raise TimeoutError
        chunk = os.read(stdout.fileno(), needed - len(data))
        if not chunk:
            raise EOFError
        data += chunk
        if needed == 4 and len(data) == 4:
            (length,) = struct.unpack("!I", data)
            if not 0 < length <= _LONGEST_ANNOUNCEMENT:
                raise ValueError(f"a frame of {length} bytes")
            needed += length
    return bytes(data[4:])


def _announcement(frame: bytes) -> dict[str, Any]:
    """Decode what a daemon says of itself; raise ValueError if it is something else."""
    try:
        announcement = _AnnouncementUnpickler(io.BytesIO(frame)).load()
    except Exception as error:  # the pickle module documents no exhaustive list
        raise ValueError("not a pickle of plain data") from error
    if not isinstance(announcement, dict) or not isinstance(announcement.get("address"), str):
        raise ValueError("no address")
    return announcement


class _AnnouncementUnpickler(pickle.Unpickler):
    """Reads plain data only."""

    def find_class(self, module: str, name: str) -> Any:
        """Refuse every class."""
        raise pickle.UnpicklingError(f"an announcement may not name {module}.{name}")


def _exit_code(process: subprocess.Popen[bytes]) -> int:
    """Wait a short time for a daemon that has closed its output; then end it."""
    try:
        return process.wait(_DEATH_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _end(process: subprocess.Popen[bytes], lifeline: Connection) -> None:
    _fork.close(lifeline)
    try:
        process.wait(_CLOSE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _died(exitcode: int) -> DaemonDied:
    return DaemonDied(
        f"the private daemon ended with exit code {exitcode}: see its messages on standard error; "
        "the next start() launches a new one",
        {"exitcode": exitcode},
    )
