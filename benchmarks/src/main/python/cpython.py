"""Times CPython's C pickle.

Reads `NAME load|dump MILLISECONDS BATCH` from stdin, writes nanoseconds a call to stdout.

What is loaded is dropped at once. What is dumped has just been loaded, a batch of values at a time,
and each is dumped once: as a process does that makes results and sends them.

Run it as `python3 cpython.py FOLDER`.
"""

from __future__ import annotations

import gc
import pathlib
import pickle
import sys
import time


def loads(data: bytes, count: int) -> int:
    """Returns the nanoseconds of CPU time in which a pickle is loaded so many times."""
    load = pickle.loads
    begin = time.thread_time_ns()
    for _ in range(count):
        load(data)
    return time.thread_time_ns() - begin


def dumps(data: bytes, count: int) -> int:
    """Returns the nanoseconds of CPU time in which so many new values are dumped."""
    values = [pickle.loads(data) for _ in range(count)]
    dump = pickle.dumps
    begin = time.thread_time_ns()
    for value in values:
        dump(value, 4)
    return time.thread_time_ns() - begin


def main() -> None:
    """Answers every line."""
    pickles: dict[str, bytes] = {
        path.stem: path.read_bytes() for path in pathlib.Path(sys.argv[1]).glob("*.pickle")
    }
    gc.freeze()
    for line in sys.stdin:
        name, direction, milliseconds, batch = line.split()
        measure = loads if direction == "load" else dumps
        spent = calls = 0
        while spent < int(milliseconds) * 1_000_000:
            spent += measure(pickles[name], int(batch))
            calls += int(batch)
        print(spent / calls, flush=True)


if __name__ == "__main__":
    main()
