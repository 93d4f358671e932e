"""The relay, with a client made of the standard library's parts: `managers.dispatch`."""

from __future__ import annotations

import logging
import multiprocessing
import os
import pickle
import queue
import struct
import threading
import warnings
from multiprocessing import managers, process, util
from multiprocessing.connection import Client, Connection
from typing import Any

from jarpipe import _adoption, _fork, errors
from jarpipe._relay import Relay
from tests.support import TestCase, eventually

dispatch: Any = managers.dispatch  # type: ignore[attr-defined]


class RelayTest(TestCase):
    """Objects are served, and nothing is kept by a client that is gone."""

    def setUp(self) -> None:
        super().setUp()
        fds = self.no_new_descriptors()
        fds.__enter__()
        self.addCleanup(fds.__exit__, None, None, None)
        self.addCleanup(eventually, "threads to end", lambda: threading.active_count() == 1)
        self.ctx: Any = multiprocessing.get_context("fork")
        self.relay = Relay(abstract=True)
        ended, self.alive = _fork.pipe()
        self.relay.start(ended)
        self.addCleanup(_fork.close, self.alive)

    def connect(self) -> Connection:
        """Connect as a worker does."""
        address: Any = self.relay.address
        connection: Any = Client(address, authkey=bytes(process.current_process().authkey))
        self.addCleanup(connection.close)
        dispatch(connection, None, "accept_connection", ("test",))
        return connection  # type: ignore[no-any-return]

    def lead(self) -> Connection:
        """Connect as a worker does first."""
        connection = self.connect()
        dispatch(connection, "0", "lead")
        return connection

    def attach(self, obj: Any) -> tuple[Connection, str]:
        """Connect to an object as a worker does."""
        _, (_, token, serializer, _) = self.relay.reference(obj)
        self.assertEqual((serializer, token.address), ("pickle", self.relay.address))
        connection = self.connect()
        dispatch(connection, token.id, "attach")
        return connection, token.id

    def queue(self, maxsize: int = 0) -> Any:
        """Make a queue, which is closed after the test."""
        made = self.ctx.Queue(maxsize)
        self.addCleanup(made.join_thread)
        self.addCleanup(made.close)
        self.addCleanup(made._reader.close)
        self.addCleanup(made._writer.close)
        return made

    def test_address(self) -> None:
        lock = self.ctx.Lock()
        token = self.relay.reference(lock)[1][1]
        self.assertTrue(token.address.startswith(("\0", b"\0")[isinstance(token.address, bytes)]))
        in_a_folder = Relay(abstract=False)
        path = in_a_folder.reference(lock)[1][1].address
        self.assertEqual(os.path.dirname(path), util.get_temp_dir())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside threads
            child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
        self.assertTrue(os.path.exists(path), "a forked child has removed it")
        in_a_folder.close()
        self.assertFalse(os.path.exists(path))

    def test_queue(self) -> None:
        served = self.queue(1)
        line = self.attach(served)
        dispatch(*line, "put", ("item",))
        eventually("the item", lambda: not served.empty())
        self.assertEqual(dispatch(*line, "qsize"), 1)
        self.assertEqual((dispatch(*line, "empty"), dispatch(*line, "full")), (False, True))
        for arguments in ((False,), (True, 0.01), (True, -1)):
            with self.assertRaises(queue.Full):
                dispatch(*line, "put", ("second", *arguments))
        self.assertEqual(dispatch(*line, "get"), "item")
        for arguments in ((False,), (True, 0.01), (True, -1)):
            with self.assertRaises(queue.Empty):
                dispatch(*line, "get", arguments)

    def test_wait_is_given_up_when_the_client_says_more(self) -> None:
        served, lock = self.queue(1), self.ctx.Lock()
        line, lock_line = self.attach(served), self.attach(lock)
        lock.acquire()
        line[0].send((line[1], "get", (), {}))
        lock_line[0].send((lock_line[1], "acquire", (), {}))
        self.assertFalse(line[0].poll(0.2) or lock_line[0].poll(0.2))
        for connection, ident in (line, lock_line):
            connection.send((ident, "attach", (), {}))
        kind, value = line[0].recv()
        self.assertEqual((kind, type(value)), ("#ERROR", queue.Empty))
        self.assertEqual(lock_line[0].recv(), ("#RETURN", False))
        self.assertEqual(line[0].recv(), ("#RETURN", None))
        self.assertEqual(lock_line[0].recv(), ("#RETURN", 0))
        dispatch(*line, "put", (1,))
        line[0].send((line[1], "put", (2,), {}))
        line[0].send((line[1], "qsize", (), {}))
        kind, value = line[0].recv()
        self.assertEqual((kind, type(value)), ("#ERROR", queue.Full))
        self.assertEqual(line[0].recv(), ("#RETURN", 1))
        self.assertEqual(served.get(timeout=30), 1)

    def test_request_that_was_given_up_takes_nothing_that_is_there(self) -> None:
        served = self.queue()
        connection, ident = self.attach(served)
        served.put("item")
        eventually("the item", lambda: not served.empty())
        frames = b""
        for method in ("get", "attach"):
            body = pickle.dumps((ident, method, (), {}))
            frames += struct.pack("!i", len(body)) + body
        os.write(connection.fileno(), frames)  # both at once
        kind, value = connection.recv()
        self.assertEqual((kind, type(value)), ("#ERROR", queue.Empty))
        self.assertEqual(connection.recv(), ("#RETURN", None))
        self.assertEqual(served.get(timeout=30), "item")

    def test_client_that_dies_while_it_waits_takes_nothing(self) -> None:
        served, lock = self.queue(), self.ctx.Lock()
        line, lock_line = self.attach(served), self.attach(lock)
        lock.acquire()
        line[0].send((line[1], "get", (), {}))
        lock_line[0].send((lock_line[1], "acquire", (), {}))
        for connection, _ in (line, lock_line):
            connection.close()
        eventually("the threads to end", lambda: threading.active_count() == 2)
        served.put("item")
        self.assertEqual(served.get(timeout=30), "item")
        lock.release()
        self.assertTrue(lock.acquire(block=False))

    def test_lock_is_released_when_its_holder_dies(self) -> None:
        lock = self.ctx.Lock()
        leading, line, other = self.lead(), self.attach(lock), self.attach(lock)
        self.assertIs(dispatch(*line, "acquire"), True)
        line[0].close()
        eventually("an answer", lambda: dispatch(*other, "locked"))  # the worker may keep it
        other[0].close()
        eventually("the thread to end", lambda: threading.active_count() == 4)
        with self.assertLogs("jarpipe", logging.WARNING) as logs:
            leading.close()
            self.assertTrue(lock.acquire(timeout=30))
            eventually("the threads to end", lambda: threading.active_count() == 2)
        self.assertIn("ended while it held", logs.output[0])

    def test_what_was_released_for_another_is_not_released_again(self) -> None:
        lock = self.ctx.Lock()
        leading, line = self.lead(), self.attach(lock)
        lock.acquire()
        dispatch(*line, "release")
        with self.assertRaisesRegex(ValueError, "released too many times"):
            dispatch(*line, "release")
        self.assertIs(dispatch(*line, "acquire"), True)
        dispatch(*line, "release")
        lock.acquire()
        line[0].close()
        leading.close()
        eventually("the threads to end", lambda: threading.active_count() == 2)
        self.assertFalse(lock.acquire(block=False))

    def test_lock_stays_taken_when_its_holder_detaches_without_waiting_for_a_reply(self) -> None:
        lock, semaphore = self.ctx.Lock(), self.ctx.Semaphore(3)
        leading, line, other = self.lead(), self.attach(lock), self.attach(semaphore)
        dispatch(*line, "acquire")
        for _ in range(2):
            dispatch(*other, "acquire")
        for ident, kept in ((line[1], 1), (other[1], 1)):
            leading.send(("0", "detach", (ident, kept), {}))
        with self.assertLogs("jarpipe", logging.WARNING):
            for connection in (line[0], other[0], leading):
                connection.close()
            eventually("the threads to end", lambda: threading.active_count() == 2)
        self.assertFalse(lock.acquire(block=False))
        self.assertEqual(semaphore.get_value(), 2)

    def test_relay_whose_worker_says_nothing_releases_when_the_worker_has_ended(self) -> None:
        lock = self.ctx.Lock()
        line = self.attach(lock)
        dispatch(*line, "acquire")
        line[0].close()
        with self.assertLogs("jarpipe", logging.WARNING):
            _fork.close(self.alive)
            self.assertTrue(lock.acquire(timeout=30))
            eventually("the threads to end", lambda: threading.active_count() == 1)

    def test_rlock_is_owned_by_a_connection(self) -> None:
        lock = self.ctx.RLock()
        condition = self.ctx.Condition(lock)
        mine, other, sleeper = self.attach(lock), self.attach(lock), self.attach(condition)
        self.assertTrue(dispatch(*mine, "acquire") and dispatch(*mine, "acquire"))
        self.assertEqual((dispatch(*mine, "is_mine"), dispatch(*other, "is_mine")), (True, False))
        self.assertIs(dispatch(*other, "acquire", (0.01,)), False)
        with self.assertRaisesRegex(AssertionError, "not owned"):
            dispatch(*other, "release")
        with self.assertRaisesRegex(AssertionError, "must acquire"):
            dispatch(*sleeper, "wait")
        self.assertIs(dispatch(mine[0], sleeper[1], "wait", (0.01,)), False)
        for _ in range(2):
            dispatch(*mine, "release")
        self.assertTrue(lock.acquire(block=False))

    def test_client_that_dies_while_it_sleeps_leaves_no_ghost(self) -> None:
        event, queue = self.ctx.Event(), self.ctx.JoinableQueue()
        self.addCleanup(queue._writer.close)
        self.addCleanup(queue._reader.close)
        barrier = self.ctx.Barrier(2)
        for served, method in ((event, "wait"), (queue, "join"), (barrier, "wait")):
            queue._unfinished_tasks.release()
            line = self.attach(served)
            line[0].send((line[1], method, (), {}))
            sleeping = served._cond._sleeping_count
            eventually("it to sleep", lambda s=sleeping: s.get_value() == 1)  # type: ignore[misc]
            line[0].close()
            eventually("the thread to end", lambda: threading.active_count() == 2)
            with served._cond:
                served._cond.notify_all()
            self.assertEqual(sleeping.get_value(), 0)
        self.assertEqual((barrier.n_waiting, barrier.broken), (0, False))

    def test_simple_queue_is_given_up_before_an_item_is_touched(self) -> None:
        served = self.ctx.SimpleQueue()
        self.addCleanup(served._reader.close)
        self.addCleanup(served._writer.close)
        line = self.attach(served)
        for call in (("get", ()), ("get", (True, 0.01)), ("get", (False,))):
            line[0].send((line[1], *call, {}))
            if len(call[1]) == 0:
                self.assertFalse(line[0].poll(0.1))
                line[0].send((line[1], "attach", (), {}))
            kind, value = line[0].recv()
            self.assertEqual((kind, type(value).__name__), ("#ERROR", "GivenUp"))
            if len(call[1]) == 0:
                self.assertEqual(line[0].recv(), ("#RETURN", None))
        self.assertTrue(served._rlock.acquire(block=False))
        served._rlock.release()
        os.set_blocking(served._writer.fileno(), False)
        with self.assertRaises(BlockingIOError):
            while True:
                os.write(served._writer.fileno(), bytes(4096))
        os.set_blocking(served._writer.fileno(), True)
        line[0].send((line[1], "put", ("item",), {}))
        eventually("it to hold the lock", lambda: served._wlock._semlock._is_zero())
        line[0].close()
        self.assertTrue(served._wlock.acquire(timeout=30))

    def test_item_in_flight_is_reported(self) -> None:
        served = self.queue()
        line = self.attach(served)
        item = b"x" * (1 << 20)  # more than a socket takes
        with self.assertLogs("jarpipe", logging.WARNING) as logs:
            line[0].send((line[1], "get", (), {}))
            served.put(item)
            self.assertTrue(line[0].poll(30))  # it comes, and is not read
            line[0].close()
            eventually("the threads", lambda: len(threading.enumerate()) == 3)  # and a feeder
        self.assertIn("in flight", logs.output[0])

    def test_key_is_needed_and_only_what_is_served_can_be_called(self) -> None:
        line = self.attach(self.ctx.Lock())
        address: Any = self.relay.address
        with self.assertRaises((multiprocessing.AuthenticationError, EOFError, OSError)):
            Client(address, authkey=b"another key")
        for name in ("_let_go", "_real", "leave"):
            with self.assertRaisesRegex(managers.RemoteError, "exposed"):
                dispatch(*line, name)
        for name in ("create", "shutdown", "debug_info"):
            connection: Any = Client(address, authkey=bytes(process.current_process().authkey))
            with self.assertRaisesRegex(Exception, "unrecognized"):
                dispatch(connection, None, name)
            connection.close()

    def test_relay_ends_with_its_worker(self) -> None:
        line = self.attach(self.ctx.Lock())
        self.assertGreaterEqual(len(_fork._owned), 4)
        _fork.close(self.alive)
        line[0].close()
        eventually("the relay to end", lambda: not _fork._owned)

    def test_relayed_object_is_not_adopted_any_more(self) -> None:
        lock = self.ctx.Lock()
        self.attach(lock)
        self.assertFalse(_adoption.adopt_if_provable(lock))
        with self.assertRaisesRegex(errors.ForkContextError, "relayed"):
            _adoption.adopt(lock)
