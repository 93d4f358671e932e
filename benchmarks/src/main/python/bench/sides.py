"""The sides that are compared: what flows between parties, and round trips."""

from __future__ import annotations

import itertools
import statistics
import time
from multiprocessing.connection import Connection
from typing import Any, Callable, Sequence

from bench.measuring import Sample
from bench.parties import Party

__all__ = ["Alternating", "Flow", "Latency", "RemoteRoundTrips", "RoundTrips", "Shares", "ping"]

_FIRST_COUNT = 200
_MOST_PER_ROUND = 400_000


class _Paced:
    """Chooses how many items make a round of some seconds, from the rounds before."""

    def __init__(self, least: int, first: int = _FIRST_COUNT) -> None:
        self._least = least
        self._first = first
        self._per_second = 0.0

    def count(self, seconds: float) -> int:
        wanted = int(self._per_second * seconds) or self._first
        return min(max(wanted, self._least), _MOST_PER_ROUND)

    def learn(self, count: int, seconds: float) -> None:
        self._per_second = count / seconds


class Flow:
    """Producers and consumers that move so many items in a round; the value is seconds per item.

    Args:
        name: of the side.
        producers: parties that are told how many to produce.
        consumers: parties that are told how many to consume.
        least: the fewest items of a round.
        first: how many make the first round, when it is not known how long they take.
    """

    def __init__(
        self,
        name: str,
        producers: Sequence[Party],
        consumers: Sequence[Party],
        *,
        least: int = 0,
        first: int = _FIRST_COUNT,
    ) -> None:
        self.name = name
        self._producers = producers
        self._consumers = consumers
        self._parts = len(producers) * len(consumers)
        self._pace = _Paced(max(least, self._parts), first)

    def run(self, seconds: float) -> Sample:
        """Let the consumers and the producers work, and wait for all."""
        count = max(1, self._pace.count(seconds) // self._parts) * self._parts
        before = self._cpu()
        start = time.perf_counter()
        for party in self._consumers:
            party.begin(count // len(self._consumers))
        for party in self._producers:
            party.begin(count // len(self._producers))
        for party in (*self._consumers, *self._producers):
            party.finish()
        spent = time.perf_counter() - start
        self._pace.learn(count, spent)
        after = self._cpu()
        return Sample(spent / count, {role: (after[role] - before[role]) / count for role in after})

    def _cpu(self) -> dict[str, float]:
        return {"producer": _cpu(self._producers), "consumer": _cpu(self._consumers)}


def _cpu(parties: Sequence[Party]) -> float:
    """Add up the CPU seconds of the processes, of which Java parties share one."""
    return sum({party.pid: party.cpu() for party in parties}.values())


class Shares:
    """One producer and two consumers of one queue; the value is the first consumer's share.

    Args:
        name: of the side.
        producer: told how many to produce; puts a ``None`` for each consumer behind them.
        consumers: take until a ``None`` comes.
    """

    def __init__(self, name: str, producer: Party, consumers: Sequence[Party]) -> None:
        self.name = name
        self._parties = (*consumers, producer)
        self._pace = _Paced(1000)

    def run(self, seconds: float) -> Sample:
        """Let them compete for what the producer puts."""
        count = self._pace.count(seconds)
        start = time.perf_counter()
        for party in self._parties:
            party.begin(count)
        *taken, _ = [party.finish() for party in self._parties]
        self._pace.learn(count, time.perf_counter() - start)
        if sum(taken) != count:
            raise RuntimeError(f"{self.name}: {count} items put, {taken} taken")
        return Sample(taken[0] / count)


class Latency:
    """Items put at a steady pace; the value is the median of their ages when they are taken.

    Args:
        name: of the side.
        sender: puts the time, so often and with such a pause as it is told.
        receiver: takes so many, and answers how old they were in nanoseconds, sorted.
        per_second: the pace.
    """

    def __init__(self, name: str, sender: Party, receiver: Party, per_second: float) -> None:
        self.name = name
        self._sender = sender
        self._receiver = receiver
        self._per_second = per_second

    def run(self, seconds: float) -> Sample:
        """Put and take as many as the pace allows."""
        count = int(self._per_second * seconds)
        before = self._receiver.cpu()
        start = time.perf_counter()
        self._receiver.begin(count)
        self._sender.begin((count, 1 / self._per_second))
        self._sender.finish()
        ages = self._receiver.finish()
        spent = time.perf_counter() - start
        return Sample(
            ages[count // 2] * 1e-9,
            {"consumer": (self._receiver.cpu() - before) / count},
            {"p99": ages[int(count * 0.99)] * 1e-9, "pace": count / spent},
        )


class RoundTrips:
    """Round trips made by this process; the value is their median in seconds.

    Args:
        name: of the side.
        call: makes one round trip.
        server: the process that answers, told beforehand how many will come; if it is told at all.
        extra: further figures, made of the sorted times of a round.
    """

    def __init__(
        self,
        name: str,
        call: Callable[[], Any],
        *,
        server: Sequence[Party] = (),
        least: int = 20,
    ) -> None:
        self.name = name
        self._call = call
        self._servers = server
        self._pace = _Paced(least)

    def run(self, seconds: float) -> Sample:
        """Make round trips, one after the other."""
        count = self._pace.count(seconds)
        for party in self._servers:
            party.begin(count)
        times: list[float] = []
        call, clock = self._call, time.perf_counter
        before = _cpu(self._servers)
        start = clock()
        for _ in range(count):
            begin = clock()
            call()
            times.append(clock() - begin)
        self._pace.learn(count, clock() - start)
        cpu = _cpu(self._servers) - before
        for party in self._servers:
            party.finish()
        return _sample(sorted(times), {"server": cpu / count} if self._servers else {})


class RemoteRoundTrips:
    """Round trips made by another process; the value is their median in seconds.

    Args:
        name: of the side.
        client: makes as many as it is told, and answers with their times in seconds, sorted.
        server: the processes that answer, each told beforehand how many will come.
        decoded: what the client is told, too: whether the value is decoded on both sides.
    """

    def __init__(self, name: str, client: Party, server: Sequence[Party], *, decoded: bool) -> None:
        self.name = name
        self._client = client
        self._servers = server
        self._decoded = decoded
        self._pace = _Paced(least=20)

    def run(self, seconds: float) -> Sample:
        """Run one round."""
        self.begin(self._pace.count(seconds))
        return self.finish()

    def begin(self, count: int) -> None:
        """Have so many round trips made, and do not wait."""
        for party in self._servers:
            party.begin(count)
        self._client.begin((count, self._decoded))

    def finish(self) -> Sample:
        """Wait until they are made, and return what was measured."""
        times = self._client.finish()
        for party in self._servers:
            party.finish()
        self._pace.learn(len(times), sum(times))
        return _sample(times, {})


class Alternating:
    """Sides that are alike, of which each round has the next one.

    So what differs from process to process is in the spread of one run, not between two.

    Args:
        sides: at least one; the name is that of the first.
    """

    def __init__(self, sides: Sequence[RemoteRoundTrips]) -> None:
        self.name = sides[0].name
        self._next = itertools.cycle(sides)

    def run(self, seconds: float) -> Sample:
        """Run a round of the next one."""
        return next(self._next).run(seconds)


def _sample(times: Sequence[float], cpu: dict[str, float]) -> Sample:
    return Sample(
        statistics.median(times),
        cpu,
        {"p99": times[int(len(times) * 0.99)], "mean": statistics.fmean(times)},
    )


def ping(connection: Connection, message: bytes) -> Callable[[], Any]:
    """Return what sends a message and receives the answer."""

    def call() -> bytes:
        connection.send_bytes(message)
        return connection.recv_bytes()

    return call
