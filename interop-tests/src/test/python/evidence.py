"""What is kept of a test that failed: stacks, thread dumps, descriptors, semaphores."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import subprocess
from multiprocessing import resource_tracker

_JCMD_SECONDS = 20.0


def descendants() -> list[int]:
    """Return the pids of this process's children, their children and so on."""
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{name}/stat", "rb") as file:
            parents[int(name)] = int(file.read().rpartition(b")")[2].split()[1])
    found = {os.getpid()}
    while True:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        if not more:
            return sorted(found - {os.getpid()})
        found |= more


def kill_descendants() -> None:
    """Kill all of them but the resource tracker, which removes the semaphores left behind."""
    tracker = resource_tracker._resource_tracker._pid  # type: ignore[attr-defined]
    for pid in descendants():
        if pid != tracker:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def descriptors(pid: int | str = "self") -> dict[int, str]:
    """Return the open descriptors of a process with what they point to."""
    table = {}
    with contextlib.suppress(OSError):
        for name in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                table[int(name)] = os.readlink(f"/proc/{pid}/fd/{name}")
    return table


def keep(folder: str, details: str, output: str) -> None:
    """Write the evidence into a folder, which is made.

    Args:
        folder: where to.
        details: why the test failed.
        output: what the test and its processes printed.
    """
    os.makedirs(folder, exist_ok=True)
    processes = [os.getpid(), *descendants()]
    _write(folder, "failure.txt", details)
    _write(folder, "output.txt", output)
    _write(folder, "descriptors.txt", "\n".join(map(_descriptor_table, processes)))
    _write(folder, "shm.txt", _shared_memory())
    with open(os.path.join(folder, "stacks.txt"), "w") as file:
        faulthandler.dump_traceback(file)
    for pid in processes:
        if _executable(pid).endswith("/java"):
            _write(folder, f"java-{pid}.txt", _thread_dump(pid))


def _write(folder: str, name: str, text: str) -> None:
    with open(os.path.join(folder, name), "w", errors="backslashreplace") as file:
        file.write(text)


def _executable(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return ""


def _command(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/cmdline", errors="replace") as file:
            return file.read().replace("\0", " ")
    except OSError:
        return "?"


def _descriptor_table(pid: int) -> str:
    lines = [f"{fd:5} {target}" for fd, target in sorted(descriptors(pid).items())]
    return "\n".join([f"process {pid}: {_command(pid)}", *lines, ""])


def _shared_memory() -> str:
    lines = []
    for name in sorted(os.listdir("/dev/shm")):
        with contextlib.suppress(OSError):
            size = os.stat(f"/dev/shm/{name}").st_size
            lines.append(f"{size:12} {name}{_semaphore(name)}")
    return "\n".join([*lines, ""])


def _semaphore(name: str) -> str:
    """Return value and waiters of a glibc semaphore: the first two words of its file."""
    if not name.startswith("sem."):
        return ""
    with open(f"/dev/shm/{name}", "rb") as file:
        words = file.read(8)
    return f" value={int.from_bytes(words[:4], 'little')} waiters={words[4:].hex()}"


def _thread_dump(pid: int) -> str:
    """Ask the `jcmd` beside a running `java` for the stacks of its threads."""
    jcmd = os.path.join(os.path.dirname(_executable(pid)), "jcmd")
    try:
        return subprocess.run(
            [jcmd, str(pid), "Thread.print", "-l"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_JCMD_SECONDS,
            text=True,
            check=False,
        ).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"no thread dump: {error}"
