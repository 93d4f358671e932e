"""A daemon that several Python programs share."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from multiprocessing.connection import Client
from subprocess import PIPE
from typing import Any, ClassVar

import jarpipe
import procfs
from jarpipe import errors
from programs import ProgramTest, Served, command
from support import WORKERS, await_, channels
from workertest import WorkerTest

PROGRAM = """
    ours, theirs = multiprocessing.Pipe()
    worker = jarpipe.get_context().Process(
        target="io.jarpipe.interop.LifecycleWorkers::" + sys.argv[2],
        args=(theirs,),
        name=sys.argv[1],
    )
    worker.start()
    theirs.close()
    print(ours.recv(), worker.pid, flush=True)
    sys.stdin.readline()
    ours.send("end")
    worker.join()
    print("exit code", worker.exitcode)
"""
"""Starts a worker, and ends it when it is told."""


class SharedDaemonTest(WorkerTest, ProgramTest):
    """A test of a shared daemon, which all tests of the class use."""

    served: ClassVar[Any]
    daemon: ClassVar[Served]
    place: ClassVar[str]

    @classmethod
    def setUpClass(cls) -> None:
        """Start the daemon."""
        super().setUpClass()
        cls.place = tempfile.mkdtemp(prefix="jarpipe-test-")
        cls.addClassCleanup(shutil.rmtree, cls.place)
        cls.daemon = Served(cls.place)
        cls.addClassCleanup(cls.daemon.stop)

    def setUp(self) -> None:
        super().setUp()
        self.bridge = self.daemon.bridge()
        self.shared = self.bridge.get_context()
        self.channels_before = self.channels()
        self.addCleanup(self.check_daemon)

    def check_daemon(self) -> None:
        """Check that the daemon has given back what the test made it take, and still works."""
        await_("the shared daemon to have no workers", lambda: not self.bridge.workers())
        process = self.shared.Process(target=WORKERS + "LifecycleWorkers::nothing")
        process.start()
        self.join(process)
        await_(
            "the shared daemon to close its pipes and sockets",
            lambda: self.channels() <= self.channels_before,
        )

    def channels(self) -> int:
        """Return how many pipes and sockets the shared daemon has open."""
        return len(channels(self.daemon.pid))

    def launch(self, name: str, method: str = "untilTold", **variables: str) -> tuple[Any, int]:
        """Run a program with one worker of the daemon; return it and the worker's pid."""
        environ = {"JARPIPE_ADDRESS": self.daemon.address, **variables}
        program = self.python(PROGRAM, name, method, env=environ, stdin=PIPE)
        running, pid = self.line(program).split()
        self.assertEqual(running, "running")
        return program, int(pid)

    def let_end(self, program: Any) -> None:
        """Let a program of `launch()` end, and check that it and its worker end well."""
        output, _ = program.communicate("end\n")
        self.assertEqual((output, program.returncode), ("exit code 0\n", 0))


class Place(SharedDaemonTest):
    """The files of a shared daemon, and who may use it."""

    def test_socket_and_key_belong_to_the_user_alone(self) -> None:
        for path, kind in (
            (self.daemon.address, stat.S_IFSOCK),
            (self.daemon.key_file, stat.S_IFREG),
        ):
            mode = os.stat(path).st_mode
            self.assertEqual((stat.S_IFMT(mode), stat.S_IMODE(mode)), (kind, 0o600), path)
        self.assertRegex(self.daemon.key(), rb"^[0-9a-f]{64}$")
        self.assertEqual(
            sorted(os.listdir(self.place)), ["daemon.log", "jarpipe.sock", "jarpipe.sock.key"]
        )

    def test_key_never_appears_in_the_log_or_in_the_command_line(self) -> None:
        with open(f"/proc/{self.daemon.pid}/cmdline", "rb") as file:
            self.assertNotIn(self.daemon.key(), file.read())
        self.assertNotIn(self.daemon.key().decode(), self.daemon.log())

    def test_a_running_daemon_keeps_its_address(self) -> None:
        done = command("serve", "--address", self.daemon.address)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"another daemon is listening at {self.daemon.address}", done.stderr)
        self.assertIn("--address", done.stderr)

    def test_wrong_key(self) -> None:
        key_file = self.write("other.key", "not the key\n")
        bridge = jarpipe.Bridge(self.daemon.address, b"not the key")
        with self.assertRaises(errors.AuthenticationFailed) as caught:
            bridge.version()
        self.assertEqual(caught.exception.address, self.daemon.address)
        done = command("ps", "--address", self.daemon.address, "--authkey-file", key_file)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, "(?i)^jarpipe: .*key")

    def test_address_of_the_standard_librarys_client(self) -> None:
        with Client(self.daemon.address, authkey=self.daemon.key()) as connection:
            connection.send((None, "version", (), {}))
            kind, version = connection.recv()
        self.assertEqual(kind, "#RETURN")
        self.assertEqual(version, self.bridge.version())
        self.assertEqual((version["pid"], version["protocol"]), (self.daemon.pid, 1))


class Programs(SharedDaemonTest):
    """Several programs use one daemon and do not disturb each other."""

    def test_programs_share_a_daemon_and_ps_lists_their_workers(self) -> None:
        key_file = shutil.copy(self.daemon.key_file, self.path("copy.key"))
        first, first_pid = self.launch("first")
        second, second_pid = self.launch("second", JARPIPE_AUTHKEY_FILE=key_file)

        rows = {info.pid: info for info in self.bridge.workers()}
        self.assertEqual(set(rows), {first_pid, second_pid})
        expected = ((first_pid, "first", first), (second_pid, "second", second))
        for pid, name, program in expected:
            info = rows[pid]
            self.assertEqual((info.name, info.parent, info.state), (name, program.pid, "running"))
            self.assertEqual(info.target, WORKERS + "LifecycleWorkers::untilTold")
            self.assertGreaterEqual(info.seconds, 0.0)

        done = command("ps", JARPIPE_ADDRESS=self.daemon.address)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        head, *lines = done.stdout.splitlines()
        columns = "PID PARENT STATE SECONDS DIRECT ADOPTED RELAYED ITEMS/S BYTES/S HELD NAME TARGET"
        self.assertEqual(head.split(), columns.split())
        table = [line.split() for line in lines]
        self.assertEqual(
            [(row[0], row[1], row[2], row[10], row[11]) for row in table],
            [
                (str(pid), str(program.pid), "running", name, rows[pid].target)
                for pid, name, program in expected
            ],
        )
        self.let_end(first)
        await_("one worker to be left", lambda: len(self.bridge.workers()) == 1)
        self.let_end(second)

    def test_workers_of_a_killed_program_end_and_others_go_on(self) -> None:
        killed, killed_pid = self.launch("killed", "stay")
        other, other_pid = self.launch("other")
        self.assertIn(killed_pid, procfs.threads(self.daemon.pid))
        killed.kill()
        await_(
            "the worker of the killed program to end",
            lambda: killed_pid not in procfs.threads(self.daemon.pid),
        )
        self.assertEqual([info.pid for info in self.bridge.workers()], [other_pid])
        self.let_end(other)

    def test_closing_a_bridge_leaves_its_workers_running(self) -> None:
        bridge = self.daemon.bridge()
        near, far = self.pipe()
        process = bridge.get_context().Process(
            target=WORKERS + "LifecycleWorkers::untilTold", args=(far,)
        )
        process.start()
        far.close()
        self.recv(near)
        bridge.close()
        self.assertTrue(process.is_alive())
        with self.assertRaisesRegex(ValueError, "closed"):
            bridge.version()
        near.send("end")
        self.join(process)
