"""What CPython processes do in the benchmark; each obeys a connection until it says ``None``."""

from __future__ import annotations

import signal
import time
from multiprocessing.connection import Connection
from typing import Any, Callable

__all__ = [
    "consume",
    "echo",
    "echo_objects",
    "latency_receiver",
    "latency_sender",
    "produce",
    "produce_and_end",
    "produce_bytes",
    "put_one",
    "receive",
    "send",
    "share",
]


def _obey(control: Connection, work: Callable[[Any], Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who commands
    for command in iter(control.recv, None):
        control.send(work(command))


def produce(control: Connection, queue: Any, item: Any) -> None:
    """Put one object again and again; the queue pickles it each time."""

    def work(count: int) -> None:
        for _ in range(count):
            queue.put(item)

    _obey(control, work)


def produce_and_end(control: Connection, queue: Any, item: Any, consumers: int) -> None:
    """Put one object again and again, and then a ``None`` for each consumer."""

    def work(count: int) -> None:
        for _ in range(count):
            queue.put(item)
        for _ in range(consumers):
            queue.put(None)

    _obey(control, work)


def produce_bytes(control: Connection, queue: Any, size: int) -> None:
    """Put bytes of one length."""
    produce(control, queue, bytes(size))


def put_one(queue: Any) -> None:
    """Put one object, and that is all."""
    queue.put("the first result")


def consume(control: Connection, queue: Any) -> None:
    """Take so many items."""

    def work(count: int) -> None:
        for _ in range(count):
            queue.get()

    _obey(control, work)


def share(control: Connection, queue: Any) -> None:
    """Take items until a ``None`` comes; answer how many they were."""

    def work(command: Any) -> int:
        return sum(1 for _ in iter(queue.get, None))

    _obey(control, work)


def send(control: Connection, connection: Connection, size: int) -> None:
    """Send so many messages of one size."""
    message = bytes(size)

    def work(count: int) -> None:
        for _ in range(count):
            connection.send_bytes(message)

    _obey(control, work)


def receive(control: Connection, connection: Connection) -> None:
    """Receive so many messages as bytes."""

    def work(count: int) -> None:
        for _ in range(count):
            connection.recv_bytes()

    _obey(control, work)


def echo(control: Connection, connection: Connection) -> None:
    """Send so many messages back as they come."""

    def work(count: int) -> None:
        for _ in range(count):
            connection.send_bytes(connection.recv_bytes())

    _obey(control, work)


def echo_objects(control: Connection, connection: Connection) -> None:
    """Unpickle so many messages, and send them back."""

    def work(count: int) -> None:
        for _ in range(count):
            connection.send(connection.recv())

    _obey(control, work)


def latency_sender(control: Connection, queue: Any) -> None:
    """Put the time at a steady pace; the command is a pair of count and pause in seconds."""

    def work(command: Any) -> None:
        count, pause = command
        due = time.monotonic()
        for _ in range(count):
            due += pause
            delay = due - time.monotonic()
            if delay > 0:
                time.sleep(delay)
            queue.put(time.monotonic_ns())

    _obey(control, work)


def latency_receiver(control: Connection, queue: Any) -> None:
    """Take times, and answer in nanoseconds how old they were, sorted."""

    def work(count: int) -> Any:
        return sorted(-queue.get() + time.monotonic_ns() for _ in range(count))

    _obey(control, work)
