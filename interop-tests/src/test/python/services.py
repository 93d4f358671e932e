"""Daemons that serve clients which are nothing but the standard library."""

from __future__ import annotations

import os
import re
from multiprocessing.connection import Client, Connection
from typing import Any

import addresses
import procfs
from folders import FolderTest
from programs import Served
from support import PATIENCE, WORKERS

SMALL_HEAP = "-Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
"""Options of a JVM that gives memory back to nobody, but takes little."""


class Services(Served):
    """A daemon with services.

    Args:
        folder: for socket, key and log.
        targets: what to serve: address, and method in the package of the workers.
        options: of the command.
    """

    def __init__(
        self, folder: str, *targets: tuple[str, str], options: tuple[str, ...] = ()
    ) -> None:
        services = [
            option
            for address, method in targets
            for option in ("--service", f"{address}={WORKERS}ServiceWorkers::{method}")
        ]
        super().__init__(folder, *services, *options)
        log = re.findall(r"INFO +service (\S+) calls ", self.log())
        self.addresses = log

    def client(self, number: int = 0, key: bytes | None = None) -> Connection:
        """Connect to one of the services."""
        address: Any = addresses.python(self.addresses[number])
        return Client(address, authkey=self.key() if key is None else key)

    def descriptors(self) -> int:
        """Return how many descriptors the daemon has open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def threads(self) -> int:
        """Return how many threads the daemon has."""
        return len(procfs.threads(self.pid))

    def resident(self) -> int:
        """Return how much memory the daemon uses, in KiB."""
        with open(f"/proc/{self.pid}/status", encoding="utf-8") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1])  # type: ignore[index]


class ServiceCase(FolderTest):
    """A test that can start daemons with services."""

    def served(self, *targets: tuple[str, str], options: tuple[str, ...] = ()) -> Services:
        """Start a daemon, which is ended after the test."""
        services = Services(self.folder, *targets, options=options)
        self.addCleanup(services.stop)
        return services

    def recv(self, client: Connection) -> Any:
        """Receive an object, in time."""
        self.assertTrue(client.poll(PATIENCE), "waited in vain for a message")
        return client.recv()

    def assert_echo(self, client: Connection, value: Any) -> None:
        """Check that a service sends back what it gets."""
        client.send(value)
        self.assertEqual(self.recv(client), value)
