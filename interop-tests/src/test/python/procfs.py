"""What the kernel says about processes: descriptors, threads, semaphores, whether they live."""

from __future__ import annotations

import collections
import contextlib
import glob
import os
import pathlib
import re
from typing import Counter

SEMAPHORE_FILES = "/dev/shm/sem."
_SYSTEM_CALLS = {
    "x86_64": {0: "read", 1: "write", 7: "poll", 61: "wait4", 202: "futex"},
    "aarch64": {63: "read", 64: "write", 73: "poll", 260: "wait4", 98: "futex"},
}


def descriptors(pid: int | str = "self") -> Counter[str]:
    """Count the open descriptors of a process by what they are: ``pipe``, ``socket``, a path."""
    kinds: Counter[str] = collections.Counter()
    folder = f"/proc/{pid}/fd"
    for number in os.listdir(folder):
        with contextlib.suppress(FileNotFoundError):
            kinds[re.sub(r":\[\d+\]$", "", os.readlink(f"{folder}/{number}"))] += 1
    kinds.pop(f"/proc/{os.getpid()}/fd", None)  # the listing itself
    return kinds


def threads(pid: int | str) -> dict[int, str]:
    """Return the threads of a process: kernel id and name, which the kernel cuts to 15 bytes."""
    names = {}
    with contextlib.suppress(FileNotFoundError):  # the process has ended
        for task in os.listdir(f"/proc/{pid}/task"):
            comm = pathlib.Path(f"/proc/{pid}/task/{task}/comm")
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                names[int(task)] = comm.read_text("utf-8", "replace").rstrip("\n")
    return names


def semaphore_mappings(pid: int) -> list[str]:
    """Return the lines of a process's memory map that are named semaphores, unlinked ones too."""
    with open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as file:
        return [line.rstrip("\n") for line in file if SEMAPHORE_FILES in line]


def shared_mappings(pid: int) -> int:
    """Count the blocks of CPython's shared memory in a process's memory map."""
    with open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as file:
        return sum("/pym-" in line for line in file)


def own_semaphores() -> set[str]:
    """Return the names of the semaphores that exist and that this process has mapped."""
    with open("/proc/self/maps", encoding="utf-8", errors="replace") as file:
        inodes = {int(line.split()[4]) for line in file if SEMAPHORE_FILES in line}
    return {
        entry.path
        for entry in os.scandir("/dev/shm")
        if entry.path.startswith(SEMAPHORE_FILES) and entry.inode() in inodes
    }


def semaphores_that_exist(names: list[str]) -> list[str]:
    """Return those of some semaphores, with leading slash as Python has them, that still exist."""
    return [name for name in names if os.path.exists(SEMAPHORE_FILES + name[1:])]


def state(pid: int) -> str | None:
    """Return the state letter of a process or thread, such as ``S`` or ``Z``; ``None``: no such."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None


def open_file(pid: int, number: int) -> str | None:
    """Return what a descriptor of a process refers to; ``None``: it is closed by now."""
    try:
        return os.readlink(f"/proc/{pid}/fd/{number}")
    except (FileNotFoundError, ProcessLookupError):
        return None


def has_ended(pid: int) -> bool:
    """Say whether a process is gone, or a zombie whose parent has not reaped it yet.

    A process whose first thread is a zombie may still have others, and open descriptors.
    """
    return state(pid) in (None, "Z", "X") and len(threads(pid)) <= 1


def jvm_data_files(pid: int) -> list[str]:
    """Return the files that a JVM keeps for tools such as jps while it runs."""
    return glob.glob(f"/tmp/hsperfdata_*/{pid}")


def abstract_sockets(name: str) -> list[str]:
    """Return the lines of the kernel's list of Unix sockets that have this name (``@name``)."""
    with open("/proc/net/unix", encoding="utf-8", errors="replace") as file:
        return [line for line in file if line.rstrip("\n").endswith(f" {name}")]


def system_call(task: int) -> str:
    """Return the system call in which a thread sleeps, and for some its first argument.

    It is empty for a thread that runs, has ended, or sleeps in a call that no test waits for.
    """
    path = pathlib.Path(f"/proc/{task}/syscall")
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        number, *arguments = path.read_text().split()
        if number.isdecimal():
            name = _SYSTEM_CALLS[os.uname().machine].get(int(number), "")
            return f"{name} {int(arguments[0], 16)}" if name in ("read", "write") else name
    return ""
