"""`/metrics`: what was counted is what happened."""

from __future__ import annotations

import multiprocessing
import signal
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client
from typing import Any

import addresses
import jarpipe
from jarpipe import errors
from monitors import Monitored
from programs import command
from support import ONCE, WORKERS, await_
from test_serve import ServeTest


class Metrics(ServeTest):
    """The figures of a daemon with workers and a service."""

    def monitored(self, *options: str) -> Monitored:
        """Start a daemon; it is killed after the test."""
        served = Monitored(self.folder, *options)
        self.addCleanup(served.stop)
        return served

    def test_traffic_outlives_the_workers(self) -> None:
        served = self.monitored()
        jobs, results = self.queue(), self.queue()
        process = self.start_at(served, "pass", jobs, results)
        for number in range(50):
            jobs.put("x" * number)
            self.get(results)
        metrics = served.metrics()
        self.assertEqual(metrics['jarpipe_items_total{direction="in",kind="queue"}'], 50)
        self.assertEqual(metrics["jarpipe_workers_running"], 1)
        self.assertEqual(metrics["jarpipe_queues"], 2)
        jobs.put(None)
        self.join(process)
        await_("the end to be counted", lambda: served.metrics()["jarpipe_workers_running"] == 0)
        metrics = served.metrics()
        self.assertEqual(metrics['jarpipe_items_total{direction="in",kind="queue"}'], 51)
        self.assertEqual(metrics['jarpipe_items_total{direction="out",kind="queue"}'], 50)
        bytes_in = metrics['jarpipe_bytes_total{direction="in",kind="queue"}']
        self.assertTrue(50 * 49 / 2 < bytes_in < 50 * 49 / 2 + 51 * 25, bytes_in)
        waits = metrics['jarpipe_wait_seconds_count{direction="in",kind="queue"}']
        self.assertTrue(1 <= waits <= 200, waits)
        self.assertEqual(metrics["jarpipe_workers_started_total"], 1)
        self.assertGreater(metrics["process_files_open_files"], 10)
        self.assertGreater(metrics["process_resident_memory_bytes"], 10 << 20)

    @ONCE
    def test_depth_is_that_of_the_queue_not_of_its_users(self) -> None:
        served = self.monitored()
        queue, ends = self.queue(), []
        for _ in range(2):
            near, far = self.pipe()
            ends.append((near, self.start_at(served, "LimitWorkers::keep", queue, far)))
            far.close()
            self.recv(near)
        for number in range(7):
            queue.put(number)
        await_("the items", lambda: served.metrics()["jarpipe_queue_items"] == 7)
        self.assertEqual(served.metrics()["jarpipe_queues"], 1)
        listed = command("ps", "--endpoints", "--address", served.address).stdout.splitlines()
        rows = [line.split() for line in listed if "Queue[" in line]
        self.assertEqual([row[2:4] for row in rows], [["7", "0"]] * 2)
        self.assertEqual(sum("Connection" in line for line in listed), 2, listed)
        for near, process in ends:
            near.send("go")
            self.join(process)
        for _ in range(7):
            self.get(queue)

    @ONCE
    def test_ends_and_failures(self) -> None:
        served = self.monitored()
        with self.assertRaises(errors.TargetError):
            self.start_at(served, "missing")
        near, far = self.pipe()
        process = self.start_at(served, "stay", far)
        far.close()
        self.recv(near)
        process.terminate()
        self.join(process, exitcode=-signal.SIGTERM)
        with self.assertRaises(errors.AuthenticationFailed):
            jarpipe.Bridge(served.address, b"another key").version()

        def all_counted() -> Any:
            metrics = served.metrics()
            return (
                metrics['jarpipe_start_failures_total{error="TargetError"}'] == 1
                and metrics['jarpipe_workers_ended_total{outcome="terminated"}'] == 1
                and metrics['jarpipe_refused_clients_total{door="daemon",reason="key"}'] == 1
                and metrics["jarpipe_connections"] == 0
            )

        await_("everything to be counted", all_counted)

    def test_services(self) -> None:
        echo = self.path("echo")
        served = self.monitored("--service", f"{echo}={WORKERS}ServiceWorkers::echo")
        address: Any = addresses.python(echo)
        with self.assertRaises(AuthenticationError):
            Client(address, authkey=b"another key")
        with Client(address, authkey=served.key()) as client:
            client.send("x" * 1000)
            self.assertEqual(len(self.recv(client)), 1000)
            label = f'{{service="{echo}"}}'
            self.assertEqual(served.metrics()[f"jarpipe_service_connections{label}"], 1)
        await_(
            "the client to be gone",
            lambda: served.metrics()[f"jarpipe_service_connections{label}"] == 0,
        )
        metrics = served.metrics()
        self.assertEqual(metrics['jarpipe_items_total{direction="in",kind="connection"}'], 1)
        self.assertGreater(metrics['jarpipe_bytes_total{direction="out",kind="connection"}'], 1000)
        self.assertEqual(metrics[f'jarpipe_refused_clients_total{{door="{echo}",reason="key"}}'], 1)
        self.assertEqual(metrics[f"jarpipe_service_failures_total{label}"], 0)

    def test_relayed_queue(self) -> None:
        """Objects of a fork context that others know are relayed: a request and a reply each."""
        served = self.monitored()
        context: Any = multiprocessing.get_context("fork")
        jobs, results = context.Queue(), context.Queue()
        for queue in (jobs, results):
            self.addCleanup(queue._reader.close)
            self.addCleanup(queue._writer.close)
            self.addCleanup(queue.join_thread)
            self.addCleanup(queue.close)
        jobs.put("known to a feeder thread")
        process = self.start_at(served, "pass", jobs, results)
        self.assertEqual(self.get(results), "known to a feeder thread")
        jobs.put(None)
        self.join(process)
        await_("the end to be counted", lambda: served.metrics()["jarpipe_workers_running"] == 0)
        metrics = served.metrics()
        out = metrics['jarpipe_items_total{direction="out",kind="relay"}']
        self.assertGreaterEqual(out, 2)
        replies = metrics['jarpipe_items_total{direction="in",kind="relay"}']
        self.assertIn(out - replies, (0, 1), "nobody waits for the reply to the last request")

    @ONCE
    def test_rates_of_ps(self) -> None:
        served = self.monitored()
        jobs, results = self.queue(), self.queue()
        process = self.start_at(served, "pass", jobs, results)
        for number in range(200):
            jobs.put(number)
        for _ in range(200):
            self.get(results)
        head, line = command("ps", "--address", served.address).stdout.splitlines()[:2]
        row = dict(zip(head.split(), line.split()))
        self.assertGreater(float(row["ITEMS/S"]), 1)
        self.assertGreater(float(row["BYTES/S"]), float(row["ITEMS/S"]))
        self.assertEqual(row["HELD"], "0")
        jobs.put(None)
        self.join(process)
