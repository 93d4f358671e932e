"""`jarpipe serve`: where it listens, what it refuses, for whom it works, and how it ends."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import unittest
from typing import Any

import procfs
from jarpipe import errors
from programs import PACKAGE, Served, command
from support import ONCE, PATIENCE, WORKERS, await_
from workertest import WorkerTest

NOBODY = 65534
"""The uid of a user without rights."""


class ServeTest(WorkerTest):
    """A test that starts daemons of its own."""

    def serve(self, *options: str, **more: Any) -> Served:
        """Start a daemon in the folder of the test; it is killed after the test."""
        served = Served(self.folder, *options, **more)
        self.addCleanup(served.stop)
        return served

    def start_at(self, served: Served, method: str, *args: Any) -> Any:
        """Start a worker of a daemon: a method of the lifecycle workers, or ``Class::method``."""
        target = WORKERS + (method if "::" in method else f"LifecycleWorkers::{method}")
        return self._started(served.bridge().get_context().Process(target=target, args=args))

    def assert_refuses(self, *options: str, says: tuple[str, ...], **variables: str) -> None:
        """Check that a daemon does not start."""
        done = command("serve", *options, **variables)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertTrue(done.stderr.startswith("jarpipe: "), done.stderr)
        for text in says:
            self.assertIn(text, done.stderr)
        self.assertNotIn("Exception", done.stderr)


@ONCE
class Places(ServeTest):
    """Addresses and key files."""

    def test_a_stale_socket_is_taken_over(self) -> None:
        killed = self.serve()
        key = killed.key()
        near, far = self.pipe()
        process = self.start_at(killed, "untilTold", far)
        far.close()
        self.recv(near)
        killed.process.kill()
        killed.wait()
        self.assert_ended(near)
        self.join(process, exitcode=255)
        self.assertTrue(os.path.exists(killed.address), "SIGKILL cannot have removed it")
        bridge = killed.bridge()
        with self.assertRaises(errors.DaemonUnavailable):
            bridge.version()

        again = self.serve()

        self.assertEqual(again.key(), key)
        self.assertEqual(bridge.version()["pid"], again.pid)
        self.join(self.start_at(again, "nothing"))

    def test_what_is_no_socket_is_left_alone(self) -> None:
        file = self.write("file", "precious")
        self.assert_refuses(
            "--address", file, says=(f"{file} exists and is no socket", "choose another address")
        )
        with open(file, encoding="utf-8") as content:
            self.assertEqual(content.read(), "precious")
        folder = self.path("folder")
        os.mkdir(folder)
        self.assert_refuses("--address", folder, says=(f"{folder} exists and is no socket",))
        self.assertEqual(sorted(os.listdir(self.folder)), ["file", "folder"])

    def test_folder_that_does_not_exist(self) -> None:
        address = self.path("missing/jarpipe.sock")
        self.assert_refuses("--address", address, says=(self.path("missing"),))

    def test_abstract_address(self) -> None:
        name = f"@jarpipe-test-{secrets.token_hex(8)}"
        self.assert_refuses("--address", name, says=("abstract address needs --authkey-file",))
        key_file = self.path("key")
        served = self.serve(address=name, key_file=key_file)
        self.assertEqual(os.stat(key_file).st_mode & 0o777, 0o600)
        self.assertEqual(sorted(os.listdir(self.folder)), ["daemon.log", "key"])
        self.join(self.start_at(served, "nothing"))
        self.assert_refuses(
            *("--address", name, "--authkey-file", key_file), says=("another daemon is listening",)
        )
        self.check_other_user(served)
        self.join(self.start_at(served, "nothing"))

    def check_other_user(self, served: Served) -> None:
        """Check that another user is refused though he knows the key."""
        if os.getuid() != 0:
            return  # only root can become another user
        self.assertEqual(as_nobody(served), "AuthenticationFailed")
        await_("the refusal to be logged", lambda: f"of user {NOBODY}" in served.log())
        self.assertIn(f"--allow-uid {NOBODY}", served.log())

    def test_key_file_that_others_can_read(self) -> None:
        for mode in (0o640, 0o604, 0o666):
            with self.subTest(oct(mode)):
                key_file = self.write("key", "a secret\n", mode)
                address = self.path("jarpipe.sock")
                says = ("is open to other users", f"chmod 600 {key_file}")
                self.assert_refuses("--address", address, says=says, JARPIPE_AUTHKEY_FILE=key_file)
                self.assertFalse(os.path.exists(address))
        done = command("ps", JARPIPE_ADDRESS=self.path("any"), JARPIPE_AUTHKEY_FILE=key_file)
        self.assertEqual(done.returncode, 1)
        self.assertIn("is open to other users", done.stderr)

    def test_empty_key_file(self) -> None:
        key_file = self.write("key", "\n")
        self.assert_refuses(
            *("--address", self.path("jarpipe.sock"), "--authkey-file", key_file),
            says=(f"the key file {key_file} is empty",),
        )

    def test_worker_code_that_does_not_exist(self) -> None:
        missing = self.path("missing.jar")
        self.assert_refuses(
            *("--address", self.path("jarpipe.sock"), "--workers", missing),
            says=(f"--workers {missing} does not exist",),
        )


class Draining(ServeTest):
    """SIGTERM lets workers finish, for a while."""

    def test_a_worker_that_gets_its_sentinel_finishes(self) -> None:
        served = self.serve("--grace", "300")
        jobs, results = self.queue(), self.queue()
        process = self.start_at(served, "pass", jobs, results)
        jobs.put("before")
        self.assertEqual(self.get(results), "before")

        served.process.send_signal(signal.SIGTERM)
        await_("the socket to be removed", lambda: not os.path.exists(served.address))
        with self.assertRaises(errors.DaemonUnavailable):
            served.bridge().version()
        jobs.put("after")
        self.assertEqual(self.get(results), "after")
        self.assertIsNone(served.process.poll())
        waiting = "waiting up to 300 s for 1 workers to finish"
        await_("the daemon to wait for its worker", lambda: waiting in served.log())
        jobs.put(None)

        self.join(process)
        self.assertEqual(served.wait(), 143)  # 128 + SIGTERM, as every JVM ends
        self.assertEqual(sorted(os.listdir(self.folder)), ["daemon.log", "jarpipe.sock.key"])

    def test_a_worker_that_does_not_finish_is_terminated(self) -> None:
        served = self.serve("--grace", "0")
        near, far = self.pipe()
        process = self.start_at(served, "stay", far)
        far.close()
        self.recv(near)
        served.process.send_signal(signal.SIGTERM)
        self.join(process, exitcode=-signal.SIGTERM)
        self.assert_ended(near)
        self.assertEqual(served.wait(), 143)
        self.assertIn("has not finished: terminated", served.log())
        self.assertEqual(procfs.jvm_data_files(served.pid), [])

    @ONCE
    def test_a_daemon_without_workers_ends_at_once(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number):
                served = self.serve("--grace", "300")
                served.process.send_signal(number)
                self.assertEqual(served.wait(), 128 + number)
                self.assertFalse(os.path.exists(served.address))

    @ONCE
    def test_the_socket_of_a_successor_is_left_alone(self) -> None:
        first = self.serve()
        os.rename(first.address, self.path("moved.sock"))
        second = self.serve()
        first.process.send_signal(signal.SIGTERM)
        self.assertEqual(first.wait(), 143)
        self.assertEqual(second.bridge().version()["pid"], second.pid)


@unittest.skipUnless(os.getuid() == 0, "only root can become another user")
class OtherUsers(ServeTest):
    """Another user may not connect, unless he is named."""

    def test_the_file_system_keeps_others_out_and_the_option_names_exceptions(self) -> None:
        os.chmod(self.folder, 0o755)
        served = self.serve("--allow-uid", str(NOBODY))
        self.assertEqual(as_nobody(served), "DaemonUnavailable")  # the socket's mode is 0600
        os.chmod(served.address, 0o666)
        self.assertEqual(as_nobody(served), "welcome")


def as_nobody(served: Served) -> str:
    """Return the error that another user with the key gets, or ``welcome``."""
    code = f"""if True:
        import os
        import jarpipe
        bridge = jarpipe.Bridge({served.address!r}, {served.key()!r})
        bridge.version()  # everything is imported now, from folders that others may not read
        os.setuid({NOBODY})
        try:
            bridge.version()
            print("welcome")
        except jarpipe.errors.JarpipeError as error:
            print(type(error).__name__)
    """
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", code],
        env={**os.environ, "PYTHONPATH": PACKAGE},
        stdout=subprocess.PIPE,
        timeout=PATIENCE,
        check=True,
    )
    return done.stdout.decode().strip()
