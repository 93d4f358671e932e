"""How the JVM of a private daemon is started: collector and heap, and its archive of classes."""

from __future__ import annotations

import os
import unittest
from typing import Any
from unittest import mock

import jarpipe
from support import ONCE, PATIENCE, WORKERS
from workertest import WorkerTest

ARCHIVED = "source: shared objects file (top)"


class StartUpTest(WorkerTest):
    """A test that launches daemons of its own."""

    def setUp(self) -> None:
        super().setUp()
        self.loaded = self.path("loaded")
        os.makedirs(self.path("home"))
        variables = {"HOME": self.path("home"), "JARPIPE_JAVA_OPTIONS": self.logging()}
        environ = mock.patch.dict(os.environ, variables)
        environ.start()
        self.addCleanup(environ.stop)
        for name in ("JARPIPE_CACHE", "XDG_CACHE_HOME"):
            os.environ.pop(name, None)

    def logging(self) -> str:
        """Return the option that lists where classes come from."""
        return f"-Xlog:class+load:file={self.loaded}"

    def run_worker(self) -> str:
        """Run a worker in a daemon that ends; return where its classes came from."""
        with self.redirected(1) as out, self.redirected(2) as err, jarpipe.Bridge() as bridge:
            process: Any = bridge.get_context().Process(
                target=WORKERS + "LifecycleWorkers::nothing"
            )
            process.start()
            process.join(PATIENCE)
            self.assertEqual(process.exitcode, 0)
        self.assertEqual((self.content(out), self.content(err)), ("", ""))
        with open(self.loaded, encoding="utf-8") as file:
            return file.read()

    def archives(self, folder: str = "home/.cache/jarpipe") -> list[str]:
        """Return the paths of the archives in a folder."""
        folder = self.path(folder)
        return [os.path.join(folder, name) for name in sorted(os.listdir(folder))]


class Archives(StartUpTest):
    """The classes that the JVM has loaded are there when it starts again."""

    def test_the_second_start_uses_what_the_first_has_made(self) -> None:
        self.assertNotIn(ARCHIVED, self.run_worker())
        (path,) = self.archives()
        self.assertIn(f"io.jarpipe.daemon.worker.JavaProcess {ARCHIVED}", self.run_worker())
        self.assertEqual(self.archives(), [path])

    @ONCE
    def test_a_damaged_archive_is_made_anew(self) -> None:
        self.run_worker()
        (path,) = self.archives()
        with open(path, "rb") as file:
            whole = file.read()
        other_jvm = whole.replace(b"OpenJDK 64-Bit Server VM", b"Another 64-Bit Server VM")
        self.assertNotEqual(other_jvm, whole)
        for content in (b"", whole[:100], whole[: len(whole) // 2], b"x" * 9999, other_jvm):
            with self.subTest(length=len(content)):
                os.unlink(path)
                with open(path, "wb") as file:
                    file.write(content)
                os.chmod(path, 0o600)
                self.assertNotIn(ARCHIVED, self.run_worker())
                self.assertIn(ARCHIVED, self.run_worker())

    def test_a_daemon_without_a_worker_makes_none(self) -> None:
        with jarpipe.Bridge() as bridge:
            bridge.version()
        self.assertEqual(self.archives(), [])

    @ONCE
    def test_a_folder_that_cannot_be_written(self) -> None:
        self.run_worker()
        with mock.patch("os.access", lambda path, mode: mode != os.W_OK):
            self.assertIn(ARCHIVED, self.run_worker())
            os.unlink(self.archives()[0])
            self.assertNotIn(ARCHIVED, self.run_worker())
        self.assertEqual(self.archives(), [])

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_a_home_that_cannot_be_written(self) -> None:
        os.chmod(self.path("home"), 0o500)
        self.assertNotIn(ARCHIVED, self.run_worker())

    @ONCE
    def test_off_or_no_home(self) -> None:
        for variables in ({"JARPIPE_CACHE": "off"}, {"HOME": ""}, {"HOME": "/nowhere/at/all"}):
            with self.subTest(variables), mock.patch.dict(os.environ, variables):
                self.assertNotIn(ARCHIVED, self.run_worker())
        self.assertEqual(os.listdir(self.path("home")), [])


class Options(StartUpTest):
    """The user's options are taken by a real JVM beside ours."""

    @ONCE
    def test_collectors_and_heaps(self) -> None:
        for option in ("-XX:+UseG1GC", "-XX:+UseZGC", "-Xmx16m", "-Xms8m", "-XX:NewSize=1m"):
            with self.subTest(option):
                os.environ["JARPIPE_JAVA_OPTIONS"] = f"{self.logging()} {option}"
                self.run_worker()

    def test_collector_from_the_variable_of_the_jvm(self) -> None:
        with mock.patch.dict(os.environ, JDK_JAVA_OPTIONS="-XX:+UseG1GC"), self.redirected(2):
            with jarpipe.Bridge() as bridge:
                bridge.version()
