"""Counts words in the standard library's own sources: with Python workers, then with Java workers.

Both kinds of workers take paths from one `multiprocessing.Queue` and put one dict of words per file
into another; the queues are the same objects in both rounds. A word is a run of ASCII letters,
digits and underscores. Files are read as Latin-1, in which every byte is a character, so both sides
find the same words in a file of any encoding.

`run`, in the folder of this file, builds what is missing and starts the program.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import itertools
import multiprocessing
import pathlib
import platform
import re
import signal
import sys
import sysconfig
import threading
import time
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from typing import Any, Callable, Counter, Iterator, NamedTuple

import jarpipe
from jarpipe.errors import JarpipeError

WORD = re.compile(r"\w+", re.ASCII)

JOIN_SECONDS = 60.0
"""How long to wait for results that the workers have written before they ended."""


def count_words(jobs: Any, results: Any) -> None:
    """Work until the sentinel; the Python worker, and what WordCount.java does in Java."""
    for path in iter(jobs.get, None):
        text = pathlib.Path(path).read_text(encoding="latin-1")
        results.put(collections.Counter(WORD.findall(text)))


class WorkerFailed(Exception):
    """A worker ended before the work was done."""


class Outcome(NamedTuple):
    """What a round of workers has counted, and how fast it was."""

    language: str
    counts: dict[str, int]
    first_result: float
    """Seconds from before the first start() to the first result."""
    total: float
    """Seconds from before the first start() to the end of the last worker."""
    per_second: float
    """Files a second after the first result."""


def main() -> int:
    """Run the program; return its exit status."""
    options = parse()
    found = sources()
    paths = list(itertools.islice(itertools.cycle(found), options.files or len(found)))
    print(f"{len(paths)} files of {sysconfig.get_path('stdlib')}")
    print(f"CPython {platform.python_version()}, {options.workers} workers of each kind")
    ctx = jarpipe.get_context()
    jobs, results = ctx.Queue(), ctx.Queue()
    spawn = multiprocessing.get_context("spawn")
    makers: dict[str, Callable[[], BaseProcess]] = {
        "Python": lambda: spawn.Process(target=count_words, args=(jobs, results)),
        "Java": lambda: ctx.Process(target="WordCount", args=(jobs, results)),
    }
    try:
        outcomes = [
            count(language, [make() for _ in range(options.workers)], jobs, results, paths)
            for language, make in makers.items()
        ]
    except (WorkerFailed, JarpipeError) as error:
        print(f"\nwordcount: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nwordcount: interrupted", file=sys.stderr)
        return 130
    finally:
        jobs.cancel_join_thread()  # after a failure nobody takes what is still in it
    return report(*outcomes)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="wordcount",
        description="Counts words in the standard library's sources with Python and Java workers.",
    )
    parser.add_argument(
        "--files",
        type=positive,
        metavar="N",
        help="count N files; after the last the first follows",
    )
    parser.add_argument(
        "--workers", type=positive, metavar="N", default=2, help="workers of each kind (default: 2)"
    )
    return parser.parse_args()


def positive(text: str) -> int:
    """Read a number greater than 0."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def sources() -> list[str]:
    """Return the paths of the standard library's modules, those of its own tests included."""
    root = pathlib.Path(sysconfig.get_path("stdlib"))
    return sorted(
        str(path)
        for path in root.rglob("*.py")
        if path.is_file() and not {"site-packages", "dist-packages"} & set(path.parts)
    )


def count(
    language: str, workers: list[BaseProcess], jobs: Any, results: Any, paths: list[str]
) -> Outcome:
    """Start workers, let them count the words of all files, and wait until they have ended."""
    collector = Collector(language, results, len(paths))
    begin = time.perf_counter()
    try:
        with interrupts_ignored():
            for worker in workers:
                worker.start()
        collector.start()
        for path in paths:
            jobs.put(path)
        for _ in workers:
            jobs.put(None)  # the sentinel that ends one of them
        join(workers)
        collector.join(JOIN_SECONDS)
        if collector.is_alive():
            raise WorkerFailed("the workers have ended, but results are missing")
    finally:
        collector.stopped = True
        for worker in workers:
            if worker.is_alive():
                worker.terminate()
    return Outcome(
        language,
        collector.counts,
        collector.first - begin,
        time.perf_counter() - begin,
        (len(paths) - 1) / max(collector.last - collector.first, 1e-9),
    )


@contextlib.contextmanager
def interrupts_ignored() -> Iterator[None]:
    """Let the processes started here ignore Ctrl-C, as long as they live: the main program acts.

    A process inherits an ignored signal, and neither Python nor Java changes that by itself.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def join(workers: list[BaseProcess]) -> None:
    """Wait for the end of all workers, but not beyond the first that fails."""
    running = {worker.sentinel: worker for worker in workers}
    while running:
        for sentinel in connection.wait(list(running)):
            worker = running.pop(sentinel)  # type: ignore[arg-type]  # a sentinel is an int
            worker.join()
            if worker.exitcode != 0:
                raise WorkerFailed(f"{worker.name} ended with exit code {worker.exitcode}")


class Collector(threading.Thread):
    """Takes the results.

    It is not the main thread, because a worker that is killed while it writes a result leaves the
    reader waiting for the rest of it, for ever and whatever the timeout of get(). And it is a
    daemon thread, so that it can be left behind then.
    """

    def __init__(self, language: str, results: Any, number: int) -> None:
        super().__init__(daemon=True)
        self.counts: Counter[str] = collections.Counter()
        self.first = self.last = 0.0
        self.stopped = False
        self._language = language
        self._results = results
        self._number = number

    def run(self) -> None:
        """Add up so many results."""
        for done in range(1, self._number + 1):
            words = self._results.get()
            if self.stopped:
                return
            self.last = time.perf_counter()
            self.first = self.first or self.last
            self.counts.update(words)
            progress(self._language, done, self._number)


def progress(language: str, done: int, total: int) -> None:
    """Show how far the work has come: one changing line on a terminal, else a line per quarter."""
    terminal = sys.stderr.isatty()
    steps = 100 if terminal else 4
    if done * steps // total > (done - 1) * steps // total:
        start, end = ("\r", "" if done < total else "\n") if terminal else ("", "\n")
        line = f"{start}{language:>6}: {done}/{total} files"
        print(line, end=end, file=sys.stderr, flush=True)


def report(python: Outcome, java: Outcome) -> int:
    """Print both outcomes side by side; return the exit status, 0 if the counts are equal."""
    print("workers   first result   files/s after it   in all")
    for outcome in (python, java):
        print(
            f"{outcome.language:<7}   {outcome.first_result:10.2f} s   {outcome.per_second:16,.0f}"
            f"   {outcome.total:4.2f} s"
        )
    print(f"Java/Python: {java.per_second / python.per_second:.2f} in files/s")
    if python.counts != java.counts:
        words = sorted(set(python.counts.items()) ^ set(java.counts.items()))
        print(f"wordcount: the counts differ, for example {words[:4]}", file=sys.stderr)
        return 1
    total = sum(python.counts.values())
    print(f"The counts are equal: {total:,} words, {len(python.counts):,} different ones.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
