"""The options of a private daemon's JVM, and the archive of classes among them."""

from __future__ import annotations

import os
import sys
from unittest import mock

from jarpipe import _jvm
from tests.support import TestCase

ALL = ["-XX:+PerfDisableSharedMem", *_jvm.COLLECTOR, *_jvm.heap()]


class JvmTest(TestCase):
    """What is ours, and what is left to the user."""

    def setUp(self) -> None:
        super().setUp()
        for folder in ("jdk/bin", "jdk/lib/server"):
            os.makedirs(self.path(folder))
        for base in ("classes.jsa", "classes_nocoops.jsa"):
            self.write(f"jdk/lib/server/{base}", "")
        self.java = self.write("jdk/bin/java", "", 0o755)
        self.jar = self.write("jarpipe.jar", "one")
        os.chmod(self.folder, 0o700)
        self.environ = {"JARPIPE_CACHE": "off"}

    def path(self, name: str) -> str:
        """Return a path in the folder of the test."""
        return os.path.join(self.folder, name)

    def options(self, *chosen: str) -> list[str]:
        """Return all options for those that a user chooses."""
        return _jvm.options(chosen, java=self.java, jar=self.jar, environ=self.environ)

    def complete(self, path: str) -> None:
        """Make a file that looks like an archive."""
        with open(path, "wb") as file:
            file.write((0xF00BABA8).to_bytes(4, sys.byteorder) + bytes(2 << 20))
        os.chmod(path, 0o444)

    def archive(self, *chosen: str) -> str:
        """Return the path of the archive that would be used, or nothing."""
        found = [option for option in self.options(*chosen) if "SharedArchiveFile=" in option]
        return found[0].split("=")[1] if found else ""


class Options(JvmTest):
    """The collector and the heap."""

    def test_the_users_come_last(self) -> None:
        self.assertEqual(self.options(), ALL)
        self.assertEqual(self.options("-Da=b", "-ea"), [*ALL, "-Da=b", "-ea"])

    def test_a_heap_of_the_users_replaces_ours(self) -> None:
        for option in ("-Xmx32m", "-Xms8m", "-Xmn8m", "-XX:MaxHeapSize=9m", "-XX:NewRatio=1"):
            self.assertEqual(self.options(option), [*ALL[:2], option])
        self.assertEqual(self.options("-XX:MaxRAMPercentage=9")[:3], [*ALL[:2], mock.ANY])

    def test_a_collector_of_the_users_replaces_ours(self) -> None:
        for option in ("-XX:+UseG1GC", "-XX:-UseSerialGC", "-XX:+UseZGC"):
            self.assertEqual(self.options(option), [ALL[0], option])

    def test_the_variables_that_a_jvm_reads_count(self) -> None:
        for name in ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"):
            self.environ = {"JARPIPE_CACHE": "off", name: "-Da='b c' -XX:+UseG1GC"}
            self.assertEqual(self.options(), ALL[:1])
            self.environ[name] = "-Da='b -XX:+UseG1GC"
            self.assertEqual(self.options(), ALL[:1])

    def test_options_in_files_may_be_anything(self) -> None:
        for option in ("@file", "-XX:Flags=file", "-XX:VMOptionsFile=file"):
            self.assertEqual(self.options(option), [ALL[0], option])


class HugePages(JvmTest):
    """Only where the kernel gives them, and nobody has chosen others."""

    def with_kernel(self, says: str | None) -> list[str]:
        """Return the options for the heap on a kernel that says so; or nothing at all."""
        path = self.path("enabled")
        if says is not None:
            self.write("enabled", says)
        with mock.patch.object(_jvm, "_PAGES", path):
            return _jvm.heap()

    def test_what_the_kernel_says(self) -> None:
        both = [*_jvm.HEAP, *_jvm.HUGE_PAGES]
        self.assertEqual(self.with_kernel(None), list(_jvm.HEAP))
        self.assertEqual(self.with_kernel("always madvise [never]\n"), list(_jvm.HEAP))
        self.assertEqual(self.with_kernel("always [madvise] never\n"), both)
        self.assertEqual(self.with_kernel("[always] madvise never\n"), both)

    def test_the_user_says_which(self) -> None:
        for option in ("-XX:+UseLargePages", "-XX:-UseTransparentHugePages"):
            self.assertEqual(self.options(option), [*ALL[:2], *_jvm.HEAP, option])


class CompactObjects(JvmTest):
    """Smaller objects, where the JVM has archives for them, too."""

    def setUp(self) -> None:
        super().setUp()
        for base in ("classes_coh.jsa", "classes_nocoops_coh.jsa"):
            self.write(f"jdk/lib/server/{base}", "")

    def test_where_the_jvm_starts_as_fast_with_them(self) -> None:
        self.assertEqual(self.options("-ea"), [*ALL, *_jvm.OBJECTS, "-ea"])
        os.unlink(self.path("jdk/lib/server/classes_nocoops_coh.jsa"))
        self.assertEqual(self.options("-ea"), [*ALL, "-ea"])

    def test_the_user_says_no(self) -> None:
        option = "-XX:-UseCompactObjectHeaders"
        self.assertEqual(self.options(option), [*ALL, option])
        self.environ["JDK_JAVA_OPTIONS"] = option
        self.assertEqual(self.options(), ALL)


class Archive(JvmTest):
    """Where it is, and when it is left alone."""

    def setUp(self) -> None:
        super().setUp()
        self.environ = {"HOME": self.folder}

    def test_places(self) -> None:
        folder = os.path.join(self.folder, ".cache", "jarpipe")
        self.assertEqual(os.path.dirname(self.archive()), folder)
        self.assertEqual(os.stat(folder).st_mode & 0o777, 0o700)
        self.assertIn("-XX:+AutoCreateSharedArchive", self.options())
        self.environ["XDG_CACHE_HOME"] = self.path("xdg")
        self.assertEqual(os.path.dirname(self.archive()), self.path("xdg/jarpipe"))
        self.environ["JARPIPE_CACHE"] = self.path("named")
        self.assertEqual(os.path.dirname(self.archive()), self.path("named"))

    def test_none_without_a_place(self) -> None:
        for environ in (
            {},
            {"HOME": "relative"},
            {"HOME": self.folder, "JARPIPE_CACHE": "off"},
            {"JARPIPE_CACHE": self.path("a:b")},
            {"JARPIPE_CACHE": self.jar},
            {"JARPIPE_CACHE": self.jar + "/below"},
        ):
            self.environ = environ
            self.assertEqual(self.options(), ALL)

    def test_another_jar_java_or_option_has_another(self) -> None:
        names = [self.archive(), self.archive("-ea")]
        self.write("jdk/release", 'JAVA_VERSION="26"')
        names.append(self.archive())
        self.write("jarpipe.jar", "three")
        names.append(self.archive())
        self.assertEqual(len(set(names)), 4)
        self.assertEqual(self.archive(), names[-1])

    def test_what_others_may_write_is_not_used(self) -> None:
        path = self.archive()
        self.complete(path)
        self.assertEqual(self.archive(), path)
        for what in (path, os.path.dirname(path)):
            mode = os.stat(what).st_mode
            os.chmod(what, mode | 0o020)
            self.assertEqual(self.archive(), "")
            os.chmod(what, mode)
        os.unlink(path)
        os.symlink(self.jar, path)
        self.assertEqual(self.archive(), "")

    def test_none_is_made_in_a_folder_of_another_user(self) -> None:
        with mock.patch("os.geteuid", return_value=os.geteuid() + 1):
            self.assertEqual(self.archive(), "")
        self.assertFalse(os.path.exists(self.path(".cache")))

    def test_a_folder_that_cannot_be_written_is_only_read(self) -> None:
        path = self.archive()
        with mock.patch("os.access", return_value=False):
            self.assertEqual(self.archive(), "")
            self.complete(path)
            self.assertEqual(self.archive(), path)
            self.assertNotIn("-XX:+AutoCreateSharedArchive", self.options())

    def test_what_was_not_written_to_its_end_is_removed(self) -> None:
        path = self.archive()
        for size in (0, 100, 2 << 20):
            with open(path, "wb") as file:
                file.write(bytes(size))
            os.chmod(path, 0o444)
            self.assertEqual(self.archive(), path)
            self.assertFalse(os.path.exists(path))

    def test_none_without_the_archive_that_it_comes_on_top_of(self) -> None:
        os.unlink(self.path("jdk/lib/server/classes.jsa"))
        self.assertEqual(self.options(), ALL)

    def test_the_oldest_make_room(self) -> None:
        folder = os.path.dirname(self.archive())
        for age in range(6):
            path = os.path.join(folder, f"{age}.jsa")
            with open(path, "w"):
                pass
            os.utime(path, (1000 - age, 1000 - age))
        self.archive()
        self.assertEqual(sorted(os.listdir(folder)), ["0.jsa", "1.jsa", "2.jsa"])

    def test_the_users_own_archive_or_agent_replaces_ours(self) -> None:
        for option in ("-Xshare:off", "-XX:AOTCache=x", "-XX:SharedArchiveFile=x", "-javaagent:x"):
            self.assertEqual(self.options(option), [*ALL, option])
