"""What the tests share: a test case that starts workers and finds leaks, waiting, Python children.

Everything at the top of this module can be imported by a spawned child. Nothing here sleeps to let
time pass: waits end when their condition holds, and fail at a deadline with its name.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import multiprocessing
import os
import re
import stat
import time
import unittest
from multiprocessing import resource_tracker
from multiprocessing.reduction import ForkingPickler
from typing import Any, Callable, ClassVar, Iterator, TypeVar

import jarpipe
from evidence import descriptors
from jarpipe.bridge import default_bridge

PATIENCE = 20.0 * float(os.environ.get("JARPIPE_TEST_TIMEOUT_FACTOR", "1"))
"""Seconds that a wait may take before the test fails."""

WORKERS = "io.jarpipe.interop."
"""The package of the Java workers."""

ELSEWHERE = "JARPIPE_ADDRESS" in os.environ
"""Whether the daemon is in another container: its process and its log are out of sight."""

daemon_in_sight = unittest.skipIf(
    ELSEWHERE, "looks at threads or descriptors of a daemon that is elsewhere"
)
"""For tests that look into ``/proc``."""

one_at_a_time = unittest.skipIf(
    "-Djarpipe.prefetch=" in os.environ.get("JARPIPE_JAVA_OPTIONS", ""),
    "takes in turns with Java, which was told to take more than one item at once",
)
"""For tests in which an item that Java does not want yet is for somebody else."""

THOROUGH = os.environ.get("JARPIPE_TEST_HUGE") != ""
"""Whether long repetitions are repeated in full: on one interpreter of a build, and by hand."""

ONCE = unittest.skipUnless(THOROUGH, "has no Python side: runs on one interpreter")
"""Marks tests whose outcome does not depend on the interpreter; by hand they always run."""

_POLL_SECONDS = 0.002
_T = TypeVar("_T")


def await_(what: str, condition: Callable[[], _T], seconds: float = PATIENCE) -> _T:
    """Wait until a condition holds, and return what it returned.

    Args:
        what: names the wait in the failure.
        condition: returns something true when the wait is over.
        seconds: how long to wait at most.
    """
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s in vain for {what}")
        time.sleep(_POLL_SECONDS)  # between two looks: most of what is awaited tells nobody


def semaphore_value(lock: Any) -> int:
    """Return the value of a semaphore of `multiprocessing`, as the kernel object has it."""
    value = lock._semlock._get_value()
    assert isinstance(value, int)
    return value


def has_waiters(lock: Any) -> bool:
    """Say whether somebody waits for a semaphore: the second word of glibc's `sem_t`."""
    if lock._semlock.name is None:
        return bool(ctypes.c_uint32.from_address(lock._semlock.handle + 4).value)
    with open("/dev/shm/sem." + lock._semlock.name.lstrip("/"), "rb") as file:
        return any(file.read(8)[4:])


def waits(pid: int) -> bool:
    """Say whether a thread sleeps in the kernel."""
    with open(f"/proc/{pid}/stat", "rb") as file:
        return file.read().rpartition(b")")[2].split()[0] == b"S"


def descriptor_flags(fd: int) -> str:
    """Return the flags of a descriptor's open file description, which all who share it see."""
    with open(f"/proc/self/fdinfo/{fd}") as file:
        return next(line for line in file if line.startswith("flags:"))


def pickled_length(value: Any) -> int:
    """Return how long the body of the message with a value is."""
    return len(ForkingPickler.dumps(value))


def channels(pid: int | str) -> dict[int, str]:
    """Return the pipes and sockets that a process has open."""
    kinds = ("pipe:", "socket:")
    return {fd: to for fd, to in descriptors(pid).items() if to.startswith(kinds)}


class _Output:
    """What is printed on standard error, if the runner has led that to a file."""

    def __init__(self) -> None:
        self._caught = stat.S_ISREG(os.fstat(2).st_mode)
        self._start = os.fstat(2).st_size

    def unexpected(self, expected: list[str]) -> str:
        """Return what was printed since then, without what matches the expressions."""
        if not self._caught:
            return ""
        with open("/proc/self/fd/2", "rb") as file:
            file.seek(self._start)
            text = file.read().decode("utf-8", "backslashreplace")
        for expression in expected:
            text, count = re.subn(expression, "", text, flags=re.DOTALL)
            if not count:
                return f"nothing matches {expression!r} in: {text}"
        return text.strip()


class TestCase(unittest.TestCase):
    """A test with workers of the default daemon, which one test hands to the next.

    A test fails, too, if a process of it lives on, if it leaves pipes or sockets open here or in
    the daemon, if the flags of a descriptor that it shares have changed, or if something was
    printed that it did not announce with `expect_output()`.
    """

    ctx: ClassVar[Any]
    maxDiff = None

    @classmethod
    def setUpClass(cls) -> None:
        """Launch the daemon, and what else lives longer than a test."""
        cls.ctx = jarpipe.get_context()
        default_bridge().version()
        resource_tracker.ensure_running()  # its pipe is nobody's leak

    def setUp(self) -> None:
        self._output = _Output()
        self._expected: list[str] = []
        self._shared: dict[int, tuple[str, str]] = {}
        self.addCleanup(self._check_output)
        daemon = default_bridge().pid
        gc.collect()
        self.addCleanup(self._check_channels, "this process", "self", channels("self"))
        if not ELSEWHERE:
            assert daemon is not None
            self.addCleanup(self._check_channels, "the daemon", daemon, channels(daemon))

    def share(self, *ends: Any) -> None:
        """Watch descriptors that Java gets a copy of: their flags must not change.

        They belong to the open file description, which all who share it see: O_NONBLOCK would break
        the other processes' reads and writes. `check_flags()` compares them as long as they are
        open here; it runs whenever something was received or has ended, and after the test.
        """
        for end in ends:
            fd = end.fileno()
            self._shared[fd] = (os.readlink(f"/proc/self/fd/{fd}"), descriptor_flags(fd))
        self.addCleanup(self.check_flags)

    def check_flags(self) -> None:
        """Compare the flags of the descriptors that are shared with what they were."""
        for fd, (target, flags) in self._shared.items():
            with contextlib.suppress(FileNotFoundError):  # closed by the test
                if os.readlink(f"/proc/self/fd/{fd}") == target:
                    self.assertEqual(descriptor_flags(fd), flags, f"descriptor {fd}, {target}")

    def expect_output(self, expression: str) -> None:
        """Announce something that must be printed; the expression's dot matches newlines, too."""
        self._expected.append(expression)

    def expect_log(self, expression: str) -> None:
        """Announce one line in the daemon's log; a daemon elsewhere writes it there."""
        if not ELSEWHERE:
            self.expect_output(rf"(?m:^)\S+ [A-Z]+ [^\n]*{expression}[^\n]*\n")

    def expect_stack_trace(self, expression: str) -> None:
        """Announce the Java stack trace of a worker that throws."""
        causes = r"(\t[^\n]*\n|Caused by: [^\n]*\n)*"
        self.expect_output(rf"(?m:^)Process [^\n]*:\n[^\n]*{expression}[^\n]*\n{causes}")

    def _has_failed(self) -> bool:
        """Say whether the test has failed already; what it then leaves behind is no news."""
        return not self._outcome.success  # type: ignore[attr-defined]

    def _check_output(self) -> None:
        if self._has_failed():
            return
        self.assertEqual(self._output.unexpected(self._expected), "", "unexpected output")

    def _check_channels(self, where: str, pid: int | str, before: dict[int, str]) -> None:
        if self._has_failed():
            return
        gc.collect()
        with contextlib.suppress(AssertionError):
            await_(where, lambda: len(channels(pid)) <= len(before), seconds=PATIENCE / 4)
            return
        left = {fd: to for fd, to in channels(pid).items() if before.get(fd) != to}
        self.fail(f"{where} has more pipes or sockets open than before: {left}")

    def worker(self, target: str, *args: Any, **kwargs: Any) -> Any:
        """Start a Java worker, which must have ended after the test.

        Args:
            target: ``Class::method`` in the package of the workers.
            args: positional arguments of the method.
            kwargs: keyword arguments of the method.
        """
        return self._started(self.ctx.Process(target=WORKERS + target, args=args, kwargs=kwargs))

    def child(self, method: str, target: Callable[..., None], *args: Any) -> Any:
        """Start a Python child, which must have ended after the test.

        Args:
            method: fork, spawn or forkserver.
            target: a function of a module.
            args: its arguments.
        """
        context: Any = multiprocessing.get_context(method)
        return self._started(context.Process(target=target, args=args))

    def _started(self, process: Any) -> Any:
        process.start()
        self.addCleanup(self._check_ended, process)
        return process

    def _check_ended(self, process: Any) -> None:
        ended = process.exitcode is not None
        if not ended:
            process.kill()
        process.join(PATIENCE)
        process.close()
        self.assertTrue(ended, "a process did not end with the test")

    def join(self, *processes: Any, exitcode: int = 0) -> None:
        """Wait for processes to end, which must be in the same way."""
        for process in processes:
            process.join(PATIENCE)
            self.assertEqual(process.exitcode, exitcode, process)
        self.check_flags()

    def queue(self, maxsize: int = 0) -> Any:
        """Make a queue, whose items must have been taken after the test."""
        return self._shared_queue(self.ctx.Queue(maxsize))

    def joinable_queue(self, maxsize: int = 0) -> Any:
        """Make a joinable queue, whose items must have been taken after the test."""
        return self._shared_queue(self.ctx.JoinableQueue(maxsize))

    def simple_queue(self) -> Any:
        """Make a simple queue, which is closed after the test."""
        queue = self.ctx.SimpleQueue()
        for end in (queue._reader, queue._writer):
            self.addCleanup(end.close)  # close() came with 3.9
        self.share(queue._reader, queue._writer)
        return queue

    def _shared_queue(self, queue: Any) -> Any:
        self.addCleanup(self._close_queue, queue)
        self.share(queue._reader, queue._writer)
        return queue

    def _close_queue(self, queue: Any) -> None:
        queue.close()
        feeder = queue._thread
        if feeder is not None:
            feeder.join(PATIENCE / 4)
            self.assertFalse(feeder.is_alive(), "items put by the test were never taken")

    def pipe(self, duplex: bool = True) -> tuple[Any, Any]:
        """Make a pipe whose ends are closed after the test; `duplex=False`: receiver, sender."""
        ends: tuple[Any, Any] = self.ctx.Pipe(duplex)
        for end in ends:
            self.addCleanup(end.close)
        self.share(*ends)
        return ends

    def served(self, target: str, *args: Any) -> tuple[Any, Any]:
        """Start a worker whose first argument is a duplex connection.

        Returns:
            The connection to it, and the worker.
        """
        near, far = self.pipe()
        worker = self.worker(target, far, *args)
        far.close()
        return near, worker

    def get(self, queue: Any) -> Any:
        """Take an item from a queue."""
        item = queue.get(timeout=PATIENCE)
        self.check_flags()
        return item

    def recv(self, connection: Any) -> Any:
        """Receive an object from a connection."""
        self.assertTrue(connection.poll(PATIENCE), "waited in vain for a message")
        self.check_flags()
        return connection.recv()

    def recv_bytes(self, connection: Any) -> bytes:
        """Receive bytes from a connection."""
        self.assertTrue(connection.poll(PATIENCE), "waited in vain for a message")
        self.check_flags()
        return bytes(connection.recv_bytes())

    def assert_free(self, *locks: Any) -> None:
        """Check that nobody holds these locks, or will for more than a moment."""
        for lock in locks:
            await_(f"{lock} to be free", lambda lock=lock: semaphore_value(lock) == 1)  # type: ignore[misc]


class Remote:
    """Calls the methods of a Java object one after another; see `RemoteQueue` and `RemoteLock`."""

    def __init__(self, test: TestCase, target: str, *args: Any) -> None:
        self._test = test
        self.connection, self.worker = test.served(target, *args)

    def begin(self, method: str, *args: Any) -> None:
        """Send a call."""
        self.connection.send((method, *args))

    def end(self) -> Any:
        """Receive the result of a call, or raise what it threw as a RuntimeError."""
        outcome, value = self._test.recv(self.connection)
        if outcome == "thrown":
            raise RuntimeError(value)
        return value

    def call(self, method: str, *args: Any) -> Any:
        """Call a method and return its result."""
        self.begin(method, *args)
        return self.end()

    def close(self, exitcode: int = 0) -> None:
        """Let the worker return, and wait for it."""
        self.connection.send(None)
        self._test.join(self.worker, exitcode=exitcode)


@contextlib.contextmanager
def environment(**variables: str) -> Iterator[None]:
    """Set variables of the environment for a while."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
