"""SIGTERM, SIGHUP, the log, and what a service manager is told."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
from typing import Any

from jarpipe import errors
from programs import Served
from support import ONCE, PATIENCE, await_
from test_serve import NOBODY, ServeTest, as_nobody


class Ending(ServeTest):
    """The daemon says what is left, and a second SIGTERM waits for nothing."""

    def test_what_is_left_is_said(self) -> None:
        served = self.serve("--grace", "0")
        near, far = self.pipe()
        lock = self.ctx.Lock()
        process = self.start_at(served, "hold", lock, far)
        far.close()
        self.recv(near)
        served.process.send_signal(signal.SIGTERM)
        self.join(process, exitcode=-signal.SIGTERM)
        self.assertEqual(served.wait(), 143)
        log = served.log()
        self.assertRegex(log, rf"{process.name} \(.*::hold\) has not finished: terminated")
        self.assertRegex(log, rf"{process.name} holds a Lock, \S*, since [\d.]+ s")
        self.assert_free(lock)

    def test_unwritten_items_are_counted(self) -> None:
        served = self.serve("--grace", "0")
        queue = self.queue()
        near, far = self.pipe()
        process = self.start_at(served, "QueueWorkers::fill", queue, far, 100, 4096)
        far.close()
        self.assertEqual(self.recv(near), "has put")
        served.process.send_signal(signal.SIGTERM)
        self.join(process, exitcode=-signal.SIGTERM)
        self.assertEqual(served.wait(), 143)
        self.assertRegex(served.log(), rf"{process.name} has put \d+ items that are not written")
        self.assertEqual(len(self.get(queue)), 4096)  # what was in the pipe is whole
        queue.close()

    def test_second_sigterm_ends_at_once(self) -> None:
        served = self.serve("--grace", "300")
        near, far = self.pipe()
        process = self.start_at(served, "stay", far)
        far.close()
        self.recv(near)
        served.process.send_signal(signal.SIGTERM)
        await_("the daemon to drain", lambda: "waiting up to 300 s" in served.log())
        served.process.send_signal(signal.SIGTERM)
        self.assertEqual(served.wait(), 143)
        self.join(process, exitcode=255)
        self.assertRegex(served.log(), "a second signal: the daemon ends at once")
        self.assertRegex(served.log(), rf"{process.name} \(.*::stay\) is left")


@ONCE
class Reloading(ServeTest):
    """SIGHUP reads the configuration again; workers go on."""

    def configured(self, *lines: str) -> Served:
        """Start a daemon with a configuration."""
        self.configure(*lines)
        return self.serve("--config", self.path("config"))

    def configure(self, *lines: str) -> None:
        """Write the configuration."""
        self.write("config", "\n".join(lines) + "\n")

    def reload(self, served: Served, says: str) -> None:
        """Send SIGHUP, and wait for what the daemon says to it."""
        before = len(served.log())
        served.process.send_signal(signal.SIGHUP)
        await_("the configuration to be read", lambda: re.search(says, served.log()[before:]))

    def test_what_changes_and_what_does_not(self) -> None:
        served = self.configured("log-level = info")
        near, far = self.pipe()
        process = self.start_at(served, "untilTold", far)
        far.close()
        self.recv(near)
        self.configure("log-level = debug", "log-format = json", "max-message = 1M")
        self.reload(served, r'"message":"only a restart changes: max-message"')
        self.assertIn("configuration reloaded; changed: log-level, log-format", served.log())
        self.assertEqual(served.bridge().version()["pid"], served.pid)
        near.send("the worker still runs")
        self.join(process)

    def test_mistakes_change_nothing(self) -> None:
        served = self.configured("log-level = info")
        self.configure("log-level = loud", "grace = 3")
        self.reload(served, rf"not reloaded.*{self.path('config')}:1: log-level = loud")
        self.configure("log-level = warning")
        served.process.send_signal(signal.SIGHUP)
        self.join(self.start_at(served, "nothing"))

    def test_another_user_is_admitted(self) -> None:
        if os.getuid() != 0:
            self.skipTest("only root can become another user")
        served = self.configured("")
        os.chmod(self.folder, 0o755)
        os.chmod(served.address, 0o666)
        self.assertEqual(as_nobody(served), "AuthenticationFailed")
        self.configure(f"allow-uid = {NOBODY}")
        self.reload(served, "changed: allow-uid")
        self.assertEqual(as_nobody(served), "welcome")
        self.configure("")
        self.reload(served, "changed: allow-uid")
        self.assertEqual(as_nobody(served), "AuthenticationFailed")


@ONCE
class Log(ServeTest):
    """A line says which worker it is about."""

    def test_json(self) -> None:
        served = self.serve("--log-format", "json", "--grace", "0")
        near, far = self.pipe()
        lock = self.ctx.Lock()
        process = self.start_at(served, "hold", lock, far)
        far.close()
        self.recv(near)
        process.terminate()
        self.join(process, exitcode=-signal.SIGTERM)
        await_("the release to be logged", lambda: "released" in served.log())
        records = [json.loads(line) for line in served.log().splitlines()]
        released = [record for record in records if record["message"].endswith("released")]
        self.assertEqual(released[0]["worker"], process.name)
        self.assertEqual(released[0]["level"], "WARNING")
        for record in records:
            self.assertLessEqual({"time", "level", "logger", "thread", "message"}, set(record))


@ONCE
class Notifying(ServeTest):
    """What systemd is told, by datagrams."""

    def test_ready_reloading_stopping(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(self.path("notify"))
            manager.settimeout(PATIENCE)
            os.environ["NOTIFY_SOCKET"] = self.path("notify")
            self.addCleanup(os.environ.pop, "NOTIFY_SOCKET")
            served = self.serve()
            self.assertEqual(self.told(manager), "READY=1\nSTATUS=listening")
            served.process.send_signal(signal.SIGHUP)
            self.assertRegex(self.told(manager), r"^RELOADING=1\nMONOTONIC_USEC=\d+$")
            self.assertEqual(self.told(manager), "READY=1")
            served.process.send_signal(signal.SIGTERM)
            self.assertEqual(self.told(manager), "STOPPING=1\nSTATUS=draining")
            self.assertEqual(served.wait(), 143)
        with self.assertRaises(errors.DaemonUnavailable):
            served.bridge().version()

    def told(self, manager: Any) -> str:
        """Return the next message."""
        return str(manager.recv(4096), "utf-8")
