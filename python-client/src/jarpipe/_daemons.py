"""How to reach a daemon, and what its silence means."""

from __future__ import annotations

import abc
import multiprocessing
import os
from typing import Any, Mapping

from jarpipe._wire import Channel, SilentPeer
from jarpipe.errors import AuthenticationFailed, DaemonError, DaemonTooOld, DaemonUnavailable

CONTROL_PROTOCOL = 1
"""The version of the control protocol that this client speaks and needs."""


def check_version(version: Mapping[str, Any]) -> None:
    """Refuse a daemon that is older than this client; a newer one is welcome.

    Args:
        version: what the daemon says of itself, with the keys `daemon` and `protocol`.

    Raises:
        DaemonTooOld: its protocol is older than `CONTROL_PROTOCOL`.
    """
    found = version.get("protocol")
    if isinstance(found, int) and found >= CONTROL_PROTOCOL:
        return
    daemon = version.get("daemon")
    raise DaemonTooOld(
        f"the daemon (version {daemon}) speaks control protocol {found}, and this client needs "
        f"{CONTROL_PROTOCOL}: upgrade the daemon to the version of the Python package",
        {"daemon": daemon, "found": found, "needed": CONTROL_PROTOCOL},
    )


class Daemon(abc.ABC):
    """A daemon at an address.

    Args:
        address: a path, or ``@name`` for an abstract address.
        timeout: longest time in seconds for the daemon to answer anything.
    """

    def __init__(self, address: str, *, timeout: float) -> None:
        self.address = address
        self._timeout = timeout

    @abc.abstractmethod
    def authkey(self) -> bytes:
        """Return the key that proves to the daemon who asks."""

    def poll(self) -> int | None:
        """Return the exit code of the daemon, if it is ours and has ended."""
        return None

    def connect(self) -> Channel:
        """Open an authenticated control connection, which the caller closes.

        Raises:
            DaemonError: nobody answers there, or the keys differ.
            OSError: this process has too many descriptors.
        """
        channel = Channel.open(timeout=self._timeout)
        try:
            self._connect(channel)
        except BaseException:
            channel.close()
            raise
        return channel

    def _connect(self, channel: Channel) -> None:
        try:
            channel.connect(self.address)
        except OSError as error:
            raise self.explain(error) from error
        authkey = self.authkey()
        try:
            channel.authenticate(authkey)
        except SilentPeer as error:
            raise self.explain(error) from error
        except (multiprocessing.AuthenticationError, AssertionError, EOFError, OSError) as error:
            raise self.refused(error) from error

    def explain(self, error: BaseException) -> DaemonError:
        """Say what an EOFError or OSError on a control connection means to the user."""
        if isinstance(error, SilentPeer):
            problem = f"has not answered for {self._timeout:g} s: it may be stopped or overloaded"
        elif isinstance(error, (FileNotFoundError, ConnectionRefusedError)):
            problem = "is not there"
        elif isinstance(error, (EOFError, ConnectionError)):
            problem = "hung up before it answered; its log says why"
        elif isinstance(error, PermissionError):
            return DaemonUnavailable(
                f"the daemon at {self.address} may not be used by user {os.getuid()}: its socket "
                "belongs to another user. Run the program and the daemon as the same user",
                {"address": self.address},
            )
        else:
            problem = f"cannot be reached ({error})"
        return DaemonUnavailable(
            f"the daemon at {self.address} {problem}: {self._cure()}", {"address": self.address}
        )

    def refused(self, error: BaseException) -> DaemonError:
        """Say what a failed handshake means to the user."""
        if isinstance(error, (EOFError, ConnectionError)):
            return AuthenticationFailed(
                f"the daemon at {self.address} hung up on user {os.getuid()}: it serves its own "
                "user, root, and those named by --allow-uid; its log says why",
                {"address": self.address},
            )
        return AuthenticationFailed(
            f"the daemon at {self.address} and this client do not have the same key: "
            f"{self._key_cure()}",
            {"address": self.address},
        )

    @abc.abstractmethod
    def _cure(self) -> str:
        """Return what helps when the daemon does not answer."""

    @abc.abstractmethod
    def _key_cure(self) -> str:
        """Return what helps when the daemon has another key."""


class SharedDaemon(Daemon):
    """A daemon that somebody else runs (`jarpipe serve`).

    Args:
        address: see `Daemon`.
        authkey: the key, or ``None`` to read it from `key_file` at every connection.
        key_file: the file with the key; newlines at its end do not belong to the key.
        timeout: see `Daemon`.
    """

    def __init__(
        self, address: str, *, authkey: bytes | None, key_file: str, timeout: float
    ) -> None:
        super().__init__(address, timeout=timeout)
        self._authkey = authkey
        self._key_file = key_file

    def authkey(self) -> bytes:
        """Return the key.

        Raises:
            AuthenticationFailed: the key file cannot be read, or is empty.
        """
        if self._authkey is not None:
            return self._authkey
        try:
            with open(self._key_file, "rb") as file:
                key = file.read().rstrip(b"\r\n")
        except OSError as error:
            raise self._no_key(f"cannot be read ({os.strerror(error.errno or 0)})") from error
        if not key:
            raise self._no_key("is empty")
        return key

    def _no_key(self, problem: str) -> AuthenticationFailed:
        return AuthenticationFailed(
            f"the key file {self._key_file} of the daemon at {self.address} {problem}: let "
            "JARPIPE_AUTHKEY_FILE name the key file of that daemon, or pass authkey=",
            {"address": self.address},
        )

    def _cure(self) -> str:
        return "start it with `jarpipe serve`, and check JARPIPE_ADDRESS"

    def _key_cure(self) -> str:
        if self._authkey is not None:
            return "pass the content of the daemon's key file as authkey="
        return (
            f"the key was read from {self._key_file}; let JARPIPE_AUTHKEY_FILE name the key file "
            "that the daemon was started with"
        )
