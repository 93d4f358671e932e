"""Starts a Java process and watches it: the counterpart of CPython's forkserver Popen.

The daemon is a forkserver for Java. Like `multiprocessing.popen_forkserver.Popen`, this one pickles
the process object, sends it with descriptors over a Unix socket, and learns the exit code from a
pipe whose read end is the sentinel.
"""

from __future__ import annotations

import contextlib
import io
import os
import struct
import threading
from multiprocessing import context, process, util
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler
from typing import TYPE_CHECKING, Any

from jarpipe import _fork
from jarpipe._adoption import adopt_if_provable, factory, has_nameless_semaphore, was_adopted
from jarpipe._daemons import CONTROL_PROTOCOL, Daemon
from jarpipe._wire import PICKLE_PROTOCOL, Channel, SilentPeer
from jarpipe.errors import ForkContextError, StartError, UnsupportedArgument
from jarpipe.process import DupFd

if TYPE_CHECKING:
    from jarpipe._relay import Relay
    from jarpipe.bridge import Bridge
    from jarpipe.process import Process

DAEMON_DIED = 255
"""Exit code when the status pipe ends without one, as in popen_forkserver.Popen.poll."""

_EXIT_CODE = struct.Struct("q")
"""Native int64, as `forkserver.write_signed` writes it."""

_OWN_DESCRIPTORS = 3
"""Status pipe, standard output and standard error come before those of the arguments."""


class Popen:
    """A started Java process.

    Threads may share it. A forked child sees a process that it can neither poll nor end.

    Args:
        process_obj: what to start.
        bridge: the way to the daemon.

    Raises:
        JarpipeError: the process was not started; nothing is left open.
    """

    method = "jarpipe"
    DupFd = DupFd

    def __init__(self, process_obj: Process, bridge: Bridge) -> None:
        util._flush_std_streams()  # type: ignore[attr-defined]
        self.returncode: int | None = None
        self._lock = threading.RLock()
        self._inherited = False
        self._argument_fds: dict[int, int] = {}
        self._named: dict[str, int]
        self._relay: Relay | None = None
        self._relay_is_abstract = (bridge.address or "@").startswith("@")  # as the daemon's own is
        self._daemon: Daemon
        self._channel: Channel
        self.pid: int
        self.sentinel: int
        self._launch(process_obj, bridge)
        _fork.notify(self)

    def duplicate_for_child(self, fd: int) -> int:
        """Return the place of a descriptor in the list sent to the daemon; it is listed once."""
        place = self._argument_fds.setdefault(fd, self._named["nfds"])
        self._named["nfds"] = _OWN_DESCRIPTORS + len(self._argument_fds)
        return place

    def poll(self, flag: int = os.WNOHANG) -> int | None:
        """Return the exit code, or ``None`` while the process runs.

        Args:
            flag: ``os.WNOHANG``, or 0 to wait for the end.
        """
        if self._inherited or self.returncode is not None:
            return self.returncode
        if not wait([self.sentinel], 0 if flag == os.WNOHANG else None):
            return None
        with self._lock:
            # Another thread, or a signal handler in this one, may have been faster.
            if self.returncode is None and wait([self.sentinel], 0):
                data = os.read(self.sentinel, _EXIT_CODE.size)
                if self.returncode is None:
                    self._ended(data)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        """Return the exit code, or ``None`` if the process runs after `timeout` seconds."""
        if self._inherited or self.returncode is not None:
            return self.returncode
        if timeout is not None and not wait([self.sentinel], timeout):
            return None
        return self.poll(os.WNOHANG if timeout == 0.0 else 0)

    def terminate(self) -> None:
        """Ask the worker to end; its exit code will be -15. Nothing happens if it has ended."""
        self._request("terminate")

    def kill(self) -> None:
        """End the worker with exit code -9. Nothing happens if it has ended."""
        self._request("kill")

    def interrupt(self) -> None:
        """Interrupt the worker's thread. Nothing happens if it has ended."""
        self._request("interrupt")

    def close(self) -> None:
        """Close the sentinel and the control connection; a second call does nothing."""
        self.finalizer()

    def after_fork_in_child(self) -> None:
        """Leave the process to the parent; its descriptors are already closed here."""
        self._inherited = True
        self._lock = threading.RLock()
        # A bare os.fork() leaves the parent's children registered, and multiprocessing would try
        # to join them at exit.
        children: set[Any] = process._children  # type: ignore[attr-defined]
        for child in list(children):
            if child._popen is self:
                children.discard(child)

    def relayed(self, obj: Any) -> Any:
        """Return how to pickle an object that this process serves; ``None`` if it cannot be."""
        from jarpipe import _relay  # and with it multiprocessing.managers, which most do not need

        if not _relay.can_serve(obj):
            return None
        if self._relay is None:
            self._relay = _relay.Relay(abstract=self._relay_is_abstract)
        return self._relay.reference(obj)

    def count_adopted(self) -> None:
        """Note that the worker is given one more object that had no name when it was made."""
        self._named["adopted"] += 1

    def _close_relay(self) -> None:
        if self._relay is not None:
            self._relay.close()

    def _launch(self, process_obj: Process, bridge: Bridge) -> None:
        with contextlib.ExitStack() as on_failure, contextlib.ExitStack() as always:
            on_failure.callback(self._close_relay)
            request = self._pickle(process_obj)
            self._daemon, self._channel = bridge.connect()
            on_failure.callback(self._channel.close)
            streams = [_standard_stream(fd, always) for fd in (1, 2)]
            status, status_for_worker = _fork.pipe()
            on_failure.callback(_fork.close, status)
            always.callback(_fork.close, status_for_worker)
            if self._relay is not None:  # the daemon connects to it before it answers
                self._relay.start(_fork.duplicate(status))
            fds = [status_for_worker.fileno(), *streams, *self._argument_fds]
            try:
                self._send(request, fds)
                always.close()  # from now on only the worker has the write end of its status pipe
                self.pid = self._channel.receive()
            except (EOFError, OSError) as error:
                raise self._daemon.explain(error) from error
            on_failure.pop_all()
        self.sentinel = status.fileno()
        self.finalizer = util.Finalize(self, _release, (self._channel, status))

    def _pickle(self, process_obj: Process) -> bytes:
        """Return the request with the process object, and fill the list of descriptors.

        How many there are is known once the process object has been pickled. The number is among
        the arguments by name, which a pickler reaches after those by position; so is that of the
        objects that were adopted.
        """
        named = self._named = {
            "nfds": _OWN_DESCRIPTORS,
            "protocol": CONTROL_PROTOCOL,
            "parent": os.getpid(),
            "adopted": 0,
        }
        request = io.BytesIO()
        previous = context.get_spawning_popen()
        context.set_spawning_popen(self)  # type: ignore[arg-type]  # any Popen will do
        try:
            pickler = _Pickler(request, PICKLE_PROTOCOL, self)
            pickler.dump((None, "start", (process_obj.plain(),), named))
        finally:
            context.set_spawning_popen(previous)
        return request.getvalue()

    def _send(self, request: bytes, fds: list[int]) -> None:
        try:
            self._channel.send(request)
            self._channel.send_descriptors(fds)
        except ConnectionError:
            # A daemon that refuses a request may reply and hang up before it has read all of it.
            self._channel.receive()
            raise

    def _request(self, method: str) -> None:
        """Send a request about a running worker.

        Raises:
            DaemonError: the daemon is alive but does not answer, or refuses.
        """
        if self._inherited:
            raise AssertionError(f"can only {method} a child process")
        if self.poll() is not None:
            return
        with self._lock:
            try:
                self._channel.call(method)
            except SilentPeer as error:
                raise self._daemon.explain(error) from error
            except (EOFError, OSError):
                pass  # the worker, or the daemon, ended meanwhile: the status pipe says which

    def _ended(self, data: bytes) -> None:
        if len(data) == _EXIT_CODE.size:
            (self.returncode,) = _EXIT_CODE.unpack(data)
        else:
            self.returncode = DAEMON_DIED
            self._daemon.poll()  # reaps a private one
        self._channel.close()


def _release(channel: Channel, status: Connection) -> None:
    channel.close()
    _fork.close(status)


def _standard_stream(fd: int, cleanup: contextlib.ExitStack) -> int:
    """Return `fd`, or the null device if the program has closed it."""
    try:
        os.fstat(fd)
    except OSError:
        null = _fork.null_device()
        cleanup.callback(_fork.close, null)
        return null.fileno()
    return fd


class _Pickler(ForkingPickler):
    """Pickles for the daemon; semaphores that it could not open get names, or stay here.

    Args:
        file: where to.
        protocol: of pickle.
        popen: what starts the worker.
    """

    def __init__(self, file: io.BytesIO, protocol: int, popen: Popen) -> None:
        super().__init__(file, protocol)
        self._popen = popen

    def reducer_override(self, obj: Any) -> Any:
        """Adopt or relay objects of a fork context; CPython up to 3.11.4 would let them pass."""
        if has_nameless_semaphore(obj) and not adopt_if_provable(obj):
            proxy = self._popen.relayed(obj)
            if proxy is None:
                raise _neither_named_nor_relayed(obj)
            return proxy
        if was_adopted(obj):
            self._popen.count_adopted()
        return NotImplemented


def _neither_named_nor_relayed(obj: Any) -> StartError:
    if getattr(obj, "_action", None) is not None:
        return UnsupportedArgument(
            "a multiprocessing.synchronize.Barrier with an action cannot be shared with a Java "
            "worker, which could not call it if it came last: make it without action, and let a "
            "Python party act after wait() has returned 0",
            {"python_type": "multiprocessing.synchronize.Barrier"},
        )
    kind, method = type(obj).__name__, factory(type(obj))
    return ForkContextError(
        f"this {kind} was made by a fork context, so its semaphores have no name and Java cannot "
        f"open them: make it with jarpipe.get_context().{method}() or "
        f"multiprocessing.get_context('spawn').{method}(), which forked Python children can use as "
        "well, or give it to jarpipe.adopt() right after making it",
        {"object": kind},
    )
