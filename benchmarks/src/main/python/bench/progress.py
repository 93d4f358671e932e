"""Says on standard error how far a run is."""

from __future__ import annotations

import sys
import time

__all__ = ["Progress"]


class Progress:
    """On a terminal a line that changes and stays when a case is done; elsewhere a line a case.

    Args:
        cases: how many will be begun.
    """

    def __init__(self, cases: int) -> None:
        self._cases = cases
        self._begun = 0
        self._label = ""
        self._start = 0.0
        self._changes = sys.stderr.isatty()

    def begin(self, case: str) -> None:
        """Say what is being measured from now on."""
        self._begun += 1
        self._label = f"[{self._begun}/{self._cases}] {case}"
        self._start = time.monotonic()
        self._say("starting" if self._changes else "")

    def say(self, what: str) -> None:
        """Say where in the case it is, if there is a terminal to change it on."""
        if self._changes:
            self._say(what)

    def end(self) -> None:
        """Say how long the case took."""
        if self._changes:
            self._say(f"{time.monotonic() - self._start:.0f} s\n")

    def _say(self, what: str) -> None:
        before, after = ("\r\033[K", "") if self._changes else ("", "\n")
        sys.stderr.write(f"{before}{self._label}{what and ': ' + what}{after}")
        sys.stderr.flush()
