"""The programs that users see first run as they stand in the checkout and in the README."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from folders import FolderTest
from programs import JARPIPE, ROOT, environment
from support import PATIENCE

EXAMPLES = ROOT / "examples"


class Examples(FolderTest):
    def compile(self, source: str) -> None:
        """Compile a worker as its users do, into the folder of the test."""
        javac = subprocess.check_output([JARPIPE, "--print-javac"], text=True).rstrip("\n")
        options = ["-Xlint:all", "-Werror", "-cp", os.environ["JARPIPE_JAR"], "-d", self.folder]
        subprocess.check_call([javac, *options, str(EXAMPLES / source)])

    def run_program(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program to its end, with the worker that was compiled."""
        return subprocess.run(
            [sys.executable, "-X", "dev", "-W", "error", str(EXAMPLES / program), *arguments],
            env=environment({"JARPIPE_CLASSPATH": self.folder}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def test_instances_of_classes_go_to_java_and_come_back(self) -> None:
        self.compile("classes/Orders.java")
        done = self.run_program("classes/orders.py")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, "Bill(order=1, cents=130)\nBill(order=2, cents=-10)\n")

    def test_wordcount_counts_the_same_in_both_languages(self) -> None:
        self.compile("wordcount/src/WordCount.java")
        done = self.run_program("wordcount/wordcount.py", "--files", "200")
        self.assertEqual(done.returncode, 0, done)
        self.assertRegex(done.stdout, r"^200 files of ")
        self.assertRegex(done.stdout, r"\nThe counts are equal: [\d,]+ words, [\d,]+ different")
        self.assertEqual(
            re.findall(r"(\w+): (\d+)/200 files\n", done.stderr),
            [(kind, str(files)) for kind in ("Python", "Java") for files in (50, 100, 150, 200)],
        )

    def test_wordcount_reports_workers_that_cannot_start(self) -> None:
        self.compile("readme/Primes.java")
        done = self.run_program("wordcount/wordcount.py", "--files", "2", "--workers", "1")
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("wordcount: class WordCount was not found", done.stderr)

    def test_readme_program_prints_primes(self) -> None:
        self.compile("readme/Primes.java")
        done = self.run_program("readme/primes.py")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], "1e+100 is followed by the prime 1e+100 + 267")
        self.assertEqual(len(lines), 10)

    def test_readme_shows_the_programs_that_are_tested(self) -> None:
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        for name, language in (("primes.py", "python"), ("Primes.java", "java")):
            source = (EXAMPLES / "readme" / name).read_text(encoding="utf-8")
            self.assertIn(f"```{language}\n{source}```\n", readme)


del FolderTest  # unittest would collect it as well
