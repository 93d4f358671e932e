"""Times CPython's C pickle: `NAME load|dump MILLISECONDS` on stdin, nanoseconds a call on stdout.

Run it as `python3 cpython.py FOLDER`.
"""

from __future__ import annotations

import functools
import gc
import pathlib
import pickle
import sys
import time
from typing import Any, Callable


def measure(call: Callable[[], Any], milliseconds: int) -> float:
    """Returns nanoseconds of CPU time per call over about that time."""
    calls = 1
    while True:
        begin = time.thread_time_ns()
        for _ in range(calls):
            call()
        spent = time.thread_time_ns() - begin
        if spent >= milliseconds * 1_000_000:
            return spent / calls
        calls = max(calls + 1, int(calls * min(10, 1.2 * milliseconds * 1_000_000 / max(spent, 1))))


def main() -> None:
    """Answers every line."""
    pickles: dict[str, bytes] = {
        path.stem: path.read_bytes() for path in pathlib.Path(sys.argv[1]).glob("*.pickle")
    }
    values = {name: pickle.loads(data) for name, data in pickles.items()}
    gc.freeze()
    for line in sys.stdin:
        name, direction, milliseconds = line.split()
        if direction == "load":
            call = functools.partial(pickle.loads, pickles[name])
        else:
            call = functools.partial(pickle.dumps, values[name], 4)
        print(measure(call, int(milliseconds)), flush=True)


if __name__ == "__main__":
    main()
