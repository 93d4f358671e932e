"""Errors of jarpipe: each says what went wrong and what to do about it.

The tree; the words in parentheses are the fields of an error, which are also its attributes::

    JarpipeError
     |- DaemonError
     |   |- DaemonUnavailable (address)
     |   |- AuthenticationFailed (address); also a multiprocessing.AuthenticationError
     |   |- DaemonTooOld (daemon, found, needed)
     |   |- ClientTooOld (daemon, found, needed)
     |   |- JavaNotFound (searched)
     |   `- DaemonDied (exitcode)
     `- StartError, raised by Process.start()
         |- TargetError (target)
         |- ArgumentError (parameter, python_type, java_type)
         |- ForkContextError (object)
         |- VanishedError (object, name)
         |- DaemonFull (limit, value)
         `- UnsupportedArgument (python_type)

The daemon names these classes on the wire, with the arguments ``(message, fields)``. A field that
the sender did not give is ``None``.
"""

from __future__ import annotations

import multiprocessing
from typing import Any, Mapping

__all__ = [
    "ArgumentError",
    "AuthenticationFailed",
    "ClientTooOld",
    "DaemonDied",
    "DaemonError",
    "DaemonFull",
    "DaemonTooOld",
    "DaemonUnavailable",
    "ForkContextError",
    "JarpipeError",
    "JavaNotFound",
    "StartError",
    "TargetError",
    "UnsupportedArgument",
    "VanishedError",
]


class JarpipeError(Exception):
    """Base of all errors of this package.

    Args:
        message: the cause and the cure, for a person.
        fields: the same facts for a program; each becomes an attribute of the error.
    """

    fields: dict[str, Any]

    def __init__(self, message: str, fields: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})
        for name, value in self.fields.items():
            if not hasattr(JarpipeError, name):  # `args`, `fields` and methods keep their meaning
                setattr(self, name, value)

    def __reduce__(self) -> tuple[type[JarpipeError], tuple[str, dict[str, Any]]]:
        """Pickle as ``Class(message, fields)``, the form the daemon uses as well."""
        return type(self), (str(self), self.fields)


class DaemonError(JarpipeError):
    """The daemon is missing, refuses this client, is of the wrong version, or has died."""


class DaemonUnavailable(DaemonError):
    """Nobody answers at `address`."""

    address: str | None = None


class AuthenticationFailed(DaemonError, multiprocessing.AuthenticationError):
    """The daemon at `address` and this client do not have the same key."""

    address: str | None = None


class DaemonTooOld(DaemonError):
    """The daemon, of version `daemon`, speaks protocol `found`; this client needs `needed`."""

    daemon: str | None = None
    found: int | None = None
    needed: int | None = None


class ClientTooOld(DaemonError):
    """This client speaks protocol `found`; the daemon, of version `daemon`, needs `needed`."""

    daemon: str | None = None
    found: int | None = None
    needed: int | None = None


class JavaNotFound(DaemonError):
    """No Java that can run the daemon was found.

    `searched` lists the places that were looked at with what was found there, such as
    ``/usr/bin/java: 17``.
    """

    searched: tuple[str, ...] | None = None


class DaemonDied(DaemonError):
    """The private daemon ended; `exitcode` is its exit code, negative for a signal.

    `exitcode` is ``None`` when the daemon has gone but its exit code is not known.
    """

    exitcode: int | None = None


class StartError(JarpipeError):
    """The worker could not be started; nothing of it is left."""


class TargetError(StartError):
    """`target` is not a class or method that the daemon can run."""

    target: str | None = None


class ArgumentError(StartError):
    """The value for `parameter`, of `python_type`, does not convert to `java_type`."""

    parameter: str | None = None
    python_type: str | None = None
    java_type: str | None = None


class ForkContextError(StartError):
    """An `object` was made by a fork context: its semaphores have no name.

    It may be in use, so that it cannot be adopted, and it is none of those that can be relayed: a
    Value, an Array, or an object of a subclass. `jarpipe.adopt()` raises this when it is too late.
    """

    object: str | None = None


class VanishedError(StartError):
    """The semaphore `name` inside `object` is gone: its creator has collected it or has ended."""

    object: str | None = None
    name: str | None = None


class DaemonFull(StartError):
    """The daemon takes no further worker for now; a later start may succeed.

    `limit` is ``workers`` or ``heap``, and `value` how many workers may run, or how many percent of
    the heap must be free.
    """

    limit: str | None = None
    value: int | None = None


class UnsupportedArgument(StartError):
    """A value of `python_type` cannot be given to a Java worker."""

    python_type: str | None = None
