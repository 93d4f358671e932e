"""More for tests of workers in this very process: options of `Process`, redirected output."""

from __future__ import annotations

import contextlib
import os
import tempfile
from multiprocessing import resource_tracker
from typing import IO, Any, Iterator

import support
from folders import FolderTest
from jarpipe.bridge import default_bridge
from support import PATIENCE, WORKERS


class WorkerTest(FolderTest, support.TestCase):
    """A test of workers of the default daemon, with a folder of its own."""

    @classmethod
    def setUpClass(cls) -> None:
        """Launch what stays until the end of the program, and would look like a leak."""
        resource_tracker.ensure_running()
        super().setUpClass()

    def daemon_pid(self) -> int:
        """Return the process id of the daemon that runs the workers."""
        return int(default_bridge().version()["pid"])

    def start(self, target: str, *args: Any, **options: Any) -> Any:
        """Start a worker, which must have ended after the test.

        Args:
            target: ``Class::method`` in the package of the workers.
            args: positional arguments of the method.
            options: further arguments of `Process`.
        """
        return self._started(self.ctx.Process(target=WORKERS + target, args=args, **options))

    def start_served(self, target: str, *args: Any, **options: Any) -> tuple[Any, Any]:
        """Start a worker whose first argument is a duplex connection.

        Returns:
            The connection to it, and the worker.
        """
        near, far = self.pipe()
        worker = self.start(target, far, *args, **options)
        far.close()
        return near, worker

    def assert_ended(self, connection: Any) -> None:
        """Check that a connection is at its end."""
        with self.assertRaises(EOFError):
            self.recv(connection)

    def finish(self, process: Any) -> int:
        """Wait until a worker has ended; return its exit code."""
        process.join(PATIENCE)
        self.assertIsNotNone(process.exitcode, f"{process} has not ended")
        return int(process.exitcode)

    @contextlib.contextmanager
    def redirected(self, fd: int) -> Iterator[IO[bytes]]:
        """Let a standard descriptor of this process lead into a file for a while.

        Workers that are started meanwhile keep writing to the file. It is yielded for
        `content()`, and closed after the test.
        """
        file = tempfile.TemporaryFile()  # noqa: SIM115  # closed after the test
        self.addCleanup(file.close)
        with replaced(fd, file.fileno()):
            yield file

    def content(self, file: IO[bytes]) -> str:
        """Return all of a file that others write to."""
        return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode()


@contextlib.contextmanager
def replaced(fd: int, by: int) -> Iterator[None]:
    """Put another descriptor in the place of a standard one for a while."""
    saved = os.dup(fd)
    os.dup2(by, fd)
    try:
        yield
    finally:
        os.dup2(saved, fd)
        os.close(saved)
