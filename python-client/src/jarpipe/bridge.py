"""`Bridge`: this process's way to a daemon."""

from __future__ import annotations

import dataclasses
import os
import shlex
import threading
from multiprocessing import util
from types import TracebackType
from typing import Any, NoReturn, Sequence

from jarpipe import _fork, _jvm
from jarpipe._daemons import Daemon, SharedDaemon, check_version
from jarpipe._java import find_jar, find_java
from jarpipe._launch import PrivateDaemon, launch
from jarpipe._wire import Channel
from jarpipe.context import JavaContext
from jarpipe.errors import DaemonDied

__all__ = ["Bridge", "WorkerInfo", "default_bridge"]

_EXIT_PRIORITY = -100
"""Below every finalizer of the standard library: multiprocessing ends the children first."""


@dataclasses.dataclass(frozen=True)
class WorkerInfo:
    """A worker as its daemon sees it.

    Attributes:
        pid: kernel thread id, the `pid` of its process object.
        name: name of the process.
        target: ``pkg.Class`` or ``pkg.Class::method``.
        state: ``running``, ``terminating`` or ``killed``.
        parent: pid of the Python process that started it.
        seconds: age.
        direct: number of queues and locks whose semaphores it uses itself.
        adopted: the same of a fork context, which got names (see `jarpipe.adopt`).
        relayed: the same of a fork context, which it uses through its parent.
    """

    pid: int
    name: str
    target: str
    state: str
    parent: int
    seconds: float
    direct: int = 0
    adopted: int = 0
    relayed: int = 0


class Bridge:
    """The way to one daemon: a shared one at an address, or a private one launched on demand.

    An argument that is given wins over the variable of the environment that says the same. With an
    address, from either, the daemon is shared and the arguments about launching are not used.
    Without, the first use launches a private daemon: a child of this process that ends with it,
    always, also after SIGKILL. If that daemon dies, the next use launches another.

    A bridge holds no descriptor of a shared daemon. In a forked child it starts afresh: a private
    daemon belongs to the process that launched it alone. Threads may share a bridge.

    Args:
        address: a path, or ``@name`` for an abstract address (else ``JARPIPE_ADDRESS``).
        authkey: the key of the shared daemon (else the content of the file
            ``JARPIPE_AUTHKEY_FILE``, else of the file named like the address and ``.key``).
        classpath: jars and folders with the workers' code (else ``JARPIPE_CLASSPATH``, separated
            by colons).
        java: a `java` executable (else ``JARPIPE_JAVA``, else the first Java of version 25 or newer
            in ``JAVA_HOME``, ``PATH`` and the usual places).
        java_options: further options of the JVM (else ``JARPIPE_JAVA_OPTIONS``, split as by a
            shell).
        start_timeout: longest time in seconds for a private daemon to be ready, and for any daemon
            to answer one request.

    Raises:
        TypeError: authkey is not bytes, or classpath or java_options is a single string.
        ValueError: start_timeout is not positive, authkey is empty, or there is no address that
            the authkey could be for.
    """

    def __init__(
        self,
        address: str | None = None,
        authkey: bytes | None = None,
        *,
        classpath: Sequence[str | os.PathLike[str]] = (),
        java: str | None = None,
        java_options: Sequence[str] = (),
        start_timeout: float = 60.0,
    ) -> None:
        if authkey is not None and not isinstance(authkey, bytes):
            raise TypeError(f"authkey must be bytes, not {type(authkey).__name__}")
        for name, value in (("classpath", classpath), ("java_options", java_options)):
            if isinstance(value, (str, bytes)):
                raise TypeError(f"{name} must be a list of strings, not one string")
        if start_timeout < 0.001:
            raise ValueError(f"start_timeout must be at least 0.001 s, not {start_timeout!r}")
        self._timeout = start_timeout
        self._classpath = [os.path.abspath(entry) for entry in classpath]
        self._java = java
        self._java_options = list(java_options)
        self._shared = self._find_shared(address, authkey)
        self._shared_checked = False
        self._private: PrivateDaemon | None = None
        self._finalizer: util.Finalize | None = None
        self._context: JavaContext | None = None
        self._closed = False
        self._lock = threading.RLock()
        _fork.notify(self)

    def get_context(self) -> JavaContext:
        """Return the `multiprocessing` context whose workers this bridge starts."""
        with self._lock:
            if self._context is None:
                self._context = JavaContext(self)
            return self._context

    def version(self) -> dict[str, Any]:
        """Ask the daemon for its version; launches a private daemon if need be.

        Returns:
            The keys `daemon` (version), `protocol` (number), `pid` and `java` (version).

        Raises:
            DaemonError: see `jarpipe.errors`.
        """
        return dict(self._ask("version"))

    def workers(self) -> list[WorkerInfo]:
        """Ask the daemon for its live workers, those of other programs included.

        A private daemon that does not run has none, and is not launched to say so.

        Raises:
            DaemonError: see `jarpipe.errors`.
        """
        with self._lock:
            self._check_open()
            if self._shared is None and (self._private is None or self._private.poll() is not None):
                return []
        names = [field.name for field in dataclasses.fields(WorkerInfo)]
        rows = self._ask("workers")
        return [WorkerInfo(**{name: row[name] for name in names if name in row}) for row in rows]

    def close(self) -> None:
        """Close the bridge: it starts no more workers. A second call does nothing.

        A private daemon is ended, and with it the workers that still run, whose exit code then is
        255: join them first. Workers of a shared daemon go on. Blocks for seconds at most.
        """
        with self._lock:
            self._closed = True
            self._end_private()

    @property
    def closed(self) -> bool:
        """Whether `close()` was called."""
        return self._closed

    @property
    def address(self) -> str | None:
        """The daemon's address; ``None`` while no private daemon has been launched."""
        daemon = self._shared or self._private
        return None if daemon is None else daemon.address

    @property
    def pid(self) -> int | None:
        """Process id of the private daemon; ``None`` while there is none."""
        private = self._private
        return None if private is None else private.pid

    def connect(self) -> tuple[Daemon, Channel]:
        """Open an authenticated control connection to a daemon of a suitable version.

        This is for `jarpipe` itself: the caller owns the connection.

        Raises:
            DaemonError: see `jarpipe.errors`.
            ValueError: the bridge is closed.
        """
        if self._shared is not None:
            self._check_open()
            self._check_shared(self._shared)
            return self._shared, self._shared.connect()
        private = self._running_private()
        try:
            return private, private.connect()
        except DaemonDied:  # after it was found running; a second death is reported
            private = self._running_private()
            return private, private.connect()

    def after_fork_in_child(self) -> None:
        """Leave the private daemon to the parent; called in a forked child."""
        self._lock = threading.RLock()
        self._private = None
        self._finalizer = None

    def __enter__(self) -> Bridge:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        """Describe the bridge without its key."""
        kind = "private" if self._shared is None else "shared"
        state = "closed" if self._closed else self.address or "not launched"
        return f"<{type(self).__name__} {kind} {state}>"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled: a bridge has a key and belongs to its process."""
        raise TypeError("a Bridge belongs to its process: make one in each process that needs it")

    def _ask(self, method: str) -> Any:
        daemon, channel = self.connect()
        try:
            return channel.call(method)
        except (EOFError, OSError) as error:
            raise daemon.explain(error) from error
        finally:
            channel.close()

    def _check_open(self) -> None:
        if self._closed:
            raise ValueError("the bridge is closed: make a new Bridge")

    def _find_shared(self, address: str | None, authkey: bytes | None) -> SharedDaemon | None:
        address = address or os.environ.get("JARPIPE_ADDRESS")
        if authkey is not None and not authkey:
            raise ValueError("authkey is empty: pass the content of the daemon's key file")
        if not address:
            if authkey is not None:
                raise ValueError("authkey without an address: a private daemon gets its own key")
            return None
        key_file = os.environ.get("JARPIPE_AUTHKEY_FILE") or address + ".key"
        return SharedDaemon(address, authkey=authkey, key_file=key_file, timeout=self._timeout)

    def _check_shared(self, shared: SharedDaemon) -> None:
        """Check the version once; a private daemon announces its own when it is launched."""
        if self._shared_checked:
            return
        channel = shared.connect()
        try:
            check_version(channel.call("version"))
        except (EOFError, OSError) as error:
            raise shared.explain(error) from error
        finally:
            channel.close()
        self._shared_checked = True

    def _running_private(self) -> PrivateDaemon:
        with self._lock:
            self._check_open()
            if self._private is None or self._private.poll() is not None:
                self._end_private()
                private = launch(self._command(), timeout=self._timeout)
                self._finalizer = util.Finalize(self, private.close, exitpriority=_EXIT_PRIORITY)
                self._private = private
            return self._private

    def _end_private(self) -> None:
        if self._finalizer is not None:
            self._finalizer()
        self._finalizer = None
        self._private = None

    def _command(self) -> list[str]:
        environ = os.environ
        classpath = self._classpath or [
            os.path.abspath(entry)
            for entry in environ.get("JARPIPE_CLASSPATH", "").split(os.pathsep)
            if entry
        ]
        options = self._java_options or shlex.split(environ.get("JARPIPE_JAVA_OPTIONS", ""))
        java = find_java(self._java, environ)
        jar = find_jar(environ)
        command = [java, *_jvm.options(options, java=java, jar=jar, environ=environ), "-jar", jar]
        command += ["serve", "--private"]
        for entry in classpath:
            command += ["--workers", entry]
        return command


class _Default:
    """The bridge of those who name none."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._bridge: Bridge | None = None
        _fork.notify(self)

    def get(self) -> Bridge:
        """Return the bridge, a new one if it was closed."""
        with self._lock:
            if self._bridge is None or self._bridge.closed:
                self._bridge = Bridge()
            return self._bridge

    def after_fork_in_child(self) -> None:
        """Leave the bridge to the parent; called in a forked child."""
        self._lock = threading.RLock()
        self._bridge = None


_default = _Default()


def default_bridge() -> Bridge:
    """Return the default bridge of this process, made from the environment when first needed."""
    return _default.get()
