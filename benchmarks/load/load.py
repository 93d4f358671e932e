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
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time
from multiprocessing.connection import Client
from typing import Any, Iterator

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python-client" / "src"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import jarpipe  # noqa: E402
import plot  # noqa: E402

SOURCE = pathlib.Path(__file__).with_name("LoadWorkers.java")
HEALTH_INTERVAL = 0.1
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


def queue_traffic(jobs: Any, results: Any, items: int, rate: float, stop: threading.Event) -> None:
    """Send items through the workers, in rounds, until told to stop."""
    for _ in rounds(rate, stop):
        for _ in range(items):
            jobs.put(PAYLOAD)
        for _ in range(items):
            results.get()


def service_traffic(address: str, key: bytes, clients: int, rate: float) -> None:
    """Be some clients of the service until standard input ends."""
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    connections = [Client(address, authkey=key) for _ in range(clients)]
    print("connected", flush=True)
    for _ in rounds(rate, ended):
        for connection in connections:
            connection.send(PAYLOAD)
        for connection in connections:
            connection.recv()
    for connection in connections:
        connection.close()


def start_clients(daemon: Daemon, count: int, rate: float) -> list[subprocess.Popen[str]]:
    """Start processes with clients; they end with their standard input."""
    processes = []
    while count > 0:
        some = min(count, CLIENTS_IN_A_PROCESS)
        command = [sys.executable, __file__, "--be-clients", daemon.service, str(some), str(rate)]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "LOAD_KEY": daemon.key.decode()},
        )
        processes.append(process)
        count -= some
    for process in processes:
        assert process.stdout is not None
        if process.stdout.readline() != "connected\n":
            raise SystemExit("a client could not connect")
    return processes


def measure(daemon: Daemon, seconds: float) -> tuple[list[float], list[dict[str, float]]]:
    """Ask the daemon how it is; return the milliseconds of the health checks, and the samples."""
    latencies: list[float] = []
    samples: list[dict[str, float]] = []
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
        stop = threading.Event()
        with jarpipe.Bridge(daemon.address, daemon.key) as bridge:
            ctx = bridge.get_context()
            jobs, results = ctx.Queue(), ctx.Queue()
            workers = [
                ctx.Process(target="LoadWorkers::work", args=(jobs, results))
                for _ in range(arguments.workers)
            ]
            for worker in workers:
                worker.start()
            clients = start_clients(daemon, arguments.clients, arguments.rate)
            traffic = threading.Thread(
                target=queue_traffic, args=(jobs, results, arguments.clients, arguments.rate, stop)
            )
            traffic.start()
            latencies, samples = measure(daemon, arguments.seconds)
            stop.set()
            traffic.join()
            for client in clients:
                client.communicate("")
            for _ in workers:
                jobs.put(None)
            for worker in workers:
                worker.join()
            codes = {worker.exitcode for worker in workers}
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
    if arguments.svg:
        with open(arguments.svg, "w") as file:
            file.write(plot.svg(title, samples, latencies))
    if codes != {0}:
        print(f"workers ended with {codes}")
        return 1
    return 0 if is_flat(samples) else 1


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
        service_traffic(
            sys.argv[2], os.environ["LOAD_KEY"].encode(), int(sys.argv[3]), float(sys.argv[4])
        )
        return 0
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
