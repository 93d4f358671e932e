"""Loads one daemon with workers and service clients, and asks it meanwhile how it is.

    python3 benchmarks/load/load.py [--seconds 10] [--workers 20] [--clients 200] [--rate 10]
                                    [--csv FILE] [--svg FILE]

Java workers echo items of two queues, clients of a service get their messages echoed, and once
every 100 ms `/healthz` is asked. Each client, and for each client the queue, sends so many
messages a second as `--rate` says; 0 is as many as go through. Once a second resident memory,
descriptors and the rate of messages are noted. The figures are printed, and drawn with `--svg`.
Exits with 1 if a health check failed, if there was no traffic, or if descriptors or, in runs of a
minute and more, memory went on growing after the second third.

Needs nothing but Python 3.8, a built `daemon/target/jarpipe.jar` and a JDK, and takes the seconds
asked for and some more. The run that is in `docs/` was made with `--seconds 300`.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time
from multiprocessing.connection import Client
from typing import Iterator

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python-client" / "src"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import jarpipe  # noqa: E402
import plot  # noqa: E402

SOURCE = pathlib.Path(__file__).with_name("LoadWorkers.java")
HEALTH_INTERVAL = 0.1
WARM_UP = 20
"""Health checks that are not counted: the first ones load classes."""
SAMPLE_INTERVAL = 1.0
ENOUGH_FOR_MEMORY = 55
"""Samples; in a shorter run the heap is still growing into its size."""
PAYLOAD = {"text": "x" * 200, "numbers": list(range(20))}
CLIENTS_IN_A_PROCESS = 50
JVM = "-Xmx256m"
"""A limit as a sidecar has one: without it the heap grows with the machine, not with need."""


class Daemon:
    """A daemon with one service, in a folder of its own."""

    def __init__(self, folder: str) -> None:
        launcher = str(ROOT / "bin" / "jarpipe")
        javac = subprocess.check_output([launcher, "--print-javac"], text=True).strip()
        jar = str(ROOT / "daemon" / "target" / "jarpipe.jar")
        classes = os.path.join(folder, "classes")
        subprocess.run([javac, "-cp", jar, "-d", classes, str(SOURCE)], check=True)
        self.address = os.path.join(folder, "jarpipe.sock")
        self.service = os.path.join(folder, "echo.sock")
        self._log = os.path.join(folder, "log")
        command = [launcher, "serve", "--address", self.address, "--workers", classes]
        command += ["--service", f"{self.service}=LoadWorkers::serve", "--http", "127.0.0.1:0"]
        with open(self._log, "w") as log:
            self.process = subprocess.Popen(
                command, stderr=log, env={"JARPIPE_JAVA_OPTIONS": JVM, **os.environ}
            )
        self.http = self._awaited(r"/metrics are at (\S+)")
        self._awaited(r"(listening);")
        with open(self.address + ".key", "rb") as file:
            self.key = file.read().rstrip()

    def _awaited(self, pattern: str) -> str:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            with open(self._log) as log:
                found = re.search(pattern, log.read())
            if found:
                return found.group(1)
            time.sleep(0.02)  # between two looks at the log
        with open(self._log) as log:
            raise SystemExit(f"the daemon does not listen: {log.read()}")

    def ask(self, page: str) -> tuple[int, str]:
        """Ask for a page; return status and body."""
        connection = http.client.HTTPConnection(self.http, timeout=10)
        try:
            connection.request("GET", page)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def messages(self) -> float:
        """Return how many messages have gone through the daemon."""
        found = re.findall(r"^jarpipe_items_total\{.*\} (\S+)$", self.ask("/metrics")[1], re.M)
        return sum(float(value) for value in found)

    def resident(self) -> int:
        """Return the resident memory in bytes."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.findall(r"VmRSS:\s+(\d+)", status.read())[0]) * 1024

    def descriptors(self) -> int:
        """Return how many descriptors are open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


def rounds(rate: float, stop: threading.Event) -> Iterator[None]:
    """Yield so many times a second, or without a pause if that is 0, until told to stop."""
    begin = time.monotonic()
    while not stop.is_set():
        yield
        begin = max(begin + 1 / rate, time.monotonic() - 1) if rate else 0
        stop.wait(max(0.0, begin - time.monotonic()))


def ended_input() -> threading.Event:
    """Return an event that is set when standard input ends."""
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    return ended


def be_program(address: str, workers: int, items: int, rate: float) -> int:
    """Be a program with workers that echo items, until standard input ends."""
    with jarpipe.Bridge(address, os.environ["LOAD_KEY"].encode()) as bridge:
        ctx = bridge.get_context()
        jobs, results = ctx.Queue(), ctx.Queue()
        processes = [
            ctx.Process(target="LoadWorkers::work", args=(jobs, results)) for _ in range(workers)
        ]
        for process in processes:
            process.start()
        print("ready", flush=True)
        for _ in processes:
            jobs.put(PAYLOAD)  # one for each is under way at any time
        for _ in rounds(rate * items, ended_input()):
            jobs.put(PAYLOAD)
            results.get()
        for _ in processes:
            results.get()
            jobs.put(None)
        for process in processes:
            process.join()
        codes = {process.exitcode for process in processes}
    if codes != {0}:
        print(f"workers ended with {codes}", file=sys.stderr)
    return 0 if codes == {0} else 1


def be_clients(address: str, clients: int, rate: float) -> int:
    """Be some clients of the service, until standard input ends."""
    key = os.environ["LOAD_KEY"].encode()
    connections = [Client(address, authkey=key) for _ in range(clients)]
    print("ready", flush=True)
    turns = itertools.cycle(connections)
    for _ in rounds(rate * clients, ended_input()):
        connection = next(turns)
        connection.send(PAYLOAD)
        connection.recv()
    for connection in connections:
        connection.close()
    return 0


def start(daemon: Daemon, *arguments: str) -> subprocess.Popen[str]:
    """Start a process of this module; it is ready when this returns, and ends with its input."""
    process = subprocess.Popen(
        [sys.executable, __file__, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "LOAD_KEY": daemon.key.decode()},
    )
    assert process.stdout is not None
    if process.stdout.readline() != "ready\n":
        raise SystemExit(f"{arguments[0]} could not begin")
    return process


def start_load(daemon: Daemon, arguments: argparse.Namespace) -> list[subprocess.Popen[str]]:
    """Start the processes that are the load; this one only measures."""
    rate, clients = str(arguments.rate), arguments.clients
    program = [daemon.address, str(arguments.workers), str(clients), rate]
    processes = [start(daemon, "--be-program", *program)]
    for first in range(0, clients, CLIENTS_IN_A_PROCESS):
        some = min(clients - first, CLIENTS_IN_A_PROCESS)
        processes.append(start(daemon, "--be-clients", daemon.service, str(some), rate))
    return processes


def measure(daemon: Daemon, seconds: float) -> tuple[list[float], list[dict[str, float]]]:
    """Ask the daemon how it is; return the milliseconds of the health checks, and the samples."""
    latencies: list[float] = []
    samples: list[dict[str, float]] = []
    for _ in range(WARM_UP):
        daemon.ask("/healthz")
    start = time.monotonic()
    before, then = daemon.messages(), start
    next_sample = start + SAMPLE_INTERVAL
    while time.monotonic() < start + seconds:
        asked = time.perf_counter()
        status, text = daemon.ask("/healthz")
        latencies.append((time.perf_counter() - asked) * 1000)
        if status != 200:
            raise SystemExit(f"/healthz: {status} {text}")
        now = time.monotonic()
        if now >= next_sample:
            count = daemon.messages()
            samples.append(
                {
                    "second": now - start,
                    "resident": daemon.resident() / 2**20,
                    "descriptors": daemon.descriptors(),
                    "messages": (count - before) / (now - then),
                    "health": latencies[-1],
                }
            )
            before, then = count, now
            next_sample += SAMPLE_INTERVAL
        time.sleep(HEALTH_INTERVAL)
    return latencies, samples


def run(arguments: argparse.Namespace) -> int:
    """Run the load, print the figures, and judge them."""
    with tempfile.TemporaryDirectory() as folder:
        daemon = Daemon(folder)
        idle, _ = measure(daemon, arguments.seconds / 10)
        processes = start_load(daemon, arguments)
        latencies, samples = measure(daemon, arguments.seconds)
        for process in processes:
            process.communicate("")
        codes = {process.returncode for process in processes}
        daemon.process.terminate()
        daemon.process.wait()
    if arguments.csv:
        with open(arguments.csv, "w") as file:
            file.write("second,resident_mib,descriptors,messages_per_second,healthz_ms\n")
            file.writelines(
                ",".join(f"{value:.2f}" for value in sample.values()) + "\n" for sample in samples
            )
    title = f"{arguments.workers} workers, {arguments.clients} service clients"
    summary = plot.summary(latencies, samples)
    print(f"{title}, {arguments.seconds:g} s\n" + "\n".join(summary))
    p50, p99 = plot.percentile(idle, 50), plot.percentile(idle, 99)
    print(f"/healthz before the load, on the same machine: p50 {p50:.2f} ms, p99 {p99:.2f} ms")
    if arguments.svg:
        with open(arguments.svg, "w") as file:
            file.write(plot.svg(title, samples, latencies))
    return 0 if codes == {0} and is_flat(samples) else 1


def is_flat(samples: list[dict[str, float]]) -> bool:
    """Say whether the daemon worked and neither descriptors nor memory went on growing."""
    third = len(samples) // 3
    middle, end = samples[third : 2 * third], samples[2 * third :]
    if not middle or min(sample["messages"] for sample in end) <= 0:
        print("no traffic")
        return False
    judged = [("descriptors", 1.02)]
    if len(samples) >= ENOUGH_FOR_MEMORY:
        judged.append(("resident", 1.15))
    for name, slack in judged:
        was = max(sample[name] for sample in middle)
        is_now = max(sample[name] for sample in end)
        if is_now > was * slack:
            print(f"{name} grew from {was:.0f} to {is_now:.0f}")
            return False
    return True


def main() -> int:
    """Read the command line."""
    if sys.argv[1:2] == ["--be-clients"]:
        return be_clients(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
    if sys.argv[1:2] == ["--be-program"]:
        workers, items = int(sys.argv[3]), int(sys.argv[4])
        return be_program(sys.argv[2], workers, items, float(sys.argv[5]))
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--workers", type=int, default=20)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--rate", type=float, default=10)
    parser.add_argument("--csv", help="write the samples to this file")
    parser.add_argument("--svg", help="draw them into this file")
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
