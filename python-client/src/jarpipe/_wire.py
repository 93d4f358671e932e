"""The control connection: requests and replies in the forms of `multiprocessing.managers`.

A request is one framed pickle ``(None, method, args, kwds)``; the reply is one framed pickle
``('#RETURN', value)`` or ``('#ERROR', exception)`` (CPython Lib/multiprocessing/managers.py,
`dispatch` and `Server.serve_client`). Framing and handshake are the standard library's own code.
"""

from __future__ import annotations

import array
import contextlib
import io
import pickle
import socket
import struct
from multiprocessing.connection import Connection, answer_challenge, deliver_challenge
from typing import Any, Iterator, Sequence

from jarpipe import _fork, errors

PICKLE_PROTOCOL = 4
"""The newest pickle protocol of every supported interpreter."""

_BATCH = 250
"""Descriptors in one message; Linux allows 253 (SCM_MAX_FD)."""


class SilentPeer(OSError):
    """The peer did not answer, or did not read, within the time given to `Channel.open`."""


def socket_address(address: str) -> str:
    """Return the address as `socket` wants it: ``@name`` is abstract and starts with NUL."""
    return "\0" + address[1:] if address.startswith("@") else address


class Channel:
    """An open control connection. It is owned by whoever made it, and closed once by `close()`.

    One thread at a time may use it. All methods block, at most for the `timeout` of `open` per
    system call, and raise `SilentPeer` after that.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, *, timeout: float) -> Channel:
        """Return a channel that is not connected yet.

        Args:
            timeout: longest time in seconds for the peer to take or give bytes.

        Raises:
            OSError: this process has too many descriptors.
        """
        channel = cls(_fork.stream_socket())
        # Limits in the kernel, because Connection reads and writes without any.
        limit = struct.pack("@ll", int(timeout), int(timeout % 1 * 1_000_000))
        with channel._socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        return channel

    def connect(self, address: str) -> None:
        """Connect, without authentication yet.

        Args:
            address: a path, or ``@name`` for an abstract address.

        Raises:
            FileNotFoundError: there is no such socket.
            ConnectionRefusedError: nobody listens at the address.
            SilentPeer: its queue of new connections stays full.
            OSError: anything else connect(2) reports.
        """
        with self._socket() as sock, _limited():
            sock.connect(socket_address(address))

    def authenticate(self, authkey: bytes) -> None:
        """Prove to each other that both sides have the key, as `multiprocessing.connection.Client`.

        Raises:
            multiprocessing.AuthenticationError, AssertionError: the keys differ, or the peer speaks
                another protocol (up to CPython 3.11 that is the AssertionError).
            EOFError, ConnectionError: the peer hung up.
        """
        with _limited():
            answer_challenge(self._connection, authkey)
            deliver_challenge(self._connection, authkey)

    def send(self, request: bytes) -> None:
        """Send a pickled request."""
        with _limited():
            self._connection.send_bytes(request)

    def send_descriptors(self, fds: Sequence[int]) -> None:
        """Send descriptors, which remain the caller's.

        Each message carries one byte, the count modulo 256, as `multiprocessing.reduction.sendfds`
        does; no acknowledgement is awaited (CPython 3.14 awaits one), the reply is it.
        """
        with self._socket() as sock, _limited():
            for start in range(0, len(fds), _BATCH):
                batch = array.array("i", fds[start : start + _BATCH])
                rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, batch)
                sock.sendmsg([bytes([len(batch) % 256])], [rights])

    def receive(self) -> Any:
        """Return the value of the reply.

        Raises:
            JarpipeError: the error that the daemon sent instead.
            EOFError, ConnectionError: the daemon hung up.
        """
        with _limited():
            body = self._connection.recv_bytes()
        kind, value = _ReplyUnpickler(io.BytesIO(body)).load()
        if kind == "#RETURN":
            return value
        if kind == "#ERROR" and isinstance(value, BaseException):
            raise value
        raise errors.DaemonError(
            f"the daemon sent a reply of the unknown kind {kind!r}: use the jarpipe client and "
            "the jarpipe daemon of the same version"
        )

    def call(self, method: str) -> Any:
        """Call a method without arguments; errors as in `receive()`."""
        self.send(pickle.dumps((None, method, (), {}), PICKLE_PROTOCOL))
        return self.receive()

    def close(self) -> None:
        """Close the connection; a second call does nothing."""
        _fork.close(self._connection)

    @contextlib.contextmanager
    def _socket(self) -> Iterator[socket.socket]:
        """Look at the connection as a socket object that does not own the descriptor."""
        view = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=self._connection.fileno())
        try:
            view.setblocking(True)  # whatever socket.setdefaulttimeout() says
            yield view
        finally:
            view.detach()


class _ReplyUnpickler(pickle.Unpickler):
    """Reads a reply: plain data, and the errors of this package."""

    def find_class(self, module: str, name: str) -> Any:
        """Find an error class."""
        if module != errors.__name__:
            raise pickle.UnpicklingError(f"a reply may not name {module}.{name}")
        # An error class that only a newer daemon knows keeps its message and its fields.
        return getattr(errors, name) if name in errors.__all__ else errors.JarpipeError


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    """Turn EAGAIN, which SO_RCVTIMEO and SO_SNDTIMEO cause, into `SilentPeer`."""
    try:
        yield
    except BlockingIOError as error:
        raise SilentPeer("no answer in time") from error
