"""A shared daemon: address, key, version, and every way in which it may fail us."""

from __future__ import annotations

import multiprocessing
import os
import socket
import threading
from typing import Any

import jarpipe
from jarpipe import errors
from tests.support import TestCase


class SharedDaemonTest(TestCase):
    """Bridges to a stand-in for `jarpipe serve`."""

    def start(self, target: str = "fake.Return", *args: Any) -> int | None:
        """Run a process of the default bridge to its end."""
        with jarpipe.Bridge() as bridge:
            worker = bridge.get_context().Process(target=target, args=args)
            worker.start()
            worker.join()
            return worker.exitcode

    def test_address_and_key_file_come_from_the_environment(self) -> None:
        with self.shared_daemon() as address:
            os.environ["JARPIPE_ADDRESS"] = address
            self.assertEqual(self.start("fake.Return::3"), 3)
            os.rename(address + ".key", os.path.join(self.folder, "moved"))
            os.environ["JARPIPE_AUTHKEY_FILE"] = os.path.join(self.folder, "moved")
            self.assertEqual(self.start("fake.Return::4"), 4)

    def test_address_and_key_are_given(self) -> None:
        with self.shared_daemon() as address, jarpipe.Bridge(address, b"a secret") as bridge:
            self.assertEqual(bridge.version()["java"], "25.0.1")
            self.assertEqual((bridge.address, bridge.pid, bridge.workers()), (address, None, []))
            self.assertEqual(repr(bridge), f"<Bridge shared {address}>")

    def test_abstract_address(self) -> None:
        from jarpipe._wire import socket_address

        self.assertEqual(socket_address("@name"), "\0name")
        self.assertEqual(socket_address("/a/path"), "/a/path")

    def test_holds_no_descriptor(self) -> None:
        with self.shared_daemon() as address, self.no_new_descriptors():
            bridge = jarpipe.Bridge(address)
            bridge.version()

    def test_workers_survive_the_bridge(self) -> None:
        with self.shared_daemon() as address:
            with jarpipe.Bridge(address) as bridge:
                worker = bridge.get_context().Process(target="fake.Wait")
                worker.start()
            self.assertTrue(worker.is_alive())
            worker.terminate()
            worker.join()
            self.assertEqual(worker.exitcode, -15)

    def test_no_daemon(self) -> None:
        missing = os.path.join(self.folder, "missing")
        stale = os.path.join(self.folder, "stale")
        with socket.socket(socket.AF_UNIX) as sock:
            sock.bind(stale)
        for address in (missing, stale, "@jarpipe-test-nobody"):
            with self.subTest(address), self.assertRaises(errors.DaemonUnavailable) as caught:
                jarpipe.Bridge(address, b"key").version()
            self.assertEqual(caught.exception.address, address)
            self.assertRegex(
                str(caught.exception), "is not there: .*jarpipe serve.*JARPIPE_ADDRESS"
            )

    def test_unusable_address(self) -> None:
        with self.assertRaisesRegex(errors.DaemonUnavailable, "cannot be reached"):
            jarpipe.Bridge(self.write("file", "") + "/socket", b"key").version()

    def test_wrong_key(self) -> None:
        with self.shared_daemon() as address:
            with self.assertRaises(errors.AuthenticationFailed) as caught:
                jarpipe.Bridge(address, b"another secret").version()
            self.assertIsInstance(caught.exception, multiprocessing.AuthenticationError)
            self.assertEqual(caught.exception.address, address)
            self.assertNotIn("secret", str(caught.exception))
            self.write("wrong.key", "wrong")
            os.environ["JARPIPE_AUTHKEY_FILE"] = os.path.join(self.folder, "wrong.key")
            with self.assertRaisesRegex(errors.AuthenticationFailed, "wrong.key"):
                jarpipe.Bridge(address).version()

    def test_no_key(self) -> None:
        with self.shared_daemon() as address:
            self.write("socket.key", "\n")
            with self.assertRaisesRegex(errors.AuthenticationFailed, r"socket.key .* is empty"):
                jarpipe.Bridge(address).version()
            os.unlink(address + ".key")
            with self.assertRaisesRegex(
                errors.AuthenticationFailed, "cannot be read.*AUTHKEY_FILE"
            ):
                jarpipe.Bridge(address).version()

    def test_hang_up_in_the_handshake(self) -> None:
        with self.shared_daemon("hang up") as address, self.assertRaises(
            errors.AuthenticationFailed
        ):
            jarpipe.Bridge(address).version()

    def test_silence_in_the_handshake(self) -> None:
        with self.shared_daemon("no handshake") as address, self.assertRaisesRegex(
            errors.DaemonUnavailable, "not answered for 0.05 s"
        ):
            jarpipe.Bridge(address, start_timeout=0.05).version()

    def test_silence_after_the_handshake(self) -> None:
        with self.shared_daemon("silent") as address, self.no_new_descriptors():
            bridge = jarpipe.Bridge(address, start_timeout=0.3)
            self.assertRaisesRegex(
                errors.DaemonUnavailable, "not answered for 0.3 s", bridge.version
            )

    def test_full_queue_of_connections(self) -> None:
        address = os.path.join(self.folder, "full")
        with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as first:
            listener.bind(address)
            listener.listen(0)
            first.connect(address)
            with self.assertRaisesRegex(errors.DaemonUnavailable, "not answered for 0.05 s"):
                jarpipe.Bridge(address, b"key", start_timeout=0.05).version()

    def test_too_old(self) -> None:
        with self.shared_daemon("too old") as address:
            bridge = jarpipe.Bridge(address)
            worker = bridge.get_context().Process(target="fake.Return")
            with self.assertRaisesRegex(errors.DaemonTooOld, "upgrade the daemon") as caught:
                worker.start()
            self.assertEqual((caught.exception.found, caught.exception.needed), (0, 1))
            self.assertIsNone(worker.pid)

    def test_newer_is_welcome(self) -> None:
        from jarpipe._daemons import check_version

        check_version({"daemon": "9.0", "protocol": 9})

    def test_unknown_kind_of_reply(self) -> None:
        with self.shared_daemon("odd reply") as address, self.assertRaisesRegex(
            errors.DaemonError, "unknown kind '#ODD'"
        ):
            jarpipe.Bridge(address).version()

    def test_errors_of_the_daemon_come_out_of_start(self) -> None:
        expected: list[tuple[type[errors.JarpipeError], dict[str, Any]]] = [
            (errors.TargetError, {"target": "pkg.None"}),
            (errors.ArgumentError, {"parameter": "n", "python_type": "str", "java_type": "int"}),
            (errors.VanishedError, {"object": "Queue", "name": "/mp-gone"}),
            (errors.UnsupportedArgument, {"python_type": "set"}),
            (errors.ClientTooOld, {"daemon": "9.0", "found": 1, "needed": 9}),
        ]
        with self.shared_daemon() as address:
            bridge = jarpipe.Bridge(address)
            for kind, fields in expected:
                worker = bridge.get_context().Process(target=f"fake.Error::{kind.__name__}")
                with self.subTest(kind), self.assertRaises(kind) as caught:
                    worker.start()
                self.assertIs(type(caught.exception), kind)
                self.assertEqual(str(caught.exception), f"cause and cure of {kind.__name__}")
                self.assertEqual(caught.exception.fields, fields)
                for name, value in fields.items():
                    self.assertEqual(getattr(caught.exception, name), value)
            with self.assertRaises(errors.JarpipeError) as future:
                bridge.get_context().Process(target="fake.Error::ErrorOfTheFuture").start()
            self.assertEqual(future.exception.fields, {"target": "x"})

    def test_reply_that_names_anything_else_is_refused(self) -> None:
        import pickle

        from jarpipe._wire import Channel

        near, far = multiprocessing.Pipe()
        far.send_bytes(pickle.dumps(("#RETURN", os.getcwd)))
        with self.assertRaisesRegex(pickle.UnpicklingError, "may not name posix.getcwd"):
            Channel(near).receive()
        near.close()
        far.close()

    def test_hang_up_instead_of_a_reply(self) -> None:
        with self.shared_daemon() as address:
            bridge = jarpipe.Bridge(address)
            with self.assertRaisesRegex(errors.DaemonUnavailable, "hung up before it answered"):
                bridge.get_context().Process(target="fake.HangUp").start()

    def test_refusal_before_the_request_was_read(self) -> None:
        address = os.path.join(self.folder, "early")
        refusal = errors.StartError("the request is too large: send less")

        def refuse() -> None:
            with listener.accept() as link:
                link.recv_bytes()
                link.send(("#RETURN", {"daemon": "0.1.0", "protocol": 1}))
            with listener.accept() as link:
                os.read(link.fileno(), 4)
                link.send(("#ERROR", refusal))

        with multiprocessing.connection.Listener(address, authkey=b"key") as listener:
            thread = threading.Thread(target=refuse)
            thread.start()
            worker = (
                jarpipe.Bridge(address, b"key")
                .get_context()
                .Process(target="x", args=(b"x" * 10_000_000,))
            )
            with self.assertRaisesRegex(
                (errors.StartError, errors.DaemonUnavailable), "request|hung"
            ):
                worker.start()
            thread.join()

    def test_bad_arguments(self) -> None:
        bad: list[tuple[type[Exception], str, dict[str, Any]]] = [
            (TypeError, "authkey must be bytes", {"address": "a", "authkey": "key"}),
            (ValueError, "authkey is empty", {"address": "a", "authkey": b""}),
            (ValueError, "without an address", {"authkey": b"key"}),
            (ValueError, "start_timeout", {"start_timeout": 0}),
            (TypeError, "classpath must be a list", {"classpath": "a.jar"}),
            (TypeError, "java_options must be", {"java_options": "-ea"}),
        ]
        for kind, text, options in bad:
            with self.subTest(text), self.assertRaisesRegex(kind, text):
                jarpipe.Bridge(**options)

    def test_key_is_never_shown(self) -> None:
        bridge = jarpipe.Bridge("address", b"a secret")
        self.assertNotIn("secret", f"{bridge!r} {bridge} {bridge._shared!r}")

    def test_cannot_be_pickled(self) -> None:
        import pickle

        with self.assertRaisesRegex(TypeError, "belongs to its process"):
            pickle.dumps(jarpipe.Bridge("address", b"a secret"))
