"""P14: arrays in shared memory."""

from __future__ import annotations

from typing import Iterator

from bench.goals import Skipped
from bench.setting import Setting


def arrays(setting: Setting) -> Iterator[Skipped]:
    """Name the goal that cannot be measured yet."""
    yield Skipped(
        "P14",
        "80 MB array in place in shared memory: rate over `conn.send`",
        "shared memory is not there yet",
    )
