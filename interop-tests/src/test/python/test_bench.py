"""The benchmark runs: one short round of it, a party that fails, Ctrl-C, the command."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import unittest
from typing import Any

from benching import PATHS
from programs import JARPIPE, ROOT, ProgramTest, command, environment
from support import ONCE, PATIENCE, await_

TARGET = ROOT / "benchmarks" / "target"
SHORT = ["--quick", "--rounds", "1", "--seconds", "0.01"]

built = unittest.skipUnless(
    (TARGET / "benchmarks.jar").is_file(), "the benchmarks are not built, and no test builds them"
)

FAILING = """
    import bench.__main__ as program
    from bench.parties import PythonParty

    def die(control):
        raise SystemExit(3)

    def broken(setting):
        with setting.parties() as parties:
            parties.append(PythonParty(die))
            parties[0].begin(1)
            parties[0].finish()
        yield

    if __name__ == "__main__":
        program.CASES["broken"] = broken
        sys.exit(program.main())
"""


@built
class Run(ProgramTest):
    """The harness with real parties; how long anything takes is not looked at."""

    def bench(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m bench`, with warnings as errors."""
        return self.finished(
            [sys.executable, "-X", "dev", "-W", "error", "-m", "bench", *arguments]
        )

    def finished(self, arguments: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a program to its end."""
        return subprocess.run(
            arguments,
            env=environment({"PYTHONPATH": PATHS}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE,
            check=False,
        )

    def test_short_round(self) -> None:
        file = self.path("run.json")
        done = self.bench(*SHORT, "round-trips", "shared-memory", "--json", file)
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(done.stderr, "[1/2] round-trips\n[2/2] shared-memory\n")
        header, *rows, empty, summary = done.stdout.splitlines()
        self.assertRegex(header, r"^ +measure +median \(min-max\) +goal$")
        numbers = [row.split()[0] for row in rows if row.startswith("P")]
        self.assertEqual(numbers, ["P5", "P5", "P6", "P14"])
        self.assertRegex(rows[0], r"^P5 .* [\d.]+ \([\d.]+-[\d.]+\) +<= 0\.7( +MISSED)?$")
        self.assertRegex(rows[1], r"^ {9}java [\d.]+ us, python [\d.]+ us")
        self.assertRegex(rows[-1], r"not measured: shared memory is not there yet$")
        self.assertEqual(empty, "")
        self.assertRegex(summary, r"^4 goals: \d reached, \d missed, [12] not measured$")
        self.check_record(file)

    def check_record(self, file: str) -> None:
        """Look at what was written for programs."""
        with open(file, encoding="utf-8") as content:
            run: dict[str, Any] = json.load(content)
        self.assertEqual(run["machine"]["CPython"], sys.version.split()[0])
        first = run["outcomes"][0]
        self.assertEqual((first["kind"], first["number"]), ("result", "P5"))
        self.assertEqual(first["goal"], {"bound": 0.7, "is_most": True, "unit": ""})
        self.assertEqual(len(first["ratio"]["values"]), 1)
        self.assertGreater(first["ratio"]["values"][0], 0)

    @ONCE
    def test_two_rounds_are_of_two_processes(self) -> None:
        file = self.path("run.json")
        done = self.bench(
            "--quick", "--rounds", "2", "--seconds", "0.01", "producers", "--json", file
        )
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(done.stderr, "[1/2] producers\n[2/2] producers\n")
        with open(file, encoding="utf-8") as content:
            (outcome,) = json.load(content)["outcomes"]
        self.assertEqual((outcome["number"], len(outcome["ratio"]["values"])), ("P3", 2))

    def test_party_that_fails_is_named_and_the_others_go_on(self) -> None:
        script = self.write("failing.py", "import sys\n" + re.sub("(?m)^    ", "", FAILING))
        done = self.finished([sys.executable, script, *SHORT, "broken", "shared-memory"])
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("\nFAILED broken: die in CPython has ended with 3\n", done.stdout)
        self.assertIn("\nP14 ", "\n" + done.stdout)
        self.assertNotIn("Traceback", done.stderr)

    @ONCE
    def test_ctrl_c_ends_all_of_it(self) -> None:
        arguments = ["--quick", "--python", sys.executable, "--rounds", "1000", "round-trips"]
        program = self.run_command(
            [JARPIPE, "bench", *arguments],
            env=environment({}),
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        assert program.stderr is not None
        self.assertEqual(program.stderr.readline(), "[1/3] round-trips\n")
        peer = os.sep + "peer echo"
        await_(
            "a party", lambda: [p for p in session(program.pid) if "spawn_main" in p or peer in p]
        )
        os.killpg(program.pid, signal.SIGINT)
        self.assertEqual(self.ended(program), 128 + signal.SIGINT)
        await_("the end of all processes", lambda: not session(program.pid))


class Command(ProgramTest):
    """What needs neither a daemon nor a party."""

    def test_help_lists_options_and_cases(self) -> None:
        done = command("bench", "--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for word in ("--quick", "--rounds", "--report", "--compare", "JARPIPE_BENCHMARKS", "CASE"):
            self.assertIn(word, done.stdout)

    @ONCE
    def test_files_that_cannot_be_compared(self) -> None:
        wrong = self.write("wrong.json", '{"format": 0}')
        for file, complaint in ((self.path("missing.json"), "No such file"), (wrong, "--json")):
            with self.subTest(file):
                done = command("bench", "--python", sys.executable, "--compare", file, file)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertRegex(done.stderr, f"^jarpipe bench: {file}.*{complaint}")
                self.assertNotIn("Traceback", done.stderr)

    @built
    @ONCE
    def test_wrong_usage(self) -> None:
        for arguments, complaint in (
            (["nonsense"], "no such case: nonsense (there are: consumers, "),
            (["--rounds", "0"], "--rounds: 0 (expected: more than 0)"),
            (["--json", self.path("missing/run.json")], "is no folder"),
        ):
            with self.subTest(arguments):
                done = command("bench", "--quick", "--python", sys.executable, *arguments)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(complaint, done.stderr)


def session(leader: int) -> list[str]:
    """Return the command lines of a session's processes that still run."""
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                with open(f"/proc/{entry.name}/stat", encoding="utf-8") as file:
                    state, _, _, of = file.read().rpartition(")")[2].split()[:4]
                with open(f"/proc/{entry.name}/cmdline", encoding="utf-8") as file:
                    line = file.read().replace("\0", " ")
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has ended meanwhile
            if int(of) == leader and state != "Z":
                found.append(line)
    return found


del ProgramTest  # unittest would collect it as well
