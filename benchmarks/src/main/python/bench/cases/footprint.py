"""P10 and P11: how fast the first result comes, and what an idle daemon costs."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pathlib
import re
import resource
import subprocess
import time
from multiprocessing.connection import Client
from typing import Any, Callable, Iterator

import jarpipe

from bench import work
from bench.goals import Result, at_most
from bench.measuring import Ratio, Sample, cpu_seconds, median
from bench.setting import BENCHMARKS, Setting

_PARTIES = "io.jarpipe.benchmarks.parties"
_PATIENCE = 60.0
_CLIENTS = 1000
_TIMES = 3
"""How often the clients of a service come and go: each time the heap has other garbage."""
_QUICK_STARTS = 16
_SERVICES = 5
_QUICK_SERVICES = 2
_KEY = b"the benchmark's"
_SIDECAR = "-Xmx64m -XX:+UseSerialGC"
"""A heap that garbage soon fills: what memory grows by afterwards is the connections'."""


class _Java:
    """Launches a private daemon whose worker puts one result."""

    name = "java"

    def __init__(self, classes: str) -> None:
        self._classes = classes

    def run(self, seconds: float) -> Sample:
        target = f"{_PARTIES}.Queues::putOne"
        begin = time.perf_counter()
        with jarpipe.Bridge(classpath=[self._classes]) as bridge:
            context = bridge.get_context()
            first = _first_result(context, target, begin)
            cpu = cpu_seconds(bridge.pid or 0)
            second = _first_result(context, target, time.perf_counter())
            resident = float(_resident(bridge.pid or 0))
        return Sample(first, {"daemon": cpu}, {"second": second, "resident": resident})


class _Ready:
    """Launches a private daemon that says its version."""

    name = "ready"

    def run(self, seconds: float) -> Sample:
        begin = time.perf_counter()
        with jarpipe.Bridge() as bridge:
            bridge.version()
            return Sample(time.perf_counter() - begin)


class _Python:
    """Spawns a CPython process that puts one result."""

    name = "python"

    def run(self, seconds: float) -> Sample:
        context = multiprocessing.get_context("spawn")
        return Sample(_first_result(context, work.put_one, time.perf_counter()))


def _first_result(context: Any, target: Any, begin: float) -> float:
    """Return how many seconds after the beginning a new process's result is there."""
    results = context.Queue()
    process = context.Process(target=target, args=(results,))
    process.start()
    results.get(timeout=_PATIENCE)
    spent = time.perf_counter() - begin
    process.join(_PATIENCE)
    return spent


def start_up(setting: Setting) -> Iterator[Result]:
    """Compare a private daemon's first result with that of a spawned CPython process.

    The rounds that do not count leave an archive of classes behind, if there was none.
    """
    rounds = _QUICK_STARTS if setting.quick else None
    samples = setting.turns([_Java(setting.classes), _Python(), _Ready()], rounds=rounds)
    java, python = samples["java"], samples["python"]
    yield Result(
        "P10",
        "private daemon, cold start to first result: time over that of `spawn`",
        Ratio.of([s.value for s in java], [s.value for s in python]),
        at_most(5),
        f"{median(java) * 1e3:.0f} ms, spawn {median(python) * 1e3:.0f} ms; ready after "
        f"{median(samples['ready']) * 1e3:.0f} ms, a second worker "
        f"{median(java, lambda s: s.extra['second']) * 1e3:.0f} ms; CPU of the daemon "
        f"{median(java, lambda s: s.cpu['daemon']) * 1e3:.0f} ms",
    )
    yield Result(
        "P11",
        "private daemon, idle after its first workers: resident memory",
        Ratio.fixed([s.extra["resident"] / (1 << 20) for s in java]),
        at_most(75, "MiB"),
    )


def footprint(setting: Setting) -> Iterator[Result]:
    """Measure what a service's idle connections cost."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    services = min(_QUICK_SERVICES if setting.quick else _SERVICES, setting.rounds)
    grown, opened = zip(*(cost for number in range(services) for cost in _costs(setting, number)))
    what = f"service with {_CLIENTS} idle connections: "
    yield Result(
        "P11",
        what + "resident memory of each",
        Ratio.fixed([figure / 1024 for figure in grown]),
        at_most(8, "KiB"),
    )
    yield Result("P11", what + "descriptors of each", Ratio.fixed(opened), at_most(1, "fd"))


def _costs(setting: Setting, number: int) -> Iterator[tuple[float, float]]:
    """Say by how many bytes and descriptors a new service grows for each client, several times."""
    with _service(setting, f"service-{number}") as (pid, address):
        unused = _descriptors(pid)
        for is_first in (True, *[False] * _TIMES):
            memory, descriptors = _resident(pid), _descriptors(pid)
            with _connected(address):
                grown, opened = _resident(pid) - memory, _descriptors(pid) - descriptors
            if not is_first:  # what remains are classes, threads and the garbage of handshakes
                yield grown / _CLIENTS, opened / _CLIENTS
            _await("the connections to be closed", lambda: _descriptors(pid) <= unused + 10)


@contextlib.contextmanager
def _service(setting: Setting, name: str) -> Iterator[Any]:
    """Run a shared daemon with a service that echoes."""
    folder = setting.folder / name
    folder.mkdir()
    key_file = folder / "key"
    with open(os.open(key_file, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.write(_KEY)
    address, log = str(folder / "echo.sock"), folder / "log"
    command = [str(BENCHMARKS.parent / "bin" / "jarpipe"), "serve", "--workers", setting.classes]
    command += ["--address", str(folder / "daemon.sock"), "--authkey-file", str(key_file)]
    command += ["--service", f"{address}={_PARTIES}.Connections::serve"]
    environ = {**os.environ, "JARPIPE_JAVA_OPTIONS": _SIDECAR}
    with open(log, "wb") as output, subprocess.Popen(command, stderr=output, env=environ) as daemon:
        try:
            _await("the daemon to listen", lambda: "listening;" in log.read_text())
            yield daemon.pid, address
        finally:
            daemon.terminate()


def _await(what: str, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited {_PATIENCE:g} s in vain for {what}")
        time.sleep(0.02)  # between two looks


@contextlib.contextmanager
def _connected(address: str) -> Iterator[None]:
    """Keep clients connected, each of which has made a round trip and is idle."""
    with contextlib.ExitStack() as stack:
        for _ in range(_CLIENTS):
            client = stack.enter_context(Client(address, authkey=_KEY))
            client.send_bytes(b"hello")
            client.recv_bytes()
        yield


def _resident(pid: int) -> int:
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found.group(1)) * 1024


def _descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))
