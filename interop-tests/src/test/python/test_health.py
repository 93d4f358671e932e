"""`/healthz`, `/readyz` and `jarpipe health`: alive, ready, and why not."""

from __future__ import annotations

import os
import signal
import socket
from typing import Any

import jarpipe
from monitors import Monitored
from programs import Served, command
from support import ONCE, PATIENCE, await_, environment
from test_serve import ServeTest


class HealthTest(ServeTest):
    """A test with a daemon that has an HTTP door."""

    def monitored(self, *options: str, **more: Any) -> Monitored:
        """Start a daemon; it is killed after the test."""
        served = Monitored(self.folder, *options, **more)
        self.addCleanup(served.stop)
        return served


@ONCE
class Pages(HealthTest):
    """What is answered, and what is not."""

    def test_pages(self) -> None:
        served = self.monitored()
        self.assertEqual(served.ask("/healthz"), (200, "alive\n"))
        self.assertEqual(served.ask("/readyz?verbose"), (200, "ready\n"))
        self.assertEqual(served.ask("/healthz", "HEAD"), (200, ""))
        self.assertEqual(served.ask("/healthz", "DELETE")[0], 405)
        self.assertEqual(served.ask("/"), (404, "there are [/healthz, /metrics, /readyz]\n"))
        self.assertEqual(served.metrics()["jarpipe_ready"], 1)

    def test_unix_socket(self) -> None:
        path = self.path("http.sock")
        served = self.monitored(http=path)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        self.assertEqual(served.ask("/healthz"), (200, "alive\n"))
        done = command("health", "--http", path)
        self.assertEqual((done.returncode, done.stdout), (0, f"{path}: alive\n"))
        served.process.send_signal(signal.SIGTERM)
        self.assertEqual(served.wait(), 143)
        self.assertFalse(os.path.exists(path), "the socket's file is left behind")

    def test_who_speaks_no_http_is_told_or_closed(self) -> None:
        served = self.monitored()
        host, port = served.http.split(":")
        for bytes_ in (b"\x00\x00\x00\x14#CHALLENGE#\r\n\r\n", b"GET " + b"x" * 5000 + b"\r\n\r\n"):
            with socket.create_connection((host, int(port)), timeout=PATIENCE) as client:
                client.sendall(bytes_)
                reply = b""
                while not reply.endswith(b"this is no HTTP request\n"):
                    more = client.recv(1000)
                    self.assertTrue(more, reply)
                    reply += more
                self.assertTrue(reply.startswith(b"HTTP/1.1 400 "), reply)
        self.assertEqual(served.ask("/healthz")[0], 200)

    def test_other_machines_only_if_that_is_meant(self) -> None:
        self.assert_refuses(
            *("--address", self.path("jarpipe.sock"), "--http", "0.0.0.0:0"),
            says=("--http 0.0.0.0:0 can be reached from other machines", "--http-anywhere"),
        )
        self.assertEqual(os.listdir(self.folder), [])
        served = self.monitored("--http-anywhere", http="0.0.0.0:0")
        served.http = served.http.replace("0.0.0.0", "127.0.0.1")
        self.assertEqual(served.ask("/healthz")[0], 200)

    def test_port_that_is_taken(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            where = f"127.0.0.1:{other.getsockname()[1]}"
            self.assert_refuses(
                *("--address", self.path("jarpipe.sock"), "--http", where),
                says=(f"cannot listen at {where}",),
            )
        self.assertEqual(os.listdir(self.folder), ["jarpipe.sock.key"])


class Draining(HealthTest):
    """A daemon that drains is alive and not ready, while a Python program is still at work."""

    def test_alive_but_not_ready(self) -> None:
        served = self.monitored("--grace", "300")
        jobs, results = self.queue(), self.queue()
        process = self.start_at(served, "pass", jobs, results)
        served.process.send_signal(signal.SIGTERM)
        await_("the daemon to drain", lambda: served.ask("/readyz")[0] == 503)
        self.assertEqual(served.ask("/readyz"), (503, "not ready: draining: the daemon ends\n"))
        self.assertEqual(served.ask("/healthz"), (200, "alive\n"))
        self.assertEqual(served.metrics()["jarpipe_ready"], 0)
        done = command("health", "--ready", "--http", served.http)
        self.assertEqual(done.returncode, 1)
        self.assertIn("not ready: draining", done.stdout)
        jobs.put("still served")
        self.assertEqual(self.get(results), "still served")
        jobs.put(None)
        self.join(process)
        self.assertEqual(served.wait(), 143)


@ONCE
class Command(HealthTest):
    """`jarpipe health` for a container's HEALTHCHECK."""

    def test_stopped_daemon(self) -> None:
        served = self.monitored()
        variables = {"JARPIPE_HTTP": served.http}
        done = command("health", **variables)
        self.assertEqual((done.returncode, done.stdout), (0, f"{served.http}: alive\n"))
        served.process.send_signal(signal.SIGSTOP)
        done = command("health", "--timeout", "1", **variables)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "jarpipe: the daemon did not answer in time\n")
        served.process.send_signal(signal.SIGCONT)
        served.process.kill()
        served.wait()
        done = command("health", **variables)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"nobody answers at {served.http}", done.stderr)

    def test_without_http_as_a_client(self) -> None:
        served = Served(self.folder)
        self.addCleanup(served.stop)
        done = command("health", "--address", served.address)
        self.assertEqual((done.returncode, done.stdout), (0, f"{served.address}: alive\n"))
        served.stop()
        done = command("health", "--address", served.address)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no daemon answers at", done.stderr)


@ONCE
class Private(HealthTest):
    """A private daemon has no HTTP door, and does not pay for one."""

    def test_nothing_of_it_is_loaded(self) -> None:
        log = self.path("classes")
        options = f"-Xlog:class+load:file={log}"
        with environment(JARPIPE_JAVA_OPTIONS=options, JARPIPE_HTTP="127.0.0.1:0"):
            with jarpipe.Bridge() as bridge:
                bridge.version()
        with open(log, encoding="utf-8") as file:
            classes = file.read()
        self.assertIn("io.jarpipe.daemon.frontdoor.PrivateDoor ", classes)
        for package in ("io.micrometer", "io.prometheus", "io.netty", "picocli"):
            self.assertNotIn(package, classes)
