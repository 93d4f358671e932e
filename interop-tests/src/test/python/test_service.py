"""Services: Python's plain `multiprocessing.connection.Client` calls Java, nothing installed.

The clients of these tests use the standard library alone; the daemon is a shared one.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from multiprocessing import AuthenticationError, resource_sharer
from typing import ClassVar

import addresses
from programs import command
from services import ServiceCase, Services
from support import PATIENCE, WORKERS, await_, channels


class SharedServices(ServiceCase):
    """What clients see of one daemon with a service of each kind."""

    place: ClassVar[str]
    services: ClassVar[Services]

    @classmethod
    def setUpClass(cls) -> None:
        """Start the daemon."""
        super().setUpClass()
        cls.place = tempfile.mkdtemp(prefix="jarpipe-test-")
        cls.addClassCleanup(shutil.rmtree, cls.place)
        cls.services = Services(
            cls.place,
            (os.path.join(cls.place, "echo.sock"), "echo"),
            (f"@jarpipe-test-{os.getpid()}", "echoBytes"),
            ("127.0.0.1:0", "obey"),
            (f"@jarpipe-test-greet-{os.getpid()}", "greet"),
        )
        cls.addClassCleanup(cls.services.stop)

    ECHO, BYTES, OBEY, GREET = range(4)

    def setUp(self) -> None:
        super().setUp()
        self.before = len(channels(self.services.pid))
        self.addCleanup(self.check_daemon)

    def check_daemon(self) -> None:
        """Check that the daemon has closed what the test opened, and still serves."""
        await_("connections to be closed", lambda: len(channels(self.services.pid)) <= self.before)
        with self.services.client(self.ECHO) as client:
            self.assert_echo(client, "still there")
        self.assertNotIn(" ERROR ", self.services.log())

    def test_echo(self) -> None:
        with self.services.client(self.ECHO) as client:
            for value in (None, 1729, "text", b"bytes", {"a": [1, (2.5, {3})]}, "x" * 100_000):
                self.assert_echo(client, value)

    def test_connections_go_through_a_service(self) -> None:
        # A handler is a process of the program whose authkey is that of the service.
        process = multiprocessing.current_process()
        self.addCleanup(setattr, process, "authkey", process.authkey)
        self.addCleanup(resource_sharer.stop, PATIENCE)
        process.authkey = self.services.key()
        with self.services.client(self.ECHO) as client:
            for duplex in (True, False):
                receiver, sender = multiprocessing.Pipe(duplex)
                client.send([sender])
                sender.close()
                (back,) = self.recv(client)
                with receiver, back:
                    back.send("there and back")
                    self.assertEqual(self.recv(receiver), "there and back")

    def test_connection_from_a_program_with_another_key(self) -> None:
        self.addCleanup(resource_sharer.stop, PATIENCE)
        receiver, sender = multiprocessing.Pipe(False)
        with receiver, self.services.client(self.ECHO) as client:
            client.send(sender)
            sender.close()
            with self.assertRaises(EOFError):
                self.recv(client)
        self.assertRegex(self.services.log(), "MpSharingException: .* refuses our authkey")

    def test_several_clients_at_once(self) -> None:
        clients = [self.services.client(self.ECHO) for _ in range(20)]
        for number, client in enumerate(clients):
            client.send(number)
        for number, client in reversed(list(enumerate(clients))):
            self.assertEqual(self.recv(client), number)
            client.close()

    def test_messages_of_20_megabytes(self) -> None:
        message = os.urandom(20_000_000)
        with self.services.client(self.BYTES) as client:
            sending = threading.Thread(target=client.send_bytes, args=(message,))
            sending.start()
            self.assertEqual(client.recv_bytes(), message)
            sending.join()

    def test_the_service_may_speak_first_and_end_first(self) -> None:
        calls = []
        for _ in range(2):
            with self.services.client(self.GREET) as client:
                call, virtual, loader = self.recv(client)
                calls.append(call)
                self.assertIs(virtual, True)
                self.assertIs(loader, True, "the context class loader is that of the service")
                with self.assertRaises(EOFError):
                    self.recv(client)
        self.assertEqual(calls[1], calls[0] + 1, "one class loader for all clients of a service")

    def test_the_end_of_the_stream(self) -> None:
        with self.services.client(self.OBEY) as client:
            self.assert_echo(client, "anything")
        await_("the handler to see it", lambda: "] end of stream\n" in self.services.log())
        with self.services.client(self.OBEY) as client:
            client.send("close")
            with self.assertRaises(EOFError):
                self.recv(client)

    def test_output_is_tagged(self) -> None:
        with self.services.client(self.OBEY) as client:
            client.send("print")
            self.assertEqual(self.recv(client), "printed")
        tag = f"[{self.services.addresses[self.OBEY]}] "
        for text in ("printed by the handler", "and as an error", "printed by its thread"):
            self.assertIn(f"\n{tag}{text}\n", self.services.log())

    def test_an_exception_costs_its_own_connection_alone(self) -> None:
        with self.services.client(self.OBEY) as other, self.services.client(self.OBEY) as client:
            client.send("throw")
            with self.assertRaises(EOFError):
                self.recv(client)
            self.assert_echo(other, "unharmed")
        address = re.escape(self.services.addresses[self.OBEY])
        self.assertRegex(
            self.services.log(),
            rf"WARNING service {address}, \('127\.0\.0\.1', \d+\): the handler failed, its"
            r" connection is closed: java\.lang\.IllegalStateException: as the test wants it\n"
            r"\tat [^\n]*ServiceWorkers\.obey[^\n]*\n",
        )
        self.assertNotIn("at io.jarpipe.daemon", self.services.log())

    def test_system_exit_ends_the_handler_alone(self) -> None:
        with self.services.client(self.OBEY) as client:
            client.send("exit")
            with self.assertRaises(EOFError):
                self.recv(client)

    def test_wrong_key(self) -> None:
        for number in range(4):
            with self.assertRaises(AuthenticationError):
                self.services.client(number, b"wrong")
        await_("log lines", lambda: self.services.log().count("refused") >= 4)
        self.assertRegex(
            self.services.log(), r"refused process \d+ of user \d+: digest received was"
        )
        self.assertNotIn(self.services.key().decode(), self.services.log())

    def test_ps_lists_services(self) -> None:
        with self.services.client(self.ECHO) as one, self.services.client(self.ECHO) as other:
            self.assert_echo(one, 1)
            self.assert_echo(other, 1)
            done = command("ps", JARPIPE_ADDRESS=self.services.address)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        table = [line.split() for line in done.stdout.splitlines()]
        self.assertIn(["SERVICE", "CONNECTIONS", "LIMIT", "TARGET"], table)
        self.assertIn(
            [self.services.addresses[self.ECHO], "2", "10000", WORKERS + "ServiceWorkers::echo"],
            table,
        )

    def test_stalled_handshakes_do_not_disturb_others(self) -> None:
        """200 clients stall in the handshake while 50 others work."""
        address = self.services.addresses[self.ECHO]
        with contextlib.ExitStack() as stack:
            for number in range(200):
                plain = stack.enter_context(addresses.plain_socket(address))
                plain.sendall(addresses.frame(b"x" * 40)[: number % 40])
            failed: list[BaseException] = []

            def work() -> None:
                try:
                    with self.services.client(self.ECHO) as client:
                        for value in range(20):
                            self.assert_echo(client, value)
                except BaseException as error:
                    failed.append(error)

            workers = [threading.Thread(target=work) for _ in range(50)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join(PATIENCE)
            self.assertEqual(failed, [])
            self.assertFalse(any(worker.is_alive() for worker in workers))


class PlainClient(ServiceCase):
    """A client that is a program of its own, without jarpipe on its path."""

    def test_a_program_with_the_standard_library_alone(self) -> None:
        services = self.served((self.path("echo"), "echo"))
        program = (
            "import sys\n"
            "from multiprocessing.connection import Client\n"
            "with open(sys.argv[2], 'rb') as file:\n"
            "    key = file.read().strip()\n"
            "with Client(sys.argv[1], authkey=key) as java:\n"
            "    java.send({'question': 6 * 7})\n"
            "    print(java.recv())\n"
        )
        python = [sys.executable, "-I", "-X", "dev", "-W", "error"]
        done = subprocess.run(
            [*python, "-c", program, services.addresses[0], services.key_file],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        self.assertEqual((done.returncode, done.stdout), (0, "{'question': 42}\n"))
