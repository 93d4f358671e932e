"""Where a private daemon's JVM keeps the classes that it has loaded, to start faster next time.

Some facts about HotSpot's dynamic archives (-XX:+AutoCreateSharedArchive):

* The JVM makes the archive when it ends, if there is none or it does not match: another JVM,
  another jar (path, size or time), damage. That takes some tenths of a second.
* What it says about one that does not match goes to standard output, where we read the daemon's
  address: so its log about archives is off.
* It comes on top of the JVM's own archive. Where that is missing, or ours has no header, as when
  the JVM was killed while it wrote it, there is a warning that no log option turns off.
* Whoever can write an archive can run code in the JVM: only what this user or root has written
  is used.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
from typing import Callable, Mapping, Sequence

_VARIABLE = "JARPIPE_CACHE"
_OFF = "off"
_SUFFIX = ".jsa"
_MOST = 4
"""Archives in a folder; each has some six megabytes."""

_MAGIC = 0xF00BABA8
"""How it begins, as soon as it is complete (CDS_DYNAMIC_ARCHIVE_MAGIC in HotSpot's cds.h)."""

_LEAST_BYTES = 1 << 20
_BASES = ("classes{}.jsa", "classes_nocoops{}.jsa")
"""The JVM's own archives: for heaps up to 32 GiB, and above."""

_COMPACT = "_coh"
"""What the names of those for compact object headers end with, which not every vendor makes."""

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_QUIET = ("-Xlog:cds*=off", "-Xlog:aot*=off")


def options(*, java: str, jar: str, chosen: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """Return the options that make a JVM use an archive, and make it if need be; none if in doubt.

    Args:
        java: the `java` executable.
        jar: the daemon.
        chosen: the user's options, which may make another archive necessary.
        environ: the environment with ``JARPIPE_CACHE``, ``XDG_CACHE_HOME`` and ``HOME``.
    """
    folder = _folder(environ)
    if folder is None or not has_base(java):
        return []
    try:
        _make(folder)
        path = os.path.join(folder, _name(java, jar, chosen))
        if os.pathsep in path or not _is_trusted(os.lstat(folder), stat.S_ISDIR):
            return []
        exists = os.path.lexists(path)
        if exists and not _is_trusted(os.lstat(path), stat.S_ISREG):
            return []
        if not os.access(folder, os.W_OK):
            usable = exists and _is_complete(path)
            return [f"-XX:SharedArchiveFile={path}", *_QUIET] if usable else []
        if exists and not _is_complete(path):
            os.unlink(path)
        elif not exists:
            _prune(folder)
    except OSError:  # a start needs no archive
        return []
    return ["-XX:+AutoCreateSharedArchive", f"-XX:SharedArchiveFile={path}", *_QUIET]


def has_base(java: str, *, compact: bool = False) -> bool:
    """Say whether the JVM has archives of its own, for usual or for compact object headers.

    Args:
        java: the `java` executable.
        compact: which.
    """
    library = os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(java))), "lib/server")
    names = (base.format(_COMPACT if compact else "") for base in _BASES)
    return all(os.path.isfile(os.path.join(library, name)) for name in names)


def _folder(environ: Mapping[str, str]) -> str | None:
    named = environ.get(_VARIABLE)
    if named:
        return None if named == _OFF else os.path.abspath(named)
    above = environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(above):
        home = environ.get("HOME", "")
        if not os.path.isabs(home):
            return None
        above = os.path.join(home, ".cache")
    return os.path.join(above, "jarpipe")


def _make(folder: str) -> None:
    """Make the folder, unless it would be inside another user's."""
    above = folder
    while not os.path.lexists(above):
        above = os.path.dirname(above)
    if above != folder and os.stat(above).st_uid == os.geteuid():
        os.makedirs(folder, mode=0o700, exist_ok=True)


def _is_trusted(found: os.stat_result, is_kind: Callable[[int], bool]) -> bool:
    """Say whether nobody but this user and root can have written it."""
    return (
        is_kind(found.st_mode)
        and found.st_uid in (0, os.geteuid())
        and not found.st_mode & _OTHERS_WRITE
    )


def _is_complete(path: str) -> bool:
    with open(path, "rb") as file:
        begin = file.read(4)
        return (
            int.from_bytes(begin, sys.byteorder) == _MAGIC
            and os.fstat(file.fileno()).st_size >= _LEAST_BYTES
        )


def _name(java: str, jar: str, chosen: Sequence[str]) -> str:
    """Name the archive after all that decides whether it matches."""
    java, jar = os.path.realpath(java), os.path.realpath(jar)
    found = os.stat(jar)
    parts = [java, jar, str(found.st_size), str(found.st_mtime_ns), *chosen]
    with contextlib.suppress(OSError), open(
        os.path.join(os.path.dirname(os.path.dirname(java)), "release"), errors="replace"
    ) as release:
        parts.append(release.read())
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16] + _SUFFIX


def _prune(folder: str) -> None:
    """Make room for one more, at the expense of the oldest."""
    paths = [entry.path for entry in os.scandir(folder) if entry.name.endswith(_SUFFIX)]
    paths.sort(key=lambda path: os.lstat(path).st_mtime)
    for path in paths[: max(0, len(paths) - _MOST + 1)]:
        os.unlink(path)
