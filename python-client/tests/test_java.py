"""Finding a Java of the right version, and the jar."""

from __future__ import annotations

import os
import sys
from unittest import mock

from jarpipe import _java, errors
from tests.support import FAKE_DAEMON, TestCase


class JavaTest(TestCase):
    """The order of the search, and what it says when it finds nothing."""

    def setUp(self) -> None:
        super().setUp()
        self.environ = {"PATH": self.folder + "/empty", "HOME": self.folder + "/home"}
        places = mock.patch.object(_java, "_USUAL_PLACES", ("~/.jdks/*", self.folder + "/jvm/*"))
        places.start()
        self.addCleanup(places.stop)

    def java(self, home: str, version: str, *, release: bool = True) -> str:
        """Make a Java of some version; without release file it has to be asked."""
        folder = os.path.join(self.folder, home)
        os.makedirs(os.path.join(folder, "bin"))
        if release:
            self.write(f"{home}/release", f'JAVA_RUNTIME_VERSION="x"\nJAVA_VERSION="{version}"\n')
            return self.write(f"{home}/bin/java", "#!/bin/false\n", 0o755)
        run = f'FAKE_JAVA={version} exec "{sys.executable}" "{FAKE_DAEMON}" "$@"'
        return self.write(f"{home}/bin/java", f"#!/bin/sh\n{run}\n", 0o755)

    def find(self, java: str | None = None) -> str:
        """Search in the environment of the test."""
        return _java.find_java(java, self.environ)

    def test_order(self) -> None:
        usual = self.java("jvm/jdk-25", "25.0.3")
        self.assertEqual(self.find(), usual)
        mine = self.java("home/.jdks/jdk", "26-ea")
        self.assertEqual(self.find(), mine)
        on_path = self.java("path", "25")
        self.environ["PATH"] = f"{self.folder}/empty::{os.path.dirname(on_path)}"
        self.assertEqual(self.find(), on_path)
        home = self.java("home-jdk", "25.0.1", release=False)
        self.environ["JAVA_HOME"] = os.path.dirname(os.path.dirname(home))
        self.assertEqual(self.find(), home)
        named = self.java("named", "27", release=False)
        self.environ["JARPIPE_JAVA"] = named
        self.assertEqual(self.find(), named)
        self.assertEqual(self.find(usual), usual)

    def test_older_ones_are_passed_over(self) -> None:
        home = self.java("old", "17.0.15")
        self.environ["JAVA_HOME"] = os.path.dirname(os.path.dirname(home))
        on_path = self.java("older", "1.8.0_292", release=False)
        self.environ["PATH"] = os.path.dirname(on_path)
        right = self.java("jvm/right", "25")
        self.assertEqual(self.find(), right)

    def test_nothing_says_what_to_install_and_where_it_looked(self) -> None:
        old = self.java("old", "1.8.0_292")
        self.environ["JAVA_HOME"] = os.path.dirname(os.path.dirname(old))
        with self.assertRaisesRegex(errors.JavaNotFound, "install a JDK 25") as caught:
            self.find()
        self.assertEqual(caught.exception.searched, (f"{old}: 1.8.0_292",))
        self.assertEqual(str(caught.exception).count(". "), 0, "one sentence")

    def test_empty_path(self) -> None:
        self.environ = {"PATH": ""}
        with self.assertRaises(errors.JavaNotFound) as caught:
            self.find()
        self.assertEqual(caught.exception.searched, ())

    def test_named_java_is_the_only_candidate(self) -> None:
        self.java("jvm/right", "25")
        for named, found in (
            (self.java("old", "17.0.1"), "17.0.1"),
            (self.folder + "/none", "missing"),
            (self.write("plain", ""), "not executable"),
            (self.write("other", "#!/bin/sh\n", 0o755), "not a Java"),
            (self.java("odd", "unknown"), "unknown"),
        ):
            with self.subTest(found), self.assertRaises(errors.JavaNotFound) as caught:
                self.find(named)
            self.assertEqual(caught.exception.searched, (f"{named}: {found}",))
            self.assertIn(f"({named}: {found})", str(caught.exception))

    def test_links_are_examined_once(self) -> None:
        old = self.java("jvm/old", "17")
        os.symlink(os.path.dirname(os.path.dirname(old)), self.folder + "/jvm/again")
        with self.assertRaises(errors.JavaNotFound) as caught:
            self.find()
        self.assertEqual(len(caught.exception.searched or ()), 1)

    def test_jar(self) -> None:
        jar = self.write("some.jar", "")
        self.assertEqual(_java.find_jar({"JARPIPE_JAR": jar}), jar)
        with self.assertRaisesRegex(errors.DaemonUnavailable, "none.jar.*mvn -q -Pfast package"):
            _java.find_jar({"JARPIPE_JAR": self.folder + "/none.jar"})
        package = self.folder + "/project/python-client/src/jarpipe"
        os.makedirs(package)
        os.makedirs(self.folder + "/project/daemon/target")
        with mock.patch.object(_java, "__file__", package + "/_java.py"):
            with self.assertRaisesRegex(errors.DaemonUnavailable, "daemon/target/jarpipe.jar"):
                _java.find_jar({})
            inside = self.write("project/python-client/src/jarpipe/jarpipe.jar", "")
            self.assertEqual(_java.find_jar({}), inside)
            built = self.write("project/daemon/target/jarpipe.jar", "")
            self.assertEqual(_java.find_jar({}), built)
