"""What only a daemon in another container can show; run there by the Docker suite alone."""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing.connection import Client
from typing import Any

from jarpipe.bridge import default_bridge
from support import TestCase

FOLDER = os.path.dirname(os.environ["JARPIPE_ADDRESS"])


def key() -> bytes:
    """Return the daemon's key."""
    with open(os.environ["JARPIPE_ADDRESS"] + ".key", "rb") as file:
        return file.read().strip()


class Services(TestCase):
    """The standard library alone talks to a service over its socket in the shared folder."""

    def client(self) -> Any:
        """Connect, until the end of the test."""
        client = Client(os.path.join(FOLDER, "echo.sock"), authkey=key())
        self.addCleanup(client.close)
        return client

    def test_objects_and_large_bytes(self) -> None:
        client = self.client()
        for value in ({"a": (1, None)}, b"x" * 1_000_000, "ü"):
            client.send(value)
            self.assertEqual(self.recv(client), value)

    def test_many_clients_at_a_time(self) -> None:
        clients = [self.client() for _ in range(20)]
        for number, client in enumerate(clients):
            client.send(number)
        self.assertEqual([self.recv(client) for client in clients], list(range(20)))

    def test_wrong_key(self) -> None:
        with self.assertRaises(multiprocessing.AuthenticationError):
            Client(os.path.join(FOLDER, "echo.sock"), authkey=b"wrong")


class Namespaces(TestCase):
    """The daemon counts its processes, and this container its own."""

    def test_daemon_is_not_a_process_of_this_container(self) -> None:
        version = default_bridge().version()
        self.assertEqual(version["pid"], 1)
        with open("/proc/1/comm", encoding="ascii") as file:
            self.assertNotEqual(file.read().strip(), "java")
