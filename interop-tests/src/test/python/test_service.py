"""Services: Python's plain `multiprocessing.connection.Client` calls Java, nothing installed.

The clients of these tests use the standard library alone; the daemon is a shared one.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from multiprocessing import AuthenticationError, resource_sharer
from multiprocessing.connection import Client, Connection
from typing import Any, ClassVar

import addresses
import procfs
from folders import FolderTest
from programs import Served, command
from support import PATIENCE, WORKERS, await_, channels

SMALL_HEAP = "-Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
"""Options of a JVM that gives memory back to nobody, but takes little."""
IDLE_CLIENTS = 5000
KIB_PER_CONNECTION = 10
"""More than the 8 KiB that are aimed at: what is measured includes garbage."""


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
