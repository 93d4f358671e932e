"""Runs a suite of tests in this interpreter and reports each of them while it goes.

    runner.py [--start FOLDER] [--top FOLDER] [--after NAME] [--log FILE] [--evidence FOLDER]
              [NAME...]

Without names it runs every `test_*.py` of a folder (its own, if none is given), in an order that is
always the same; `--after` skips all tests up to the named one. By hand, `runner.py test_pipe` does.

The report goes to standard output, one line per event, its fields separated by tabs, with
backslash, tab, newline and carriage return escaped in them:

    python  VERSION
    plan    NAME                                      one line per test, before the first one runs
    started NAME  LENGTH OF THE LOG
    ended   NAME  passed|failed|skipped  SECONDS  DETAILS
    done                                              missing if the process was ended early

With `--log`, what the tests and all their child processes print goes to that file instead, and the
details of a failure end with the test's part of it.

A test that reaches its deadline fails, and so does the run: evidence is collected, child processes
are killed, and this process exits. Nothing here runs in a thread, because CPython 3.12 and newer
warn of every fork in a process that has more than one.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
import threading
import time
import traceback
import unittest
from typing import Any, Iterator, TextIO

import evidence

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(HERE))))

DEADLINE_SECONDS = 60.0 * float(os.environ.get("JARPIPE_TEST_TIMEOUT_FACTOR", "1"))
"""How long one test, or what comes between two, may take."""

_LONGEST_OUTPUT = 20_000
_DEADLINE_EXIT = 3
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Report:
    """The stream of events; closed in forked children."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, *fields: str) -> None:
        """Write one event."""
        line = "\t".join(field.translate(_ESCAPES) for field in fields) + "\n"
        self._stream.write(line.encode("utf-8", "backslashreplace").decode("utf-8"))
        self._stream.flush()


class Log:
    """What all processes of the run print, if it is caught in a file."""

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._start = 0

    def mark(self) -> int:
        """Begin the part of the next test, and return where in the file it begins."""
        if self._path is not None:
            self._start = os.path.getsize(self._path)
        return self._start

    def part(self) -> str:
        """Return what was printed since the mark; of much text the end."""
        if self._path is None:
            return ""
        sys.stdout.flush()
        sys.stderr.flush()
        with open(self._path, "rb") as file:
            file.seek(max(self._start, os.path.getsize(self._path) - _LONGEST_OUTPUT))
            return file.read().decode("utf-8", "backslashreplace")


class Result(unittest.TestResult):
    """Reports each test when it ends, and sees to it that it does."""

    def __init__(self, report: Report, log: Log, folder: str | None) -> None:
        super().__init__()
        self.plan: list[str] = []
        self._report = report
        self._log = log
        self._folder = folder
        self._current: str | None = None
        self._began = 0.0
        self._problems: list[str] = []
        self._skipped: list[str] = []
        self._between: list[str] = []
        self.failed = False
        signal.signal(signal.SIGALRM, self._on_deadline)

    def arm(self) -> None:
        """Start the time that the next test, or the next step between tests, may take."""
        signal.setitimer(signal.ITIMER_REAL, DEADLINE_SECONDS)

    def startTest(self, test: unittest.TestCase) -> None:
        super().startTest(test)
        self._start(test.id())

    def _start(self, name: str) -> None:
        self.catch_up(name)
        self._current = name
        self._problems, self._skipped = [], []
        self._began = time.monotonic()
        self._report.write("started", self._current, str(self._log.mark()))
        self.arm()

    def stopTest(self, test: unittest.TestCase) -> None:
        self.arm()
        if self._problems:
            self._end("failed", "\n".join(self._problems))
        elif self._skipped:
            self._end("skipped", "; ".join(self._skipped))
        else:
            self._end("passed", "")
        self._current = None
        super().stopTest(test)

    def addError(self, test: Any, err: Any) -> None:
        super().addError(test, err)
        self.problem(self.errors[-1][1])

    def addFailure(self, test: Any, err: Any) -> None:
        super().addFailure(test, err)
        self.problem(self.failures[-1][1])

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.problem(f"{subtest}\n{self._exc_info_to_string(err, test)}")  # type: ignore[attr-defined]

    def addSkip(self, test: Any, reason: str) -> None:
        super().addSkip(test, reason)
        if self._current is None and test.id() in self.plan:
            self._start(
                test.id()
            )  # CPython 3.12.1 ends a test that it skips without having started it
        (self._between if self._current is None else self._skipped).append(reason)

    def addUnexpectedSuccess(self, test: Any) -> None:
        super().addUnexpectedSuccess(test)
        self.problem("the test is marked as an expected failure, but passes")

    def problem(self, text: str) -> None:
        """Let the current test fail, or those that cannot run because of what came before."""
        (self._between if self._current is None else self._problems).append(text)

    def catch_up(self, next_test: str | None) -> None:
        """Report the tests left out so far, because their class or module could not be set up."""
        while self.plan and self.plan[0] != next_test:
            self._current = self.plan[0]
            self._began = time.monotonic()
            self._report.write("started", self._current, str(self._log.mark()))
            self._end("failed", "\n".join(["it was not run:", *self._between]))
        self._between = []
        self._current = None

    def _end(self, outcome: str, details: str) -> None:
        name = self._current or ""
        seconds = time.monotonic() - self._began
        if outcome == "failed":
            self.failed = True
            output = self._log.part()
            if self._folder is not None:
                evidence.keep(os.path.join(self._folder, name), details, output)
            if output:
                details += "\nOutput of the test and its processes:\n" + output
        self.plan.remove(name)
        self._report.write("ended", name, outcome, f"{seconds:.3f}", details)

    def _on_deadline(self, number: int, frame: Any) -> None:
        stack = "".join(traceback.format_stack(frame))
        text = f"not finished after {DEADLINE_SECONDS:g} s:\n{stack}"
        if self._current is None:
            sys.stderr.write(text)
        else:
            self._end("failed", text)
        sys.stderr.flush()
        evidence.kill_descendants()
        os._exit(_DEADLINE_EXIT)


def _tests(suite: Any) -> Iterator[Any]:
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from _tests(test)
        else:
            yield test


def _load(arguments: argparse.Namespace) -> list[Any]:
    loader = unittest.TestLoader()
    if arguments.names:
        suite = loader.loadTestsFromNames(arguments.names)
    else:
        suite = loader.discover(arguments.start, top_level_dir=arguments.top or arguments.start)
    tests = list(_tests(suite))
    if arguments.after:
        tests = tests[[test.id() for test in tests].index(arguments.after) + 1 :]
    return tests


def catch_output(log: str) -> TextIO:
    """Send descriptors 1 and 2 to a file, and return what was standard output, private to us."""
    sys.stdout.flush()
    report = os.fdopen(os.dup(1), "w", encoding="utf-8")

    def close_in_child() -> None:
        if not report.closed:
            os.close(report.fileno())

    os.register_at_fork(after_in_child=close_in_child)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    return report


def _watch_hooks(result: Result) -> None:
    """Let a test fail by an exception that nobody catches: in a thread, or in a finalizer."""
    unraisable, uncaught = sys.unraisablehook, threading.excepthook

    def on_unraisable(args: Any) -> None:
        unraisable(args)
        result.problem(f"unraisable: {args.exc_value!r} in {args.object!r}")

    def on_uncaught(args: Any) -> None:
        uncaught(args)
        result.problem(f"uncaught in {args.thread}: {args.exc_value!r}")

    sys.unraisablehook, threading.excepthook = on_unraisable, on_uncaught


def main() -> int:
    """Run the tests; the exit status says whether all passed."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--start", default=HERE)
    parser.add_argument("--top")
    parser.add_argument("--after")
    parser.add_argument("--log")
    parser.add_argument("--evidence")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    stream = catch_output(arguments.log) if arguments.log else sys.stdout
    report = Report(stream)
    version = platform.python_version()
    folder = arguments.evidence and os.path.join(arguments.evidence, f"CPython-{version}")
    result = Result(report, Log(arguments.log), folder)
    result.arm()
    # Ignored in what a shell starts in the background, and inherited by all that tests start; so is
    # the other one in what nohup starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    report.write("python", version)
    tests = _load(arguments)
    result.plan = [test.id() for test in tests]
    for name in result.plan:
        report.write("plan", name)
    _watch_hooks(result)
    unittest.TestSuite(tests).run(result)
    result.catch_up(None)
    signal.setitimer(signal.ITIMER_REAL, 0)
    report.write("done")
    if stream is not sys.stdout:
        stream.close()  # CPython 3.8 crashes when it warns of an unclosed file while it ends
    return 1 if result.failed else 0


if __name__ == "__main__":
    sys.path.insert(0, os.path.join(CHECKOUT, "python-client", "src"))
    sys.exit(main())
