"""A program under load, to which containers happen: keeps workers busy, and tells what an end cost.

    load.py NAME FOLDER

Appends lines to ``FOLDER/NAME.log``, and ends when ``FOLDER/stop`` exists:

    answered COUNT
    lost WORKERS exitcodes CODES, in flight: COUNT jobs, FIRST..LAST
    resumed after COUNT tries
    done answered COUNT, repeated COUNT, wrong COUNT

A worker that ends early takes its queues with it, as README.md says: a message may have been cut
short, or a lock taken for ever. So new queues are made, and what was in flight is put again.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
from multiprocessing.connection import wait
from typing import Any

import jarpipe

WORKERS = 2
MOST_IN_FLIGHT = 40
REPORT_EVERY = 50
PATIENCE = 60.0
_TARGET = "io.jarpipe.interop.QueueWorkers::echo"
_CONTENT = b"x" * 3000


class Crew:
    """Workers on two queues, until one of them ends."""

    def __init__(self, name: str, answers: queue.Queue[Any]) -> None:
        context = jarpipe.get_context()
        self.jobs, self.results = context.Queue(MOST_IN_FLIGHT), context.Queue()
        self.tries = 0
        self.workers: list[Any] = []
        for number in range(WORKERS):
            self.workers.append(self._start(context, f"{name}-{number}"))
        # A thread of its own, because an answer that is cut short never ends.
        threading.Thread(target=self._read, args=(answers,), daemon=True).start()

    def _start(self, context: Any, name: str) -> Any:
        deadline = time.monotonic() + PATIENCE
        while True:
            worker = context.Process(
                target=_TARGET, args=(self.jobs, self.results, None), name=name
            )
            try:
                worker.start()
            except jarpipe.errors.DaemonError:
                if time.monotonic() > deadline:
                    raise
                self.tries += 1
                time.sleep(0.02)  # between two tries: nobody tells when the daemon is back
            else:
                return worker

    def _read(self, answers: queue.Queue[Any]) -> None:
        for answer in iter(self.results.get, None):
            answers.put(answer)

    def lost(self) -> bool:
        """Say whether a worker has ended."""
        return bool(wait([worker.sentinel for worker in self.workers], 0))

    def abandon(self) -> list[int]:
        """Leave the queues, end all workers, and return their exit codes."""
        self.jobs.cancel_join_thread()
        for worker in self.workers:
            worker.kill()
            worker.join(PATIENCE)
        return [worker.exitcode for worker in self.workers]

    def finish(self) -> None:
        """Let all workers return."""
        for _ in self.workers:
            self.jobs.put(None)
        for worker in self.workers:
            worker.join(PATIENCE)


class Load:
    """Puts numbered jobs, takes answers, and checks them."""

    def __init__(self, name: str, folder: str) -> None:
        self._name = name
        self._stop = os.path.join(folder, "stop")
        self._log = open(  # noqa: SIM115  # until the end of the program
            os.path.join(folder, f"{name}.log"), "a", buffering=1, encoding="ascii"
        )
        self._answers: queue.Queue[Any] = queue.Queue()
        self._in_flight: dict[int, None] = {}
        self._number = self._answered = self._repeated = self._wrong = 0

    def _say(self, line: str) -> None:
        self._log.write(line + "\n")

    def run(self) -> None:
        """Work until told to stop."""
        crew = Crew(self._name, self._answers)
        while not os.path.exists(self._stop):
            if crew.lost():
                crew = self._replace(crew)
            self._fill(crew)
            self._take()
        deadline = time.monotonic() + PATIENCE
        while self._in_flight and time.monotonic() < deadline:
            self._take()
        crew.finish()
        self._say(f"done answered {self._answered}, repeated {self._repeated}, wrong {self._wrong}")

    def _replace(self, crew: Crew) -> Crew:
        codes = crew.abandon()
        while not self._answers.empty():
            self._take()
        jobs = list(self._in_flight)
        which = f"{jobs[0]}..{jobs[-1]}" if jobs else "none"
        self._say(f"lost {len(codes)} exitcodes {codes}, in flight: {len(jobs)} jobs, {which}")
        crew = Crew(self._name, self._answers)
        self._say(f"resumed after {crew.tries} tries")
        self._repeated += len(jobs)
        for job in jobs:
            crew.jobs.put((job, _CONTENT))
        return crew

    def _fill(self, crew: Crew) -> None:
        while len(self._in_flight) < MOST_IN_FLIGHT:
            self._number += 1
            self._in_flight[self._number] = None
            crew.jobs.put((self._number, _CONTENT))

    def _take(self) -> None:
        try:
            number, content = self._answers.get(timeout=0.1)
        except queue.Empty:
            return
        if content != _CONTENT:
            self._wrong += 1
        if number in self._in_flight:  # else it was answered before its worker was lost
            del self._in_flight[number]
            self._answered += 1
            if self._answered % REPORT_EVERY == 0:
                self._say(f"answered {self._answered}")


if __name__ == "__main__":
    Load(sys.argv[1], sys.argv[2]).run()
