"""No daemon to speak to: none there, none to launch, a stranger, another key, another version."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from multiprocessing.connection import Client, Listener
from typing import Any, Iterator
from unittest import mock

import jarpipe
from jarpipe import _java, errors
from jarpipe.bridge import default_bridge
from support import PATIENCE, WORKERS
from workertest import WorkerTest

NOTHING = WORKERS + "LifecycleWorkers::nothing"


class NoDaemonTest(WorkerTest):
    """A test of what keeps a program from its daemon."""

    def assert_fails(
        self, bridge: jarpipe.Bridge, kind: type[errors.JarpipeError], *says: str
    ) -> Any:
        """Check the error of start() and version(): its class, and what its message contains."""
        self.addCleanup(bridge.close)
        process = bridge.get_context().Process(target=NOTHING)
        for use in (process.start, bridge.version):
            with self.assertRaises(kind) as caught:
                use()
            self.assertIs(type(caught.exception), kind)
            for text in says:
                self.assertIn(text, str(caught.exception))
            for name, value in caught.exception.fields.items():
                self.assertEqual(getattr(caught.exception, name), value)
        self.assertIsNone(process.pid)
        return caught.exception

    @contextlib.contextmanager
    def environ(self, **variables: str) -> Iterator[None]:
        """Put these in the place of all variables of jarpipe and Java."""
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("JARPIPE_") and name != "JAVA_HOME"
        }
        with mock.patch.dict(os.environ, {**clean, **variables}, clear=True):
            yield


class NobodyThere(NoDaemonTest):
    """The address of a shared daemon leads to nobody."""

    def test_no_socket(self) -> None:
        for address in (self.path("missing.sock"), "@jarpipe-test-nobody"):
            with self.subTest(address):
                error = self.assert_fails(
                    jarpipe.Bridge(address, b"key"),
                    errors.DaemonUnavailable,
                    f"the daemon at {address} is not there",
                    "jarpipe serve",
                    "JARPIPE_ADDRESS",
                )
                self.assertEqual(error.address, address)

    def test_socket_that_nobody_listens_at(self) -> None:
        address = self.path("stale.sock")
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(address)
        self.assert_fails(jarpipe.Bridge(address, b"key"), errors.DaemonUnavailable, "is not there")

    def test_address_from_the_environment(self) -> None:
        address = self.path("missing.sock")
        with self.environ(JARPIPE_ADDRESS=address):
            self.assert_fails(jarpipe.Bridge(), errors.DaemonUnavailable, address)

    def test_path_that_is_no_socket(self) -> None:
        address = self.write("file")
        self.assert_fails(
            jarpipe.Bridge(address, b"key"), errors.DaemonUnavailable, address, "JARPIPE_ADDRESS"
        )

    def test_key_file_is_missing_or_empty(self) -> None:
        address = str(default_bridge().address)
        missing, empty = self.path("missing.key"), self.write("empty.key", "\n")
        for path, problem in ((missing, "cannot be read (No such file"), (empty, "is empty")):
            with self.subTest(path), self.environ(JARPIPE_AUTHKEY_FILE=path):
                self.assert_fails(
                    jarpipe.Bridge(address),
                    errors.AuthenticationFailed,
                    f"the key file {path}",
                    problem,
                    "JARPIPE_AUTHKEY_FILE",
                )

    def test_wrong_key(self) -> None:
        address = str(default_bridge().address)
        self.expect_output(r"\S+ WARNING a client was refused:.*")
        error = self.assert_fails(
            jarpipe.Bridge(address, b"not the key"),
            errors.AuthenticationFailed,
            f"the daemon at {address} and this client do not have the same key",
            "key file",
        )
        self.assertEqual(error.address, address)
        self.assertNotIn("not the key", str(error))
        self.join(self.start("LifecycleWorkers::nothing"))  # the daemon serves on


class OtherVersions(NoDaemonTest):
    """Daemon and client are of different versions."""

    @contextlib.contextmanager
    def stand_in(self, version: dict[str, Any], key: bytes = b"key") -> Iterator[str]:
        """Listen like a daemon that only tells its version."""
        with Listener(self.path("old.sock"), authkey=key) as listener:
            stopped = threading.Event()

            def serve() -> None:
                while True:
                    with listener.accept() as connection:
                        if stopped.is_set():
                            return
                        ident, method, args, keywords = connection.recv()
                        assert (ident, method, args, keywords) == (None, "version", (), {})
                        connection.send(("#RETURN", version))

            thread = threading.Thread(target=serve)
            thread.start()
            yield str(listener.address)
            stopped.set()
            Client(listener.address, authkey=key).close()
            thread.join(PATIENCE)

    def test_daemon_is_too_old(self) -> None:
        old = {"daemon": "0.0.9", "protocol": 0, "pid": 1, "java": "25"}
        with self.stand_in(old) as address:
            error = self.assert_fails(
                jarpipe.Bridge(address, b"key"),
                errors.DaemonTooOld,
                "the daemon (version 0.0.9) speaks control protocol 0, and this client needs 1",
                "upgrade the daemon",
            )
            self.assertEqual((error.daemon, error.found, error.needed), ("0.0.9", 0, 1))

    def test_real_daemon_finds_itself_too_old_for_a_client(self) -> None:
        process = self.ctx.Process(target=NOTHING)
        with mock.patch("jarpipe._popen.CONTROL_PROTOCOL", 99):
            with self.assertRaises(errors.DaemonTooOld) as caught:
                process.start()
        error: Any = caught.exception
        self.assertEqual((error.found, error.needed), (1, 99))
        self.assertEqual(error.daemon, default_bridge().version()["daemon"])
        self.assertIn("install the same version of jarpipe on both sides", str(error))

    def test_stranger_that_hangs_up(self) -> None:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.path("stranger.sock"))
            listener.listen(8)

            def serve() -> None:
                for _ in range(2):
                    listener.accept()[0].close()

            thread = threading.Thread(target=serve)
            thread.start()
            self.assert_fails(
                jarpipe.Bridge(listener.getsockname(), b"key"), errors.AuthenticationFailed
            )
            thread.join(PATIENCE)

    def test_stranger_that_says_nothing(self) -> None:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.path("silent.sock"))
            listener.listen(8)
            self.assert_fails(
                jarpipe.Bridge(listener.getsockname(), b"key", start_timeout=0.1),
                errors.DaemonUnavailable,
                "has not answered for 0.1 s",
            )


class NothingToLaunch(NoDaemonTest):
    """A private daemon cannot be launched."""

    def test_no_java_at_all(self) -> None:
        with self.environ(PATH=self.folder, HOME=self.folder):
            with mock.patch.object(_java, "_USUAL_PLACES", (self.path("jvm/*"),)):
                error = self.assert_fails(
                    jarpipe.Bridge(),
                    errors.JavaNotFound,
                    "No Java 25 or newer was found",
                    "install a JDK 25",
                    "JARPIPE_JAVA",
                )
                self.assertEqual(error.searched, ())

    def test_only_older_java(self) -> None:
        java = self.write("java", "#!/bin/sh\necho 'openjdk version \"21.0.5\"' >&2\n", 0o755)
        with self.environ(PATH=self.folder, HOME=self.folder):
            with mock.patch.object(_java, "_USUAL_PLACES", ()):
                error = self.assert_fails(jarpipe.Bridge(), errors.JavaNotFound, "install a JDK 25")
                self.assertEqual(error.searched, (f"{java}: 21.0.5",))

    def test_java_that_was_named_is_not_there(self) -> None:
        missing = self.path("java")
        with self.environ(JARPIPE_JAVA=missing):
            self.assert_fails(
                jarpipe.Bridge(), errors.JavaNotFound, f"{missing}: missing", "JARPIPE_JAVA"
            )

    def test_no_jar(self) -> None:
        missing = self.path("missing.jar")
        with self.environ(JARPIPE_JAR=missing, **java_variables()):
            self.assert_fails(
                jarpipe.Bridge(),
                errors.DaemonUnavailable,
                f"the daemon's jar is missing (looked for {missing})",
                "mvn -q -Pfast package",
                "JARPIPE_JAR",
            )

    def test_worker_code_that_does_not_exist(self) -> None:
        missing = self.path("missing.jar")
        with self.redirected(2) as text, mock.patch.dict(os.environ, JARPIPE_CLASSPATH=missing):
            error = self.assert_fails(
                jarpipe.Bridge(), errors.DaemonDied, "exit code 1", "messages on standard error"
            )
        self.assertEqual(error.exitcode, 1)
        self.assertIn(f"{missing} does not exist", self.content(text))

    def test_jvm_option_that_does_not_exist(self) -> None:
        with self.redirected(2) as text:
            with mock.patch.dict(os.environ, JARPIPE_JAVA_OPTIONS="-XX:+NoSuchOption"):
                self.assert_fails(jarpipe.Bridge(), errors.DaemonDied, "exit code 1")
        self.assertIn("NoSuchOption", self.content(text))


def java_variables() -> dict[str, str]:
    """Return the variables that say which Java to use, as far as they are set."""
    return {name: os.environ[name] for name in ("JARPIPE_JAVA", "JAVA_HOME") if name in os.environ}
