"""What the options of `jarpipe serve` that are about services do."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import threading
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client
from typing import Any

import addresses
from programs import command
from services import SMALL_HEAP, ServiceCase, Services
from support import ONCE, PATIENCE, WORKERS, await_

IDLE_CLIENTS = 5000


KIB_PER_CONNECTION = 10
"""More than the 8 KiB that are aimed at: what is measured includes garbage."""


class Options(ServiceCase):
    """The options of `jarpipe serve` that are about services."""

    def test_platform_threads(self) -> None:
        services = self.served(
            ("@jarpipe-test-platform", "greet"), options=("--service-threads", "platform")
        )
        with services.client() as client:
            self.assertIs(self.recv(client)[1], False)

    def test_key_file_of_their_own(self) -> None:
        key_file = self.path("other.key")
        services = self.served(
            (self.path("echo"), "echo"), options=("--service-authkey-file", key_file)
        )
        with self.assertRaises(AuthenticationError):
            services.client()
        with open(key_file, "rb") as file, services.client(key=file.read().rstrip()) as client:
            self.assert_echo(client, 1)

    def test_no_key(self) -> None:
        services = self.served((self.path("echo"), "echo"), options=("--service-no-key",))
        with Client(self.path("echo")) as client:
            self.assert_echo(client, 1)
        self.assertEqual(os.stat(self.path("echo")).st_mode & 0o777, 0o600)
        services.process.send_signal(signal.SIGTERM)
        services.wait()
        self.assertFalse(os.path.exists(self.path("echo")))

    @ONCE
    def test_mistakes(self) -> None:
        echo = WORKERS + "ServiceWorkers::echo"
        for options, expected in (
            (("--service", "nonsense"), "expected: ADDRESS=pkg.Class::method"),
            (
                ("--service", f"@x={WORKERS}Missing::echo"),
                "service @x: class .*Missing was not found",
            ),
            (("--service", f"@x={WORKERS}ServiceWorkers::missing"), "no method missing"),
            (("--service", f"@x={WORKERS}ListenerWorkers::echo"), "arguments do not fit"),
            (
                ("--service", f"localhost:0={echo}", "--service-no-key"),
                "--service-no-key is for Unix",
            ),
            (("--service", f"no.such.host.invalid:0={echo}"), "no.such.host.invalid"),
            (("--service", f"@x={echo}", "--service-connections", "0"), "expected: at least 1"),
            (("--service", f"@x={echo}", "--service", f"@x={echo}"), "given twice"),
            (("--private", "--service", f"@x={echo}"), "leave out --private"),
        ):
            with self.subTest(options):
                classes = os.environ["JARPIPE_CLASSPATH"]
                address = ("--address", self.path("daemon"), "--workers", classes)
                done = command("serve", *address, *options)
                self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
                self.assertRegex(done.stderr, f"jarpipe: .*{expected}")
                self.assertFalse(os.path.exists(self.path("daemon")))

    def test_limit_of_connections(self) -> None:
        """Clients beyond the limit wait, and are served when others go."""
        services = self.served((self.path("echo"), "echo"), options=("--service-connections", "2"))
        first, second = services.client(), services.client()
        self.assert_echo(first, 1)
        self.assert_echo(second, 2)
        third: list[Any] = []

        def connect() -> None:
            with services.client() as client:
                self.assert_echo(client, 3)
                third.append(True)

        waiting = threading.Thread(target=connect)
        waiting.start()
        await_("a log line", lambda: "has 2 connections, its limit" in services.log())
        self.assert_echo(first, "still served")
        self.assertEqual(third, [])
        first.close()
        waiting.join(PATIENCE)
        self.assertEqual(third, [True])
        second.close()

    def test_without_descriptors_clients_wait(self) -> None:
        """A daemon that has used up its descriptors goes on when some are free again."""
        services = self.served((self.path("echo"), "echo"))
        most = services.descriptors() + 10
        resource.prlimit(services.pid, resource.RLIMIT_NOFILE, (most, most))
        clients: list[socket.socket] = []
        while "have to wait" not in services.log() and len(clients) < 2 * most:
            plain = addresses.plain_socket(self.path("echo"))
            self.addCleanup(plain.close)
            clients.append(plain)
        await_("a log line", lambda: "EMFILE" in services.log())
        for plain in clients:
            plain.close()
        with services.client() as client:
            self.assert_echo(client, "served again")
        self.assertEqual(services.log().count("EMFILE"), 1, services.log())

    @ONCE
    def test_graceful_end(self) -> None:
        """After SIGTERM nobody is accepted, handlers go on, and are interrupted after the grace."""
        services = self.served((self.path("obey"), "obey"), options=("--grace", "1"))
        with services.client() as client, services.client() as busy:
            self.assert_echo(client, "before")
            busy.send("compute")
            self.assertEqual(self.recv(busy), "computing")
            services.process.send_signal(signal.SIGTERM)
            await_("the socket to be gone", lambda: not os.path.exists(self.path("obey")))
            self.assert_echo(client, "meanwhile")
            with self.assertRaises(EOFError):
                self.recv(client)
            self.assertEqual(services.wait(), 143)
            with self.assertRaises((EOFError, ConnectionResetError)):
                self.recv(busy)
        log = services.log()
        self.assertRegex(log, "waiting up to [01] s for 2 connections")
        self.assertIn("interrupting the handlers of 2 connections", log)
        self.assertIn("] interrupted\n", log)
        self.assertRegex(log, r"the handler of process \d+ of user \d+ did not end in time")

    @ONCE
    def test_idle_connections_cost_little(self) -> None:
        """5,000 idle clients of one service: a descriptor and some KiB each, no thread."""
        needed = 2 * IDLE_CLIENTS
        if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < needed:
            self.skipTest(f"needs a limit of {needed} open files")
        os.environ["JARPIPE_JAVA_OPTIONS"] = SMALL_HEAP
        self.addCleanup(os.environ.pop, "JARPIPE_JAVA_OPTIONS")
        services = self.served((self.path("echo"), "echo"))
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, before)
        with contextlib.ExitStack() as warm:
            for number in range(200):
                self.assert_echo(warm.enter_context(services.client()), number)
        await_("the handlers to end", lambda: self.connections(services) == "0")
        descriptors, threads, memory = (
            services.descriptors(),
            services.threads(),
            services.resident(),
        )
        with contextlib.ExitStack() as idle:
            for number in range(IDLE_CLIENTS):
                self.assert_echo(idle.enter_context(services.client()), number)
            each = (services.resident() - memory) / IDLE_CLIENTS
            more_threads = services.threads() - threads
            print(
                f"{IDLE_CLIENTS} idle clients: {services.descriptors() - descriptors} descriptors,"
                f" {more_threads} threads, {each:.2f} KiB of memory each"
            )
            # Fewer if the last `jarpipe ps` was still being served when they were counted.
            self.assertLessEqual(services.descriptors() - descriptors, IDLE_CLIENTS)
            self.assertLess(more_threads, 10)
            self.assertLess(each, KIB_PER_CONNECTION)
            self.assertEqual(self.connections(services), str(IDLE_CLIENTS))
        await_("all to be closed", lambda: services.descriptors() <= descriptors)

    def connections(self, services: Services) -> str:
        """Return how many connections the first service has, as ``jarpipe ps`` says."""
        done = command("ps", JARPIPE_ADDRESS=services.address)
        return done.stdout.splitlines()[-1].split()[1]
