"""Every descriptor has one owner, is closed once, and never reaches another program."""

from __future__ import annotations

import contextlib
import errno
import multiprocessing
import os
import resource
import socket
from typing import Any

import jarpipe
from jarpipe import _fork
from tests.support import TestCase, descriptors


class DescriptorTest(TestCase):
    """The descriptor table before, during and after."""

    def setUp(self) -> None:
        super().setUp()
        self.bridge = self.private_bridge()
        self.ctx = self.bridge.get_context()
        self.bridge.version()

    def test_a_worker_costs_two_descriptors_then_one_then_none(self) -> None:
        before = descriptors()
        worker = self.ctx.Process(target="fake.Wait")
        worker.start()
        new = sorted(link.split(":")[0] for fd, link in descriptors().items() if fd not in before)
        self.assertEqual(new, ["pipe", "socket"])
        worker.kill()
        worker.join()
        new = [link.split(":")[0] for fd, link in descriptors().items() if fd not in before]
        self.assertEqual(new, ["pipe"])
        worker.close()
        self.assertEqual(descriptors(), before)

    def test_descriptors_are_not_inheritable(self) -> None:
        before = descriptors()
        worker = self.ctx.Process(target="fake.Wait")
        worker.start()
        inheritable = [fd for fd in descriptors() if fd not in before and os.get_inheritable(fd)]
        self.assertEqual(inheritable, [])
        worker.kill()
        worker.join()

    def test_two_hundred_workers_leave_nothing(self) -> None:
        with self.no_new_descriptors():
            for _ in range(200):
                worker = self.ctx.Process(target="fake.Return")
                worker.start()
                worker.join()
            del worker
        self.assertEqual(_fork._owned, {self.bridge._private._lifeline})  # type: ignore[union-attr]

    def test_failed_starts_leave_nothing(self) -> None:
        queue = multiprocessing.get_context("fork").Queue()
        failures: list[tuple[str, Any]] = [("fake.Error::TargetError", ()), ("fake.HangUp", ())]
        failures += [("x", (queue,)), ("x", (lambda: None,))]
        with self.no_new_descriptors():
            for target, args in failures:
                worker = self.ctx.Process(target=target, args=args)
                with self.assertRaises(Exception):  # noqa: B017  which one is tested elsewhere
                    worker.start()
                self.assertIsNone(worker.pid)
                self.assertIsNone(worker.exitcode)
                self.assertNotIn(worker, multiprocessing.active_children())
            del worker
        queue.close()

    def test_a_failed_start_may_be_tried_again(self) -> None:
        worker = self.ctx.Process(target="fake.Die::3")
        with self.assertRaises(jarpipe.errors.DaemonDied):
            worker.start()
        worker._target = "fake.Return"  # type: ignore[attr-defined]
        worker.start()
        worker.join()
        self.assertEqual(worker.exitcode, 0)

    def test_out_of_descriptors(self) -> None:
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        for spare in range(3):  # the control connection takes one and the status pipe two
            worker = self.ctx.Process(target="fake.Return")
            fillers: list[int] = []
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(descriptors()) + 8, limits[1]))
            try:
                with contextlib.suppress(OSError):
                    while True:
                        fillers.append(os.dup(0))
                for fd in fillers[len(fillers) - spare :]:
                    os.close(fd)
                del fillers[len(fillers) - spare :]
                with self.subTest(spare=spare), self.assertRaises(OSError) as caught:
                    worker.start()
                self.assertEqual(caught.exception.errno, errno.EMFILE)
                for _ in range(spare):
                    fillers.append(os.dup(0))  # what was spare is free again
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, limits)
                for fd in fillers:
                    os.close(fd)

    def test_private_daemon_leaves_nothing(self) -> None:
        self.bridge.close()
        with self.no_new_descriptors():
            with jarpipe.Bridge() as bridge:
                bridge.version()
            os.environ["FAKE_DAEMON"] = "exit 7"
            with self.assertRaises(jarpipe.errors.DaemonDied):
                jarpipe.Bridge().version()

    def test_descriptors_avoid_the_standard_streams(self) -> None:
        output = self.run_script(
            """
            import os
            from jarpipe import _fork
            saved = os.dup(1)
            os.close(0); os.close(1)
            ends = [*_fork.pipe(), _fork.stream_socket(), _fork.null_device()]
            os.dup2(saved, 1)
            print(min(end.fileno() for end in ends) > 2)
            _fork.close(*ends)
            """
        )
        self.assertEqual(output, "True\n")

    def test_a_default_socket_timeout_does_no_harm(self) -> None:
        socket.setdefaulttimeout(0.000001)
        try:
            worker = self.ctx.Process(target="fake.Return")
            worker.start()
            worker.join()
        finally:
            socket.setdefaulttimeout(None)
        self.assertEqual(worker.exitcode, 0)

    def test_dup_fd_does_not_come_back(self) -> None:
        from jarpipe.process import DupFd

        self.assertEqual(vars(DupFd(4)), {"ind": 4})
        with self.assertRaisesRegex(RuntimeError, "descriptor 4 was given to a Java worker"):
            DupFd(4).detach()
