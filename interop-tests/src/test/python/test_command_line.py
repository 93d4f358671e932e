"""`bin/jarpipe`: help, version, usage errors, and what it says when something is missing."""

from __future__ import annotations

import os

import jarpipe
from folders import FolderTest
from programs import command
from support import ONCE


@ONCE
class CommandLine(FolderTest):
    """What the command prints, where, and with which exit code: 0 done, 1 failed, 2 wrong usage."""

    def test_version(self) -> None:
        done = command("--version")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(
            done.stdout, rf"^jarpipe {jarpipe.__version__} \(launch protocol 1, Java 2\d\S*\)\n$"
        )

    def test_help(self) -> None:
        for arguments, words in (
            (("--help",), ("serve", "ps", "JARPIPE_ADDRESS", "JARPIPE_AUTHKEY_FILE")),
            (("serve", "--help"), ("--address", "--authkey-file", "--workers", "--grace")),
            (("help", "serve"), ("--address", "--workers")),
            (("ps", "--help"), ("--address", "--authkey-file")),
            (("dump", "--help"), ("--frames", "--pickle", "--full", "--depth", "FILE|-")),
        ):
            with self.subTest(arguments):
                done = command(*arguments)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                for word in words:
                    self.assertIn(word, done.stdout)

    def test_wrong_usage(self) -> None:
        for arguments, complaint in (
            ((), "Missing required subcommand"),
            (("--nonsense",), "--nonsense"),
            (("nonsense",), "nonsense"),
            (("serve", "--nonsense"), "--nonsense"),
            (("serve", "--grace", "soon"), "--grace"),
            (("serve", "--max-message", "lots"), "lots"),
            (("serve", "--max-message", "0"), "out of range"),
            (("serve", "--log-level", "loud"), "loud"),
            (("serve", "--allow-uid", "root"), "--allow-uid"),
            (("ps", "more"), "more"),
            (("dump",), "FILE"),
            (("dump", "--frames", "--pickle", "-"), "mutually exclusive"),
            (("dump", "--depth", "-1", "-"), "--depth"),
        ):
            with self.subTest(arguments):
                done = command(*arguments)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(complaint, done.stderr)
                self.assertRegex(done.stderr, "Usage: jarpipe|Did you mean")
                self.assertNotIn("Exception", done.stderr)

    def test_ps_without_a_daemon(self) -> None:
        key_file = self.write("key", "a secret\n")
        for address in (self.path("missing.sock"), "@jarpipe-test-nobody"):
            with self.subTest(address):
                done = command("ps", "--address", address, "--authkey-file", key_file)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                for text in (f"no daemon answers at {address}", "jarpipe serve", "JARPIPE_ADDRESS"):
                    self.assertIn(text, done.stderr)

    def test_ps_without_a_key(self) -> None:
        done = command("ps", "--address", self.path("missing.sock"))
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn(f"the key file {self.path('missing.sock.key')} does not exist", done.stderr)
        self.assertIn("--authkey-file", done.stderr)

    def test_private_mode_is_not_for_people(self) -> None:
        done = command("serve", "--private")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("start one by hand with 'jarpipe serve'", done.stderr)


class Launcher(FolderTest):
    """The script finds a Java and the jar, or says what to do."""

    def test_java_that_was_named_will_not_do(self) -> None:
        old = self.write("java", "#!/bin/sh\necho 'openjdk version \"21.0.5\"' >&2\n", 0o755)
        for java in (self.path("missing"), old):
            with self.subTest(java):
                done = command("--version", JARPIPE_JAVA=java)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertRegex(done.stderr, f"JARPIPE_JAVA={java} is not .* 25 or newer")

    def test_jar_that_was_named_is_missing(self) -> None:
        missing = self.path("missing.jar")
        done = command("--version", JARPIPE_JAR=missing)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn(f"JARPIPE_JAR={missing} does not exist", done.stderr)

    def test_options_of_the_jvm_are_split_as_by_a_shell(self) -> None:
        os.mkdir(self.path("with space"))
        options = f"'-Djava.io.tmpdir={self.path('with space')}' -Xmx64m"
        done = command("--version", JARPIPE_JAVA_OPTIONS=options)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for hostile in ("-Dx=$(touch witness)", "-Dx=`touch witness`", "-Dx=1;touch witness"):
            with self.subTest(hostile):
                variables = {"JARPIPE_JAVA_OPTIONS": f"'{hostile}'"}
                done = command("--version", **variables)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertFalse(os.path.exists("witness"))
