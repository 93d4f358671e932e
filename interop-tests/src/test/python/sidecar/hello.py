"""Lets workers use a queue, a pipe and a lock, and prints ``works``, or the error that it met."""

from __future__ import annotations

import os
import sys

import jarpipe

PATIENCE = 20.0


def main() -> int:
    """Start a worker and let it work; the exit status says whether all went well."""
    keys = os.environ.get("HELLO_KEY")
    bridge = jarpipe.Bridge(authkey=keys.encode() if keys else None)
    context = bridge.get_context()
    jobs, results = context.Queue(4), context.Queue()
    near, far = context.Pipe()
    lock = context.Lock()
    try:
        echo = context.Process(
            target="io.jarpipe.interop.QueueWorkers::echo", args=(jobs, results, None)
        )
        echo.start()
        locks = context.Process(target="io.jarpipe.interop.SyncWorkers::remote", args=(far, [lock]))
        locks.start()
    except jarpipe.errors.JarpipeError as error:
        print(f"{type(error).__name__}: {error}")
        return 1
    far.close()
    jobs.put("item")
    jobs.put(None)
    assert results.get(timeout=PATIENCE) == "item"
    near.send(("acquire", 0))
    assert near.poll(PATIENCE)
    assert near.recv()[0] == "returned"
    assert not lock.acquire(block=False)
    near.send(("release", 0))
    assert near.poll(PATIENCE)
    near.recv()
    assert lock.acquire(timeout=PATIENCE)
    near.send(None)
    for worker in (echo, locks):
        worker.join(PATIENCE)
        assert worker.exitcode == 0, worker
    print("works")
    return 0


if __name__ == "__main__":
    sys.exit(main())
