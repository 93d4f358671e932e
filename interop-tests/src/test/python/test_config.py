"""`jarpipe config check`, and one configuration from file, environment and flags."""

from __future__ import annotations

import os
import re

from monitors import Monitored
from programs import ROOT, command
from support import ONCE, WORKERS, await_
from test_serve import ServeTest


class ConfigTest(ServeTest):
    """A test with a configuration file."""

    def config(self, *lines: str) -> str:
        """Write a configuration file; return its path."""
        return self.write("jarpipe.properties", "\n".join(lines) + "\n")


@ONCE
class Broken(ConfigTest):
    """Ten broken configurations: each error names file, line, key, value and what is allowed."""

    def assert_broken(self, line: str, *says: str) -> None:
        """Check what is said about one bad line, which stands below a comment and a good one."""
        file = self.config("# a comment", "grace = 1", line)
        key, _, value = (part.strip() for part in line.partition("="))
        done = command("config", "check", file)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        problems = done.stderr.splitlines()
        self.assertEqual(len(problems), 1, done.stderr)
        self.assertTrue(problems[0].startswith(f"{file}:3: {key}"), problems)
        for text in (value, *says):
            self.assertIn(text, problems[0])

    def test_unknown_key(self) -> None:
        """Its value is not repeated: it might be a secret."""
        file = self.config("max-mesage = 1G", "authkey = a secret")
        done = command("config", "check", file)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(
            done.stderr,
            f"{file}:1: max-mesage: is no setting: did you mean 'max-message'?\n"
            f"{file}:2: authkey: is no setting: did you mean 'authkey-file'?\n",
        )

    def test_size(self) -> None:
        self.assert_broken("max-message = lots", "is no size", "with K, M or G", "2147483639")

    def test_size_beyond_an_array(self) -> None:
        self.assert_broken("max-message = 2G", "is out of range", "from 1 to 2147483639")

    def test_number(self) -> None:
        self.assert_broken("handshake-timeout = 10s", "is no whole number", "from 0 to")

    def test_choice(self) -> None:
        self.assert_broken(
            "log-level = warn", "did you mean 'warning'?", "error, warning, info, debug"
        )

    def test_yes_or_no(self) -> None:
        self.assert_broken("service-no-key = maybe", "true or false")

    def test_key_twice(self) -> None:
        self.assert_broken("grace = 2", "line 2 has set it already", "each key once")

    def test_missing_file(self) -> None:
        missing = self.path("missing.jar")
        self.assert_broken(f"workers = {missing}", "does not exist", "a jar or a folder")

    def test_key_file_that_others_can_read(self) -> None:
        key_file = self.write("key", "a secret\n", 0o644)
        self.assert_broken(f"authkey-file = {key_file}", "open to other users", "chmod 600")

    def test_http_for_everybody(self) -> None:
        self.assert_broken("http = 0.0.0.0:9464", "from other machines", "a loopback address")

    def test_service_without_target(self) -> None:
        self.assert_broken("service = /run/echo.sock", "expected: ADDRESS=pkg.Class::method")

    def test_daemon_on_tcp(self) -> None:
        self.assert_broken("address = localhost:1234", "a path or @name")

    def test_serve_says_the_same(self) -> None:
        file = self.config("grace = soon")
        problem = command("config", "check", file).stderr
        address = ("--address", self.path("jarpipe.sock"))
        done = command("serve", "--config", file, *address)
        self.assertEqual((done.returncode, done.stderr), (1, f"jarpipe: {problem}"))
        done = command("serve", *address, JARPIPE_CONFIG=file)
        self.assertEqual((done.returncode, done.stderr), (1, f"jarpipe: {problem}"))

    def test_all_mistakes_at_once(self) -> None:
        file = self.config("grace = soon", "max-workers = -1", "codec = pickle")
        done = command("config", "check", file, JARPIPE_LOG_LEVEL="loud")
        self.assertEqual(
            [problem.split(" = ")[0] for problem in done.stderr.splitlines()],
            [
                f"{file}:1: grace",
                f"{file}:2: max-workers",
                f"{file}:3: codec",
                "environment: JARPIPE_LOG_LEVEL",
            ],
        )

    def test_file_that_is_not_there(self) -> None:
        for arguments in (("config", "check"), ("serve", "--config")):
            done = command(*arguments, self.path("none"))
            self.assertEqual(done.returncode, 1)
            self.assertEqual(
                done.stderr, f"jarpipe: the configuration {self.path('none')} does not exist\n"
            )


@ONCE
class Sources(ConfigTest):
    """Flag over environment over file over default."""

    def test_where_each_value_comes_from(self) -> None:
        file = self.config("grace = 7", "max-message = 1M", "allow-uid = 5, 6")
        done = command("config", "check", JARPIPE_CONFIG=file, JARPIPE_MAX_MESSAGE="2M")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        lines = dict(reversed(line.split(maxsplit=1)) for line in done.stdout.splitlines())
        self.assertEqual(lines["grace = 7"], f"{file}:1")
        self.assertEqual(lines["max-message = 2M"], "environment")
        self.assertEqual(lines["allow-uid = 5, 6"], f"{file}:3")
        self.assertEqual(lines["codec = jarpipe"], "default")

    def test_the_key_is_not_shown(self) -> None:
        key_file = self.write("key", "a secret\n", 0o600)
        done = command("config", "check", JARPIPE_AUTHKEY_FILE=key_file)
        self.assertIn(f"authkey-file = {key_file}\n", done.stdout)
        self.assertNotIn("secret", done.stdout + done.stderr)

    def test_checking_makes_nothing(self) -> None:
        done = command("config", "check", TMPDIR=self.folder, XDG_RUNTIME_DIR="")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_daemon_from_a_file_alone(self) -> None:
        """With a comment, a list over several lines, and a flag that counts more."""
        classes = os.environ["JARPIPE_CLASSPATH"].replace(os.pathsep, ", \\\n  ")
        file = self.config(
            f"workers = {classes}",
            f"service = {self.path('echo')} = {WORKERS}ServiceWorkers::echo".replace(
                " = /", "=/"
            ).replace(f" = {WORKERS}", f"={WORKERS}"),
            "http = 127.0.0.1:0",
            "log-level = error",
        )
        served = Monitored(self.folder, "--config", file, "--log-level", "info")
        self.addCleanup(served.stop)
        self.join(self.start_at(served, "nothing"))
        await_("the worker to be counted", lambda: self.ended(served) == 1)

    def test_the_handbook_knows_every_setting_and_metric(self) -> None:
        handbook = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
        for line in command("config", "check").stdout.splitlines():
            key = line.split(maxsplit=1)[1].split(" =")[0]
            self.assertIn(f"| `{key}`", handbook)
        served = Monitored(self.folder)
        self.addCleanup(served.stop)
        for series in served.metrics():
            name = re.sub(r"(_bucket|_count|_sum)?(\{.*)?$", "", series)
            if name.startswith("jarpipe_") and not name.endswith("_limit"):
                self.assertIn(f"`{name}", handbook)

    def ended(self, served: Monitored) -> float:
        """Return how many workers have returned."""
        return served.metrics()['jarpipe_workers_ended_total{outcome="returned"}']
