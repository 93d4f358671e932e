"""The options with which a private daemon's JVM is started, and what of them is left to the user.

Some facts about HotSpot's options:

* The last of two equal options wins, so the user's come after ours. But two collectors are an
  error, as is an initial heap larger than the maximum, and of two kinds of large pages ours would
  win: where the user says anything about one of these, ours are left out.
* It reads options from variables of the environment and from files, too.
* Huge pages that the kernel does not give are a warning on standard output, where we read the
  daemon's address.
"""

from __future__ import annotations

import re
import shlex
from typing import Mapping, Sequence

from jarpipe import _archive

_NO_PERF_FILE = "-XX:+PerfDisableSharedMem"
"""Keeps the JVM from making a file in /tmp that a SIGKILL would leave behind."""

COLLECTOR = ("-XX:+UseSerialGC",)
"""Has the fewest threads, and no work to do while other threads run."""

HEAP = ("-Xms192m", "-XX:NewSize=64m", "-XX:SurvivorRatio=3")
"""A young generation that some large messages fit into: what does not goes to the old one, which
the serial collector lets grow before it collects it. Three fifths of it, where objects are made,
are still in the large caches of today's processors; two survivor spaces of a fifth each hold what
is alive in between. Memory that is not used yet is not taken.
"""

HUGE_PAGES = ("-XX:+UseTransparentHugePages", "-XX:TLABSize=64k")
"""A processor finds what is in few large pages faster. As a page is taken as a whole, each thread
begins with a small part of the heap of its own, right behind the others'; it grows where a thread
makes many objects.
"""

OBJECTS = ("-XX:+UseCompactObjectHeaders",)
"""Smaller objects: decoding allocates a sixth less, and takes less time."""

_VARIABLES = ("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS")
_FILES = re.compile(r"@|-XX:(Flags|VMOptionsFile)=")
_COLLECTORS = re.compile(r"-XX:[+-]Use\w+GC$")
_PAGES = "/sys/kernel/mm/transparent_hugepage/enabled"
_SIZES = re.compile(r"-Xm[snx]|-XX:\w*(HeapSize|NewSize|NewRatio|RAM\w*)=")
_LARGE_PAGES = re.compile(r"-XX:[+-]Use(LargePages|TransparentHugePages)")
_ARCHIVES = re.compile(
    r"-Xshare|-XX:.?\w*(AOT|Archive|Compact|Compressed|Alignment)|-agent|-javaagent"
)


def options(chosen: Sequence[str], *, java: str, jar: str, environ: Mapping[str, str]) -> list[str]:
    """Return all options of the JVM: ours, as far as they agree with the user's, and the user's.

    Args:
        chosen: the user's.
        java: the `java` executable.
        jar: the daemon.
        environ: the environment with the variables that a JVM reads, and ``JARPIPE_CACHE``.
    """
    known = list(chosen)
    for name in _VARIABLES:
        known += _words(environ.get(name, ""))
    ours = [_NO_PERF_FILE]
    if not _has(known, _FILES):
        if not _has(known, _COLLECTORS):
            ours += COLLECTOR
            if not _has(known, _SIZES):
                ours += HEAP if _has(known, _LARGE_PAGES) else heap()
        if not _has(known, _ARCHIVES):
            if _archive.has_base(java, compact=True):
                ours += OBJECTS
            ours += _archive.options(java=java, jar=jar, chosen=known, environ=environ)
    return [*ours, *chosen]


def heap() -> list[str]:
    """Return the options for the heap of a JVM that this machine's kernel runs."""
    return [*HEAP, *(HUGE_PAGES if _gives_huge_pages() else ())]


def _gives_huge_pages() -> bool:
    """Say whether the kernel gives them to who asks (its admin-guide/mm/transhuge.rst)."""
    try:
        with open(_PAGES) as file:
            return "[never]" not in file.read()
    except OSError:  # a kernel without them, or no sysfs
        return False


def _has(known: Sequence[str], pattern: re.Pattern[str]) -> bool:
    return any(pattern.match(option) for option in known)


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:  # the JVM will say what is wrong with it
        return text.split()
