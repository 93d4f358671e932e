"""A stand-in for the daemon: the real control protocol, and workers made of Python threads.

Run as ``fake_daemon.py serve --address A --authkey-file F`` it is a shared daemon, as
``fake_daemon.py ... serve --private`` a private one, and as ``fake_daemon.py -version`` a Java.

The environment makes it misbehave: ``FAKE_DAEMON`` is one of the words in `main()`. With
``FAKE_LOG`` it appends what happened to that file, one line each.

A worker does what its target says: ``fake.<Method of Worker>`` or ``fake.<Method>::<detail>``.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import signal
import socket
import struct
import sys
import threading
from multiprocessing import AuthenticationError, connection
from typing import Any

VERSION = {"daemon": "0.1.0", "protocol": 1, "pid": os.getpid(), "java": "25.0.1"}
MISBEHAVIOUR = os.environ.get("FAKE_DAEMON", "")
running: dict[int, Worker] = {}


def log(line: str) -> None:
    """Append to the log; one write, so that lines stay whole."""
    path = os.environ.get("FAKE_LOG")
    if path:
        with open(path, "a") as file:
            file.write(line + "\n")


class FakeProcess:
    """What arrives for a jarpipe.process.Process."""

    _name: str
    _target: str
    _args: Any
    _kwargs: Any
    _config: Any


class Unpickler(pickle.Unpickler):
    """Loads a request; descriptors come from `fds`, or are dummies while there are none."""

    def __init__(self, body: bytes, fds: list[int]) -> None:
        super().__init__(io.BytesIO(body))
        self.fds = fds

    def find_class(self, module: str, name: str) -> Any:
        """Put our own classes in the place of the client's."""
        fds = self.fds

        class DupFd:
            ind: int

            def detach(self) -> int:
                # The first reading, without descriptors, must not own anything.
                return fds[self.ind] if fds else os.dup(0)

        if (module, name) == ("jarpipe.process", "DupFd"):
            return DupFd
        if (module, name) == ("jarpipe.process", "Process"):
            return FakeProcess
        return super().find_class(module, name)


class RawError:
    """Pickles as jarpipe.errors.<name>(message, fields), whether that exists or not."""

    def __init__(self, name: str, message: str, fields: dict[str, Any]) -> None:
        self.name, self.message, self.fields = name, message, fields

    def dumps(self) -> bytes:
        """Return the reply with this error."""
        arguments = pickle.dumps((self.message, self.fields), 0)[:-1]
        reference = f"cjarpipe.errors\n{self.name}\n".encode()
        return b"(S'#ERROR'\n" + reference + arguments + b"Rt."


ERRORS: dict[str, dict[str, Any]] = {
    "TargetError": {"target": "pkg.None"},
    "ArgumentError": {"parameter": "n", "python_type": "str", "java_type": "int"},
    "VanishedError": {"object": "Queue", "name": "/mp-gone"},
    "UnsupportedArgument": {"python_type": "set"},
    "ClientTooOld": {"daemon": "9.0", "found": 1, "needed": 9},
    "ErrorOfTheFuture": {"target": "x"},
}


class Worker:
    """One started process; `run` is the body of its thread."""

    def __init__(self, process: FakeProcess, fds: list[int]) -> None:
        self.process = process
        self.status, self.stdout, self.stderr = fds[:3]
        self.stop = threading.Event()
        self.code = 0
        name, _, self.detail = process._target.partition("::")
        self.body = getattr(self, name.split(".")[-1])
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        """Run the body, close everything, report the exit code."""
        try:
            self.body(*self.process._args, **self.process._kwargs)
        except BaseException as error:
            os.write(self.stderr, f"{error!r}\n".encode())
            self.code = 1
        for argument in self.process._args:
            if isinstance(argument, connection.Connection):
                argument.close()
        for fd in (self.stdout, self.stderr):
            os.close(fd)
        if self.detail != "no exit code":
            with contextlib.suppress(BrokenPipeError):
                os.write(self.status, struct.pack("q", self.code))
        os.close(self.status)
        running.pop(id(self), None)

    def end(self, code: int) -> None:
        """End the worker from outside."""
        self.code = code
        self.stop.set()

    def Return(self, *args: Any, **kwargs: Any) -> None:
        """Return, with the exit code in the detail."""
        self.code = int(self.detail) if self.detail.lstrip("-").isdigit() else 0

    def Wait(self, *args: Any) -> None:
        """Wait until somebody ends the worker."""
        self.stop.wait()

    def Gate(self, gate: Any) -> None:
        """Wait until the other end of a connection says something."""
        gate.recv_bytes()

    def Upper(self, jobs: Any, results: Any) -> None:
        """Change the strings of a queue to upper case, until None."""
        for job in iter(jobs.get, None):
            results.put(job.upper())
        results.close()
        results.join_thread()

    def Echo(self, link: Any) -> None:
        """Send back everything, until the other end is closed."""
        try:
            while True:
                link.send_bytes(link.recv_bytes())
        except EOFError:
            pass

    def Print(self) -> None:
        """Write to the standard streams that were passed."""
        os.write(self.stdout, b"worker to stdout\n")
        os.write(self.stderr, b"worker to stderr\n")

    def Describe(self, answer: Any, *args: Any, **kwargs: Any) -> None:
        """Tell what arrived."""
        p = self.process
        config = {
            key: len(value) if key == "authkey" else value for key, value in p._config.items()
        }
        answer.send((p._name, p._target, args, kwargs, config, sorted(vars(p))))

    def Hold(self, *connections: Any) -> None:
        """Keep many descriptors; say so on the first."""
        connections[0].send_bytes(b"holding %d" % len(connections))
        self.stop.wait()


def receive_fds(link: connection.Connection, count: int) -> list[int]:
    """Receive batches as CPython's reduction.recvfds does, without an acknowledgement."""
    fds: list[int] = []
    with socket.socket(fileno=os.dup(link.fileno())) as sock:
        while len(fds) < count:
            message, control, _, _ = sock.recvmsg(1, socket.CMSG_SPACE(4 * 250))
            (_, _, data), *_ = control
            batch = struct.unpack(f"{len(data) // 4}i", data)
            assert message[0] == len(batch) % 256 and len(batch) <= 250
            fds += batch
    for fd in fds:
        os.set_inheritable(fd, False)
    return fds


def start(link: connection.Connection, body: bytes) -> Worker | None:
    """Start a worker, or misbehave as its target says."""
    _, _, (process,), named = Unpickler(body, []).load()
    count, parent = named["nfds"], named["parent"]
    assert named["protocol"] == 1 and parent > 0
    target, _, detail = process._target.partition("::")
    if target == "fake.Die":
        os._exit(int(detail))
    if target == "fake.HangUp":
        raise EOFError
    if target == "fake.Silent":
        threading.Event().wait()
    fds = receive_fds(link, count)
    if target == "fake.Error":
        link.send_bytes(RawError(detail, f"cause and cure of {detail}", ERRORS[detail]).dumps())
        for fd in fds:
            os.close(fd)
        return None
    del process
    process = Unpickler(body, fds).load()[2][0]
    worker = Worker(process, fds)
    running[id(worker)] = worker
    log(f"start {process._name} for {parent}")
    link.send(("#RETURN", worker.thread.native_id))
    return worker


def serve(link: connection.Connection) -> None:
    """Answer the requests of one connection."""
    worker = None
    try:
        while True:
            body = link.recv_bytes()
            _, method, _, _ = Unpickler(body, []).load()
            if method == "start":
                worker = start(link, body)
                continue
            if method == "version" and MISBEHAVIOUR == "silent":
                threading.Event().wait()
            if method == "version" and MISBEHAVIOUR == "odd reply":
                link.send(("#ODD", None))
                continue
            if method in ("terminate", "kill", "interrupt"):
                assert worker is not None
                log(f"{method} {worker.process._name}")
                worker.end({"terminate": -15, "kill": -9, "interrupt": 1}[method])
            value: Any = None
            if method == "version":
                value = dict(VERSION, protocol=0) if MISBEHAVIOUR == "too old" else VERSION
            if method == "workers":
                value = [describe(each) for each in list(running.values())]
            link.send(("#RETURN", value))
    except (EOFError, OSError):
        pass
    finally:
        link.close()
        if worker is not None:
            worker.end(-15)
            log(f"parent gone {worker.process._name}")


def describe(worker: Worker) -> dict[str, Any]:
    """Return the row of a worker for `workers()`."""
    pid, process = worker.thread.native_id, worker.process
    row = {"pid": pid, "name": process._name, "target": process._target, "state": "running"}
    return dict(row, parent=1, seconds=0.5, column_of_the_future=1)


def listen(address: str, key: bytes, ready: Any) -> None:
    """Serve until killed."""
    name = "\0" + address[1:] if address.startswith("@") else address
    listener = connection.Listener(name, "AF_UNIX", 64, key)
    ready()
    while True:
        try:
            link = listener.accept()
        except (EOFError, OSError, AuthenticationError):
            continue
        threading.Thread(target=serve, args=(link,), daemon=True).start()


def private() -> None:
    """Be a private daemon: key on stdin, announcement on stdout, end at EOF."""
    (length,) = struct.unpack("!I", os.read(0, 4))
    key = os.read(0, length)

    def watch() -> None:
        os.read(0, 1)
        log("lifeline closed")
        if MISBEHAVIOUR == "immortal":
            threading.Event().wait()
        os._exit(0)

    def announce() -> None:
        if MISBEHAVIOUR == "garbage":
            os.write(1, b"Picked up JAVA_TOOL_OPTIONS: -verbose\n")
            threading.Event().wait()
        if MISBEHAVIOUR == "unpicklable":
            os.write(1, struct.pack("!I", 4) + b"\x80\x04]]")
            threading.Event().wait()
        if MISBEHAVIOUR == "never ready":
            threading.Event().wait()
        protocol = 0 if MISBEHAVIOUR == "too old" else 1
        body = pickle.dumps(dict(VERSION, address=address, protocol=protocol), 4)
        os.write(1, struct.pack("!I", len(body)) + body)

    threading.Thread(target=watch, daemon=True).start()
    address = f"@jarpipe-test-{os.getpid()}"
    log(f"private {os.getpid()} {' '.join(sys.argv[1:])}")
    listen(address, key, announce)


def main() -> None:
    """Run as argv and FAKE_DAEMON say."""
    if "-version" in sys.argv:
        sys.stderr.write(f'openjdk version "{os.environ.get("FAKE_JAVA", "25.0.1")}" 2025-10-21\n')
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if MISBEHAVIOUR == "exit 7":
        sys.exit(7)
    if MISBEHAVIOUR == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if "--private" in sys.argv:
        private()
    address = sys.argv[sys.argv.index("--address") + 1]
    if MISBEHAVIOUR in ("no handshake", "hang up"):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.bind("\0" + address[1:] if address.startswith("@") else address)
            sock.listen(8)
            log("ready")
            while True:
                accepted = sock.accept()[0]
                if MISBEHAVIOUR == "no handshake":
                    threading.Event().wait()
                accepted.close()
    with open(sys.argv[sys.argv.index("--authkey-file") + 1], "rb") as file:
        key = file.read().rstrip(b"\r\n")
    listen(address, key, lambda: log("ready"))


if __name__ == "__main__":
    main()
