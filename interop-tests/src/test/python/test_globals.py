"""`--globals`: which names the messages to workers and services may hold."""

from __future__ import annotations

import datetime
import decimal
import fractions
import os
import subprocess
import uuid
from typing import Any

from services import ServiceCase
from support import PATIENCE

DATA = [
    {"text": 1, "nested": [(1, 2.5), {1, 2}, frozenset([3]), b"bytes", bytearray(b"x"), 1j]},
    datetime.datetime(2024, 5, 6, 7, 8, 9, 10, datetime.timezone.utc),
    datetime.timedelta(days=1, microseconds=2),
    decimal.Decimal("1.20"),
    fractions.Fraction(1, 3),
    uuid.UUID(int=5),
    ValueError("an exception is data", 7),
]


class Evil:
    """Becomes a call of `os.system` wherever it is unpickled."""

    def __reduce__(self) -> Any:
        return os.system, ("touch witness",)


class Names(ServiceCase):
    """A service that sends back what it gets."""

    def echo(self, names: str) -> Any:
        """Start a daemon with an echo service; return it."""
        return self.served((self.path("echo"), "echo"), options=("--globals", names))

    def assert_refused(self, services: Any, value: Any) -> None:
        """Check that a message costs its connection, and that the log says why."""
        before = services.log().count("breaks the protocol")
        with services.client() as client:
            client.send(value)
            with self.assertRaises(EOFError):
                self.recv(client)
        self.assertEqual(services.log().count("breaks the protocol"), before + 1)
        self.assertIn("a name that the filter allows", services.log())

    def test_plain_data_of_the_standard_library(self) -> None:
        services = self.echo("stdlib-data")
        with services.client() as client:
            for value in DATA:
                client.send(value)
                self.assertEqual(repr(self.recv(client)), repr(value))
        self.assert_refused(services, Evil())
        self.assert_refused(services, [eval])
        self.assert_refused(services, subprocess.Popen)
        with services.client() as client:
            self.assert_echo(client, "others are still served")

    def test_no_names(self) -> None:
        services = self.echo("none")
        with services.client() as client:
            self.assert_echo(client, {"a": [1, 2.5, (None, True), "text", b"bytes", 10**30]})
        self.assert_refused(services, decimal.Decimal(1))

    def test_all_names_travel_and_run_only_in_python(self) -> None:
        """Java keeps the call as data, and the next Python that unpickles it makes the call."""
        os.chdir(self.folder)
        self.addCleanup(os.chdir, "/")
        services = self.echo("all")
        with services.client() as client:
            client.send(Evil())
            self.assertTrue(client.poll(PATIENCE))
            reply = client.recv_bytes()
            self.assertIn(b"touch witness", reply)
        self.assertFalse(os.path.exists("witness"), "Java has followed the recipe")
