"""Java's `MpClient` against the standard library's `Listener`.

The names of CPython's own tests that a test mirrors (`Lib/test/_test_multiprocessing.py`) stand in
its docstring.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import re
import signal
import socket
import time
from multiprocessing import connection
from multiprocessing.connection import Listener
from typing import Any, Iterator

import addresses
from addresses import KEY, KINDS, OTHER_KEY, frame
from listeners import SOON, ListenerTest
from support import PATIENCE, await_, waits


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
