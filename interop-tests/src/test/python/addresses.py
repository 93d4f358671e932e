"""Addresses of listeners, as Java writes them and as Python does; raw sockets that misbehave."""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import struct
import sys
from multiprocessing import connection
from typing import Any, Iterator, Union

Address = Union[str, "tuple[str, int]"]

KINDS = ("path", "abstract", "tcp")
KEY = b"\x01the key\x00\xff"
OTHER_KEY = b"another key"

_count = itertools.count()


def python(text: str) -> Address:
    """Return the address for `multiprocessing.connection` that Java writes like this."""
    if text.startswith("@"):
        return "\0" + text[1:]
    host, separator, port = text.rpartition(":")
    return (host, int(port)) if separator and "/" not in text else text


def java(address: Any) -> str:
    """Return how Java writes the address of a Python listener."""
    if isinstance(address, tuple):
        return f"{address[0]}:{address[1]}"
    text = os.fsdecode(address)
    return "@" + text[1:] if text.startswith("\0") else text


def fresh(kind: str, folder: str) -> str:
    """Return an address of some kind, as Java writes it, at which nobody listens."""
    name = f"jarpipe-test-{os.getpid()}-{next(_count)}"
    return {"path": os.path.join(folder, name), "abstract": "@" + name, "tcp": "127.0.0.1:0"}[kind]


def plain_socket(text: str) -> socket.socket:
    """Connect a socket without `multiprocessing` to an address as Java writes it."""
    address = python(text)
    family = socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX
    plain = socket.socket(family, socket.SOCK_STREAM)
    plain.connect(address)
    plain.settimeout(20)
    return plain


def frame(body: bytes) -> bytes:
    """Return a message as it is on the wire."""
    return struct.pack("!i", len(body)) + body


def receive_frame(plain: socket.socket) -> bytes:
    """Receive a message from a plain socket; an empty one stands for the end of the stream."""
    header = _receive(plain, 4)
    return _receive(plain, struct.unpack("!i", header)[0]) if header else b""


def _receive(plain: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = plain.recv(size - len(data))
        if not part:
            return b""
        data += part
    return data


@contextlib.contextmanager
def spoken(plain: socket.socket) -> Iterator[connection.Connection]:
    """Use a plain socket as a `Connection`, which shares it."""
    with connection.Connection(os.dup(plain.fileno())) as view:
        plain.setblocking(True)
        yield view


def authenticate(plain: socket.socket, key: bytes) -> None:
    """Go through the handshake of a client on a plain socket."""
    with spoken(plain) as view:
        connection.answer_challenge(view, key)
        connection.deliver_challenge(view, key)


NAMES_DIGESTS = sys.version_info >= (3, 12)
"""Whether challenges name their digest."""
