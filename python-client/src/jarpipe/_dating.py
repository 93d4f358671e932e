"""When an object of `multiprocessing` was made: before or after a fork, as far as can be proved.

Some facts about CPython 3.8 to 3.15, `multiprocessing.util.register_after_fork`:

* Every semaphore registers itself there when it is made. The key of its entry begins with the next
  number of a counter of the process, so the numbers tell which of two objects is older.
* Taking a number without registering leaves a gap, which means nothing to anybody. So a fork can be
  dated like an object.
* An unpickled semaphore does not register; it has a name, or it is of no use.

A semaphore without a name reaches another process by fork alone. One that is younger than the last
fork is therefore known to this process only.
"""

from __future__ import annotations

import os
from multiprocessing import util
from typing import Any


def _now() -> int:
    return int(next(util._afterfork_counter))  # type: ignore[attr-defined]


_imported = _now()
_last_fork = _imported


def _before_fork() -> None:
    global _last_fork
    _last_fork = _now()


os.register_at_fork(before=_before_fork)


def _number(semaphore: Any) -> int | None:
    registry = util._afterfork_registry  # type: ignore[attr-defined]
    for key, registered in list(registry.items()):
        if registered is semaphore:
            return int(key[0])
    return None


def is_certainly_private(semaphore: Any) -> bool:
    """Say whether a semaphore was made since the import of jarpipe and since the last fork."""
    number = _number(semaphore)
    return number is not None and number > max(_imported, _last_fork)


def was_forked(semaphore: Any) -> bool:
    """Say whether a fork since the import of jarpipe has made a semaphore known to a child.

    What happened before the import is not known here.
    """
    number = _number(semaphore)
    return number is None or (_last_fork != _imported and number < _last_fork)
