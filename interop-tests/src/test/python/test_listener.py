"""Java's `MpListener` against the standard library's `Client`.

The names of CPython's own tests that a test mirrors (`Lib/test/_test_multiprocessing.py`) stand in
its docstring.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import multiprocessing
import os
import socket
import stat
import time
from multiprocessing.connection import Client, Listener
from typing import Any

import addresses
from addresses import KEY, KINDS, OTHER_KEY, frame, receive_frame
from listeners import SOON, ListenerTest
from support import PATIENCE, Remote, await_


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


def send_hello(address: Any, key: bytes) -> None:
    """Connect and say hello; runs in a child."""
    with Client(address, authkey=key) as client:
        client.send("hello")
