"""Java's `MpListener` and `MpClient` against the standard library's `Client` and `Listener`.

The names of CPython's own tests that a test mirrors (`Lib/test/_test_multiprocessing.py`) stand in
its docstring.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import multiprocessing
import os
import re
import signal
import socket
import stat
import threading
import time
from multiprocessing import connection
from multiprocessing.connection import Client, Listener
from typing import Any, Callable, Iterator

import addresses
from addresses import KEY, KINDS, OTHER_KEY, frame, receive_frame
from support import PATIENCE, Remote, await_, waits
from workertest import WorkerTest

SOON = 0.2
"""Seconds for a timeout that a test waits for."""


class ListenerTest(WorkerTest):
    """A test with a Java object at one side of a socket."""

    def remote(self, target: str) -> Remote:
        """Start a Java listener or client to be called; it is ended by the end of its pipe."""
        remote = Remote(self, f"ListenerWorkers::{target}")
        self.addCleanup(self._end, remote)
        return remote

    def _end(self, remote: Remote) -> None:
        with contextlib.suppress(OSError):
            remote.connection.send(None)
        remote.worker.join(PATIENCE)
        remote.connection.close()

    def listening(self, kind: str, key: bytes | None, *options: Any) -> tuple[Remote, str]:
        """Start a Java listener and return it with its address, as Java writes it."""
        remote = self.remote("listener")
        return remote, remote.call("open", addresses.fresh(kind, self.folder), key, *options)

    @contextlib.contextmanager
    def python_listener(self, kind: str, key: bytes | None) -> Iterator[Listener]:
        """Open the standard library's listener."""
        address: Any = addresses.python(addresses.fresh(kind, self.folder))
        with Listener(address, authkey=key) as listener:
            yield listener

    def in_thread(self, action: Callable[[], Any]) -> Callable[[], Any]:
        """Run something beside the test; the result waits for it, or raises what it raised."""
        outcome: list[Any] = []

        def run() -> None:
            try:
                outcome.append((action(), None))
            except BaseException as error:
                outcome.append((None, error))

        thread = threading.Thread(target=run, daemon=True)
        thread.start()

        def result() -> Any:
            thread.join(PATIENCE)
            self.assertTrue(outcome, "waited in vain for a thread")
            value, error = outcome[0]
            if error is not None:
                raise error
            return value

        return result

    def assert_talk(self, remote: Remote, ours: Any) -> None:
        """Check that messages go both ways between a Java connection and ours."""
        ours.send({"from": "Python"})
        self.assertEqual(remote.call("recv"), {"from": "Python"})
        remote.call("send", ("from", "Java", 1729))
        self.assertEqual(self.recv(ours), ("from", "Java", 1729))
        big = os.urandom(200_000)
        sending = self.in_thread(lambda: ours.send_bytes(big))
        self.assertEqual(remote.call("recvBytes"), big)
        sending()
        self.assertTrue(os.get_blocking(ours.fileno()), "our flags were changed")


class JavaListener(ListenerTest):
    """Java listens, CPython's `Client` connects."""

    def test_every_address_with_and_without_key(self) -> None:
        """`_TestListenerClient.test_listener_client`, `_TestListener.test_abstract_socket`."""
        for kind in KINDS:
            for key in (KEY, None):
                if kind == "tcp" and key is None:
                    continue
                with self.subTest(kind=kind, key=key):
                    remote, address = self.listening(kind, key)
                    with Client(addresses.python(address), authkey=key) as client:
                        self.assertEqual(remote.call("accept"), self.name_of(client))
                        self.assert_talk(remote, client)
                        remote.call("closeConnection")
                        with self.assertRaises(EOFError):
                            client.recv()

    def name_of(self, client: Any) -> str:
        """Return what CPython's listener would print as `last_accepted`."""
        with socket.socket(fileno=os.dup(client.fileno())) as view:
            return str(view.getsockname())

    def test_child_process_connects(self) -> None:
        """`_TestListenerClient.test_listener_client`, with the client in a process of its own."""
        for method in ("fork", "spawn"):
            remote, address = self.listening("path", KEY)
            child = self.child(method, send_hello, addresses.python(address), KEY)
            remote.call("accept")
            self.assertEqual(remote.call("recv"), "hello")
            self.join(child)

    def test_client_closes_before_it_is_accepted(self) -> None:
        """`_TestListenerClient.test_issue14725`."""
        for kind in KINDS:
            with self.subTest(kind):
                remote, address = self.listening(kind, KEY)
                with Client(addresses.python(address), authkey=KEY) as client:
                    client.send("hello")
                remote.call("accept")
                self.assertEqual(remote.call("recv"), "hello")
                with self.assertRaisesRegex(RuntimeError, "EOFException"):
                    remote.call("recv")

    def test_client_can_poll_what_was_sent_at_once(self) -> None:
        """`_TestListenerClient.test_issue16955`."""
        for kind in KINDS:
            with self.subTest(kind):
                remote, address = self.listening(kind, KEY)
                with Client(addresses.python(address), authkey=KEY) as client:
                    remote.call("accept")
                    remote.call("sendBytes", b"hello")
                    self.assertTrue(client.poll(PATIENCE))
                    self.assertEqual(client.recv_bytes(), b"hello")

    def test_address_in_use(self) -> None:
        """`_TestListener.test_multiple_bind`."""
        for kind in KINDS:
            with self.subTest(kind):
                _, address = self.listening(kind, KEY)
                with self.assertRaises(OSError):
                    Listener(addresses.python(address), authkey=KEY)
                with self.assertRaisesRegex(RuntimeError, "Address already in use"):
                    self.remote("listener").call("open", address, KEY)
                with self.python_listener(kind, KEY) as listener:
                    taken = addresses.java(listener.address)
                    with self.assertRaisesRegex(RuntimeError, "Address already in use"):
                        self.remote("listener").call("open", taken, KEY)

    def test_nothing_is_accepted_after_the_close(self) -> None:
        """`_TestListener.test_context`."""
        for kind in KINDS:
            with self.subTest(kind):
                remote, address = self.listening(kind, KEY)
                with Client(addresses.python(address), authkey=KEY) as client:
                    remote.call("accept")
                    client.send(1729)
                    self.assertEqual(remote.call("recv"), 1729)
                    remote.call("closeListener")
                    with self.assertRaisesRegex(RuntimeError, "ClosedChannelException"):
                        remote.call("accept")
                    with self.assertRaises((ConnectionRefusedError, FileNotFoundError)):
                        Client(addresses.python(address), authkey=KEY)
                    self.assert_talk(remote, client)
                self.assertEqual(os.listdir(self.folder), [])

    def test_empty_key(self) -> None:
        """`_TestListener.test_empty_authkey`: an empty key is a key, though no secret."""
        remote, address = self.listening("abstract", b"")
        with Client(addresses.python(address), authkey=b"") as client:
            remote.call("accept")
            self.assert_talk(remote, client)
        self.assert_refused(address, KEY)
        with self.assertRaisesRegex(RuntimeError, "without an authkey"):
            self.remote("listener").call("open", "127.0.0.1:0", b"")

    def test_tcp_needs_a_key(self) -> None:
        with self.assertRaisesRegex(RuntimeError, "without an authkey.*withKeylessTcp"):
            self.remote("listener").call("open", "127.0.0.1:0", None)

    def assert_refused(self, address: str, key: bytes) -> None:
        with self.assertRaises(multiprocessing.AuthenticationError):
            Client(addresses.python(address), authkey=key)
        gc.collect()

    def test_wrong_key(self) -> None:
        """`OtherTest.test_deliver_challenge_auth_failure`, seen from both sides."""
        for kind in KINDS:
            with self.subTest(kind):
                remote, address = self.listening(kind, KEY)
                for wrong in (OTHER_KEY, b"", KEY[:-1], KEY + b"\1"):
                    self.assert_refused(address, wrong)
                refusals = await_("refusals", functools.partial(self.refusals, remote, 4))
                for why in refusals:
                    self.assertRegex(why, "^MpAuthenticationException: digest received was wrong")
                with Client(addresses.python(address), authkey=KEY) as client:
                    remote.call("accept")
                    self.assert_talk(remote, client)

    def refusals(self, remote: Remote, count: int) -> Any:
        """Return who was refused if they are that many."""
        refusals = remote.call("refusals")
        return refusals if len(refusals) >= count else None

    def test_client_without_key(self) -> None:
        """One-sided: CPython's accept() would block, or raise; here it concerns the one client."""
        remote, address = self.listening("path", KEY, SOON)
        with Client(addresses.python(address)) as silent:
            with Client(addresses.python(address)) as talkative:
                talkative.send({"no": "key"})
                refusals = await_("refusals", lambda: self.refusals(remote, 2))
                self.assertRegex(refusals[0], "perhaps the (client|peer) has no authkey")
                self.assertRegex(refusals[1], "did not answer the challenge within.*no authkey")
                for client in (silent, talkative):
                    with self.assertRaisesRegex(Exception, "invalid load key, '#'"):
                        client.recv()

    def test_bogus_answers(self) -> None:
        """`OtherTest.test_deliver_challenge_auth_failure`, with what is no digest at all."""
        remote, address = self.listening("path", KEY)
        for count, bogus in enumerate(
            (b"something bogus", b"", b"x" * 16, b"{sha512}" + b"x" * 64, b"#WELCOME#", b"x" * 256),
            1,
        ):
            with self.subTest(bogus), addresses.plain_socket(address) as plain:
                self.assertRegex(receive_frame(plain), rb"(?s)^#CHALLENGE#\{sha256\}.{40}\Z")
                plain.sendall(frame(bogus))
                self.assertEqual(receive_frame(plain), b"#FAILURE#")
                self.assertEqual(receive_frame(plain), b"")
                await_("refusal", lambda count=count: self.refusals(remote, count))
        for why in remote.call("refusals"):
            self.assertIn("MpAuthenticationException", why)

    def test_stalled_clients_delay_nobody(self) -> None:
        remote, address = self.listening("abstract", KEY, PATIENCE)
        stalled = [addresses.plain_socket(address) for _ in range(40)]
        for number, plain in enumerate(stalled):
            self.addCleanup(plain.close)
            plain.sendall(frame(b"x" * 16)[: number % 20])  # nothing, or a part of an answer
        for number in range(10):
            with Client(addresses.python(address), authkey=KEY) as client:
                remote.call("accept")
                client.send(number)
                self.assertEqual(remote.call("recv"), number)
        self.assertEqual(remote.call("refusals"), [])

    def test_the_oldest_handshake_gives_way(self) -> None:
        remote, address = self.listening("abstract", KEY, PATIENCE, 3)
        stalled = [addresses.plain_socket(address) for _ in range(3)]
        for plain in stalled:
            self.addCleanup(plain.close)
            self.assertIn(b"#CHALLENGE#", receive_frame(plain))
        with Client(addresses.python(address), authkey=KEY) as client:
            remote.call("accept")
            self.assert_talk(remote, client)
        self.assertEqual(receive_frame(stalled[0]), b"", "the oldest is closed")
        refusals = await_("a refusal", lambda: self.refusals(remote, 1))
        self.assertEqual(len(refusals), 1)
        self.assertIn("gave way to newer clients: 3 others", refusals[0])

    def test_a_handshake_has_a_deadline_even_if_bytes_come(self) -> None:
        remote, address = self.listening("abstract", KEY, SOON)
        with addresses.plain_socket(address) as plain:
            plain.setblocking(True)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                for byte in frame(b"x" * 250):
                    plain.sendall(bytes([byte]))
                    time.sleep(SOON / 20)  # slow, but never silent
            refusals = await_("a refusal", lambda: self.refusals(remote, 1))
        self.assertRegex(refusals[0], "did not answer the challenge within 0.2 s")

    def test_accept_with_a_timeout(self) -> None:
        remote, address = self.listening("path", KEY)
        self.assertIs(remote.call("acceptWithin", 0.001), False)
        self.assertIsNone(remote.call("lastAccepted"))
        with Client(addresses.python(address), authkey=KEY) as client:
            self.assertIs(remote.call("acceptWithin", PATIENCE), True)
            self.assertEqual(remote.call("lastAccepted"), "")
            self.assert_talk(remote, client)

    def test_socket_file(self) -> None:
        remote, address = self.listening("path", KEY)
        self.assertEqual(stat.S_IMODE(os.stat(address).st_mode), 0o600)
        remote.call("closeListener")
        self.assertFalse(os.path.exists(address))
        remote, address = self.listening("path", KEY, 1, 10, "rw-rw----")
        self.assertEqual(stat.S_IMODE(os.stat(address).st_mode), 0o660)

    def test_stale_socket_of_python_is_replaced(self) -> None:
        path = self.path("stale")
        listener = Listener(path)
        os.link(path, self.path("kept"))
        listener.close()
        os.rename(self.path("kept"), path)
        remote = self.remote("listener")
        self.assertEqual(remote.call("open", path, KEY), path)
        with Client(path, authkey=KEY) as client:
            remote.call("accept")
            self.assert_talk(remote, client)

    def test_a_worker_that_is_terminated_stops_listening(self) -> None:
        near, far = self.pipe()
        address = addresses.fresh("path", self.folder)
        worker = self.worker("ListenerWorkers::echo", far, address, KEY)
        far.close()
        self.assertEqual(self.recv(near), ("listening", address))
        with Client(address, authkey=KEY) as client:
            client.send_bytes(b"message")
            self.assertEqual(self.recv_bytes(client), b"message")
        worker.terminate()
        self.join(worker, exitcode=-15)
        await_("the socket to be gone", lambda: not os.path.exists(address))


class JavaClient(ListenerTest):
    """CPython's `Listener` listens, Java connects."""

    def test_every_address_with_and_without_key(self) -> None:
        """`_TestListenerClient.test_listener_client`, the other way round."""
        for kind in KINDS:
            for key in (KEY, None):
                with self.subTest(kind=kind, key=key), self.python_listener(kind, key) as listener:
                    remote = self.remote("client")
                    accepted = self.in_thread(listener.accept)
                    remote.call("connect", addresses.java(listener.address), key)
                    with accepted() as ours:
                        self.assert_talk(remote, ours)
                        ours.close()
                    with self.assertRaisesRegex(RuntimeError, "EOFException"):
                        remote.call("recv")

    def test_host_name(self) -> None:
        with Listener(("localhost", 0), authkey=KEY) as listener:
            remote = self.remote("client")
            accepted = self.in_thread(listener.accept)
            remote.call("connect", f"tcp://localhost:{listener.address[1]}", KEY)
            with accepted() as ours:
                self.assert_talk(remote, ours)

    def test_wrong_key(self) -> None:
        """`OtherTest.test_answer_challenge_auth_failure`, with a real listener."""
        for kind in KINDS:
            with self.subTest(kind), self.python_listener(kind, KEY) as listener:
                accepted = self.in_thread(listener.accept)
                with self.assertRaisesRegex(
                    RuntimeError, "MpAuth.*digest sent was rejected.*authkey"
                ):
                    self.remote("client").call(
                        "connect", addresses.java(listener.address), OTHER_KEY
                    )
                with self.assertRaisesRegex(
                    multiprocessing.AuthenticationError, "received was wrong"
                ):
                    accepted()
                gc.collect()

    def test_empty_key(self) -> None:
        """`_TestListener.test_empty_authkey`: from 3.13 on a listener challenges with it, too."""
        with self.python_listener("abstract", b"") as listener:
            challenges = listener._authkey is not None and _challenges_with_empty_key()
            accepted = self.in_thread(listener.accept)
            remote = self.remote("client")
            address = addresses.java(listener.address)
            if challenges:
                remote.call("connect", address, b"")
                with accepted() as ours:
                    self.assert_talk(remote, ours)
            else:
                with self.assertRaisesRegex(
                    RuntimeError, "no challenge within.*before CPython 3.13"
                ):
                    remote.call("connect", address, b"", SOON)
                accepted().close()

    def test_listener_without_key(self) -> None:
        """One-sided: CPython's `Client` hangs."""
        with self.python_listener("path", None) as listener:
            accepted = self.in_thread(listener.accept)
            expected = (
                "MpAuthenticationException: the listener sent no challenge within 0.2 s: perhaps"
            )
            with self.assertRaisesRegex(RuntimeError, expected):
                self.remote("client").call("connect", addresses.java(listener.address), KEY, SOON)
            accepted().close()

    def test_listener_without_key_that_speaks_first(self) -> None:
        with self.python_listener("path", None) as listener:

            def accept() -> None:
                with listener.accept() as ours:
                    ours.send("welcome")
                    with self.assertRaises((EOFError, ConnectionResetError)):
                        ours.recv()

            accepted = self.in_thread(accept)
            with self.assertRaisesRegex(
                RuntimeError, "Protocol error, expected challenge.*no authkey"
            ):
                self.remote("client").call("connect", addresses.java(listener.address), KEY)
            accepted()

    def test_client_without_key(self) -> None:
        """One-sided: CPython says ``invalid load key, '#'``."""
        with self.python_listener("path", KEY) as listener:
            accepted = self.in_thread(listener.accept)
            remote = self.remote("client")
            remote.call("connect", addresses.java(listener.address), None)
            with self.assertRaisesRegex(RuntimeError, "PickleException.*demands authentication"):
                remote.call("recv")
            remote.call("closeConnection")
            with self.assertRaises((EOFError, OSError)):
                accepted()
            gc.collect()

    def test_bogus_challenge_and_verdict(self) -> None:
        """`OtherTest.test_answer_challenge_auth_failure`: a message, then something bogus."""
        for messages, expected in (
            ([b"something bogus"], "Protocol error, expected challenge"),
            ([b"#CHALLENGE#" + b"x" * 20, b"something bogus"], "digest sent was rejected"),
            ([b"#CHALLENGE#" + b"x" * 19], "challenge too short"),
            ([b"#CHALLENGE#{sha512}" + b"x" * 40], "unsupported"),
            (
                [b"#CHALLENGE#" + b"x" * 20, b"#WELCOME#", b"bogus"],
                "digest received was wrong|unsupported",
            ),
            ([b"#CHALLENGE#" + b"x" * 300], "length"),
            ([], "closed the connection during the handshake"),
        ):
            with self.subTest(messages), self.bogus_listener(messages) as address:
                with self.assertRaisesRegex(RuntimeError, expected):
                    self.remote("client").call("connect", address, KEY)

    @contextlib.contextmanager
    def bogus_listener(self, messages: list[bytes]) -> Iterator[str]:
        """Listen with a plain socket for one client, send it messages, and go."""
        with socket.socket(socket.AF_UNIX) as listening:
            address = addresses.fresh("abstract", self.folder)
            listening.bind(addresses.python(address))
            listening.listen(1)

            def serve() -> None:
                plain, _ = listening.accept()
                with plain, contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    plain.sendall(b"".join(map(frame, messages)))
                    plain.shutdown(socket.SHUT_WR)
                    while plain.recv(4096):
                        pass

            served = self.in_thread(serve)
            yield address
            served()

    def test_digests(self) -> None:
        """`ChallengeResponseTest.test_challengeresponse`: every digest a listener may ask for."""
        names: list[str | None] = ["md5", "sha256", "sha384", "sha3_256", "sha3_384"]
        if not addresses.NAMES_DIGESTS:
            names = [None]
        for name in names:
            with self.subTest(name), self.python_listener("path", None) as listener:

                def accept(name: str | None = name) -> Any:
                    ours = listener.accept()
                    options = {"digest_name": name} if name else {}
                    connection.deliver_challenge(ours, KEY, **options)
                    connection.answer_challenge(ours, KEY)
                    return ours

                accepted = self.in_thread(accept)
                remote = self.remote("client")
                remote.call("connect", addresses.java(listener.address), KEY)
                with accepted() as ours:
                    self.assert_talk(remote, ours)

    def test_nobody_listens(self) -> None:
        for address in ("@jarpipe-test-nobody", self.path("nobody"), "127.0.0.1:1"):
            with self.assertRaisesRegex(RuntimeError, r"PosixException.*E(NOENT|CONNREFUSED)"):
                self.remote("client").call("connect", address, KEY)

    def test_default_timeout_of_sockets(self) -> None:
        """`TestTimeouts.test_timeout`: its listener, which must wait longer than sockets do."""
        before = socket.getdefaulttimeout()
        socket.setdefaulttimeout(SOON / 2)
        self.addCleanup(socket.setdefaulttimeout, before)
        remote = self.remote("client")
        with Listener(("127.0.0.1", 0)) as listener:
            remote.call("connect", addresses.java(listener.address), None)
            with listener.accept() as ours:
                waiting = self.in_thread(ours.recv)
                time.sleep(SOON)  # what the test is about: longer than the default timeout
                remote.call("send", 456)
                self.assertEqual(waiting(), 456)

    def test_signal_while_python_accepts(self) -> None:
        """`TestIgnoreEINTR.test_ignore_listener`."""
        near, far = self.pipe()
        child = self.child("fork", accept_and_welcome, far, self.path("welcome"))
        address = self.recv(near)
        await_("the child to wait", lambda: waits(child.pid))
        os.kill(child.pid, signal.SIGUSR1)
        self.assertEqual(self.recv(near), "signal")
        remote = self.remote("client")
        remote.call("connect", address, None)
        self.assertEqual(remote.call("recv"), "welcome")
        remote.call("closeConnection")
        self.join(child)

    def test_full_backlog(self) -> None:
        """A busy CPython listener has a backlog of 1; the client waits for its turn."""
        with self.python_listener("path", KEY) as listener:
            address = addresses.java(listener.address)
            first = [addresses.plain_socket(address) for _ in range(2)]
            with self.assertRaisesRegex(RuntimeError, "ETIMEDOUT"):
                self.remote("client").call("connect", address, KEY, SOON)
            remote = self.remote("client")
            remote.begin("connect", address, KEY, PATIENCE)
            for plain in first:
                plain.close()
                with self.assertRaises((EOFError, OSError)):
                    listener.accept()
            with listener.accept() as ours:
                remote.end()
                self.assert_talk(remote, ours)
            gc.collect()


def _challenges_with_empty_key() -> bool:
    """Say whether this version's listener challenges although its key is empty (3.13 does)."""
    import inspect

    return not re.search(r"if self\._authkey:", inspect.getsource(Listener.accept))


def accept_and_welcome(told: Any, address: str) -> None:
    """Listen, handle a signal, and welcome a client; runs in a child."""
    signal.signal(signal.SIGUSR1, lambda number, frame: told.send("signal"))
    with Listener(address) as listener:
        told.send(address)
        with listener.accept() as client:
            client.send("welcome")
            with contextlib.suppress(EOFError):
                client.recv()


def send_hello(address: Any, key: bytes) -> None:
    """Connect and say hello; runs in a child."""
    with Client(address, authkey=key) as client:
        client.send("hello")
