"""Where the processes of a comparison run.

Of a sender that waits for its answer and the one that answers only one works at a time. Whether
the kernel lets both use one processor or wakes each on its own differs from one second to the next,
and waking a processor that has halted costs several times what is compared, above all on virtual
machines. On one processor the work itself is compared.
"""

from __future__ import annotations

import contextlib
import os
from typing import Collection, Iterator

__all__ = ["on_one_processor"]


@contextlib.contextmanager
def on_one_processor(pids: Collection[int]) -> Iterator[None]:
    """Let this process and others use only one processor, and afterwards all they might use."""
    usual = os.sched_getaffinity(0)
    processes = {os.getpid(), *pids}
    _place(processes, {max(usual)})  # the first one often has more interrupts to serve
    try:
        yield
    finally:
        _place(processes, usual)


def _place(pids: Collection[int], processors: Collection[int]) -> None:
    """Place every thread; those that are made later are where their maker is."""
    for pid in pids:
        with contextlib.suppress(FileNotFoundError):  # it has ended, as one that fails does
            for thread in os.listdir(f"/proc/{pid}/task"):
                with contextlib.suppress(ProcessLookupError):
                    os.sched_setaffinity(int(thread), processors)
