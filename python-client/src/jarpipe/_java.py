"""Finds a Java that can run the daemon, and the daemon's jar."""

from __future__ import annotations

import glob
import os
import re
import subprocess
from typing import Iterator, Mapping

from jarpipe.errors import DaemonUnavailable, JavaNotFound

OLDEST_JAVA = 25

_USUAL_PLACES = (
    "/usr/lib/jvm/*",
    "/opt/java/*",
    "/opt/*",
    "~/.sdkman/candidates/java/*",
    "~/.jdks/*",
    "/usr/java/*",
)
_PROBE_SECONDS = 20.0


def find_java(java: str | None, environ: Mapping[str, str]) -> str:
    """Return the path of the `java` executable to run the daemon with.

    A Java named by the caller or by ``JARPIPE_JAVA`` is the only candidate. Otherwise the first one
    of version 25 or newer wins, in this order: ``JAVA_HOME``, ``PATH``, the usual places.

    Args:
        java: the executable that the caller insists on, or ``None``.
        environ: the environment with ``JARPIPE_JAVA``, ``JAVA_HOME``, ``PATH`` and ``HOME``.

    Raises:
        JavaNotFound: no candidate will do; `searched` says why, one by one.
    """
    named = java or environ.get("JARPIPE_JAVA")
    searched: list[str] = []
    seen: set[str] = set()
    for candidate in [named] if named else _candidates(environ):
        real = os.path.realpath(candidate)
        if real in seen:
            continue
        seen.add(real)
        version, found = _examine(candidate)
        searched.append(f"{candidate}: {found}")
        if version >= OLDEST_JAVA:
            return candidate
    problem = (
        f"The Java that was named will not do ({searched[0]})"
        if named
        else f"No Java {OLDEST_JAVA} or newer was found to run the daemon"
    )
    raise JavaNotFound(
        f"{problem}: install a JDK {OLDEST_JAVA} (such as Eclipse Temurin), or let JARPIPE_JAVA "
        "name the bin/java of one.",
        {"searched": tuple(searched)},
    )


def find_jar(environ: Mapping[str, str]) -> str:
    """Return the path of the daemon's jar.

    It is ``JARPIPE_JAR``; else, in a checkout of the project, the one that its build has made; else
    the one inside this package.

    Raises:
        DaemonUnavailable: there is none.
    """
    here = os.path.dirname(os.path.abspath(__file__))
    named = environ.get("JARPIPE_JAR")
    built = os.path.join(here, "..", "..", "..", "daemon", "target", "jarpipe.jar")
    places = [named] if named else [os.path.normpath(built), os.path.join(here, "jarpipe.jar")]
    for place in places:
        if os.path.isfile(place):
            return place
    raise DaemonUnavailable(
        f"the daemon's jar is missing (looked for {', '.join(places)}): build it with "
        "`mvn -q -Pfast package`, or let JARPIPE_JAR name it",
        {"address": None},
    )


def _candidates(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield executables in the order of preference; some may not exist."""
    home = environ.get("JAVA_HOME")
    if home:
        yield os.path.join(home, "bin", "java")
    for folder in environ.get("PATH", os.defpath).split(os.pathsep):
        if folder and os.path.exists(os.path.join(folder, "java")):
            yield os.path.join(folder, "java")
    for pattern in _USUAL_PLACES:
        if pattern.startswith("~"):
            pattern = environ.get("HOME", os.path.expanduser("~")) + pattern[1:]
        yield from sorted(glob.glob(os.path.join(pattern, "bin", "java")))


def _examine(java: str) -> tuple[int, str]:
    """Return the feature version of a Java, 0 if it is none, and what was found there."""
    if not os.path.isfile(java):
        return 0, "missing"
    if not os.access(java, os.X_OK):
        return 0, "not executable"
    text = _released_version(java) or _printed_version(java)
    if text is None:
        return 0, "not a Java"
    numbers = re.findall(r"\d+", text)
    if not numbers:
        return 0, text
    # Until Java 8 the versions were 1.8.0 and the like.
    return int(numbers[1] if numbers[0] == "1" and len(numbers) > 1 else numbers[0]), text


def _released_version(java: str) -> str | None:
    """Read the version from the file `release` of the Java, which costs no process."""
    home = os.path.dirname(os.path.dirname(os.path.realpath(java)))
    try:
        with open(os.path.join(home, "release"), encoding="utf-8", errors="replace") as file:
            found = re.search(r'^JAVA_VERSION="([^"]*)"', file.read(), re.MULTILINE)
    except OSError:
        return None
    return found.group(1) if found else None


def _printed_version(java: str) -> str | None:
    """Ask the Java itself for its version."""
    try:
        done = subprocess.run(
            [java, "-version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=_PROBE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(rb'version "([^"]*)"', done.stderr)
    return found.group(1).decode("ascii", "replace") if found else None
