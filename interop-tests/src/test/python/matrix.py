"""Tries every cell of the matrix with this interpreter, and prints what was seen.

    matrix.py [--log FILE] [START METHOD...]

One line for each cell, its fields separated by tabs: start method, endpoint, transport, role, and
``works``, or the error that was seen. What the processes print goes to the log, if one is named.

The cells of a start method share one Python child; each has a worker of its own.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
from multiprocessing import resource_sharer
from multiprocessing.connection import Client, Connection, Listener
from typing import Any, TextIO

import addresses
import jarpipe
from matrix_cells import Cell, cells
from runner import catch_output
from support import PATIENCE, WORKERS

ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r"})
"""For what an error says; tabs separate fields."""


class Peer:
    """What the child has of a cell: an object of its own, and one that comes later."""

    def __init__(self, it: Any) -> None:
        self._it = it
        self._peer: Any = None
        self._listener: Any = None

    def call(self, method: str, *args: Any) -> Any:
        """Carry out a call: one of this class, or of the object."""
        own = getattr(self, method, None)
        return own(*args) if own else getattr(self._it, method)(*args)

    def connect(self, address: str, key: bytes) -> None:
        """Connect to a Java listener."""
        where: Any = addresses.python(address)
        self._peer = Client(where, authkey=key)

    def listen(self, address: str, key: bytes) -> str:
        """Open a listener and return its address."""
        where: Any = addresses.python(address)
        self._listener = Listener(where, authkey=key)
        return addresses.java(self._listener.address)

    def accept(self) -> None:
        """Accept a Java client."""
        self._peer = self._listener.accept()
        self._listener.close()

    def receive_peer(self) -> None:
        """Receive something that Java passes on."""
        self._peer = self._it.recv()

    def recv_from_peer(self) -> Any:
        """Receive from what came later."""
        return self._peer.recv()

    def send_to_peer(self, message: Any) -> None:
        """Send to what came later."""
        self._peer.send(message)

    def get_from_peer(self) -> Any:
        """Take an item from a queue that came later."""
        return self._peer.get(timeout=PATIENCE)

    def wait_inside(self) -> Any:
        """Wait in a condition."""
        with self._it:
            return self._it.wait(PATIENCE)

    def notify_inside(self) -> None:
        """Notify a condition."""
        with self._it:
            self._it.notify()


def partner(calls: Connection, given: list[Any]) -> None:
    """In the child: carry out calls (number of the cell, method, arguments...) until None comes."""
    peers = [Peer(it) for it in given]
    for number, method, *args in iter(calls.recv, None):
        try:
            calls.send(("returned", peers[number].call(method, *args)))
        except Exception as error:  # told to the caller
            calls.send(("thrown", f"{type(error).__name__}: {error}"))


class Caller:
    """A side that is called over a connection: `matrix_cells.Side`."""

    def __init__(self, connection: Connection, *prefix: Any) -> None:
        self._connection = connection
        self._prefix = prefix

    def begin(self, method: str, *args: Any) -> None:
        """Send a call."""
        self._connection.send((*self._prefix, method, *args))

    def end(self) -> Any:
        """Receive the result; an error at the other side is an AssertionError here."""
        assert self._connection.poll(PATIENCE), "no answer"
        outcome, value = self._connection.recv()
        assert outcome == "returned", value
        return value

    def call(self, method: str, *args: Any) -> Any:
        """Send a call and receive the result."""
        self.begin(method, *args)
        return self.end()


def seen(cell: Cell, child: Caller) -> str:
    """Try a cell and say what was seen."""
    near, far = multiprocessing.Pipe()
    worker = jarpipe.get_context().Process(target=WORKERS + cell.target, args=(far, *cell.to_java))
    try:
        worker.start()
    except jarpipe.errors.JarpipeError as error:
        near.close()
        return type(error).__name__
    finally:
        far.close()
    try:
        cell.trip(Caller(near), child)
        near.send(None)
        worker.join(PATIENCE)
        return "works" if worker.exitcode == 0 else f"exit code {worker.exitcode}"
    except AssertionError as error:
        return f"failed: {error}"
    except Exception as error:  # CPython's own refusal, for example
        return type(error).__name__
    finally:
        near.close()
        worker.kill()
        worker.join(PATIENCE)


def try_method(method: str, folder: str, report: TextIO) -> None:
    """Try all cells with children of one start method, and write down what was seen."""
    context: Any = multiprocessing.get_context(method)
    todo = cells(context, folder)
    ours, theirs = context.Pipe()
    child = context.Process(target=partner, args=(theirs, [cell.to_child for cell in todo]))
    child.start()
    theirs.close()
    for number, cell in enumerate(todo):
        outcome = seen(cell, Caller(ours, number))
        fields = (method, cell.endpoint, cell.transport, cell.role, outcome)
        report.write("\t".join(fields).translate(ESCAPES) + "\n")
        report.flush()
    ours.send(None)
    child.join(PATIENCE)
    child.kill()
    child.join()
    resource_sharer.stop(PATIENCE)


def main() -> None:
    """Try what the command line says, or everything."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--log")
    parser.add_argument("methods", nargs="*", default=["fork", "spawn", "forkserver"])
    arguments = parser.parse_args()
    report = catch_output(arguments.log) if arguments.log else sys.stdout
    with tempfile.TemporaryDirectory(prefix="jarpipe-matrix-") as folder:
        for method in arguments.methods:
            try_method(method, folder, report)
    if report is not sys.stdout:
        report.close()  # CPython 3.8 crashes when it warns of an unclosed file while it ends


if __name__ == "__main__":
    main()
