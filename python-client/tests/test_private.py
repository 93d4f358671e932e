"""The private daemon: launched on demand, never outlives its Python, leaves nothing."""

from __future__ import annotations

import os
import signal
from multiprocessing import util
from unittest import mock

import jarpipe
from jarpipe import _launch, errors
from tests.support import TestCase, eventually, has_ended


class PrivateDaemonTest(TestCase):
    """Launching and ending a stand-in for `java -jar jarpipe.jar serve --private`."""

    def test_is_launched_by_the_first_use_with_the_right_command(self) -> None:
        os.environ["JARPIPE_JAVA_OPTIONS"] = "-Xmx64m '-Dname=two words'"
        os.environ["JARPIPE_CLASSPATH"] = "one.jar::/two"
        bridge = self.private_bridge()
        self.assertEqual((bridge.address, bridge.pid, bridge.workers()), (None, None, []))
        self.assertEqual(repr(bridge), "<Bridge private not launched>")
        self.assertEqual(bridge.version()["protocol"], 1)
        self.assertEqual(bridge.address, f"@jarpipe-test-{bridge.pid}")
        jar = os.environ["JARPIPE_JAR"]
        options = f"-XX:+PerfDisableSharedMem -XX:+UseSerialGC -Xmx64m -Dname=two words -jar {jar}"
        command = f"{options} serve --private --workers {os.getcwd()}/one.jar --workers /two"
        self.assertEqual(self.log(), [f"private {bridge.pid} {command}"])

    def test_arguments_win_over_the_environment(self) -> None:
        os.environ.update(JARPIPE_JAVA_OPTIONS="-Xmx64m", JARPIPE_CLASSPATH="one.jar")
        java = self.fake_java("other")
        bridge = self.private_bridge(java=java, java_options=["-ea"], classpath=["/three.jar"])
        os.environ["JARPIPE_JAVA"] = "/nowhere/java"
        bridge.version()
        self.assertIn("-ea -jar", self.log()[0])
        self.assertTrue(self.log()[0].endswith("serve --private --workers /three.jar"))

    def test_is_launched_once(self) -> None:
        bridge = self.private_bridge()
        pids = {bridge.version()["pid"] for _ in range(3)}
        self.assertEqual(pids, {bridge.pid})

    def test_shares_our_process_group(self) -> None:
        bridge = self.private_bridge()
        self.assertEqual(os.getpgid(bridge.version()["pid"]), os.getpgrp())

    def test_workers_are_listed(self) -> None:
        bridge = self.private_bridge()
        worker = bridge.get_context().Process(target="fake.Wait", name="listed")
        worker.start()
        (row,) = bridge.workers()
        self.assertEqual((row.pid, row.name, row.target), (worker.pid, "listed", "fake.Wait"))
        self.assertEqual((row.state, row.parent, row.seconds), ("running", 1, 0.5))
        with self.assertRaises(AttributeError):
            row.pid = 1  # type: ignore[misc]
        worker.kill()
        worker.join()

    def test_close_ends_and_reaps_it(self) -> None:
        with self.private_bridge() as bridge:
            pid = bridge.version()["pid"]
        self.assertFalse(os.path.exists(f"/proc/{pid}"))
        self.assertIn("lifeline closed", self.log())
        bridge.close()
        self.assertEqual((bridge.pid, repr(bridge)), (None, "<Bridge private closed>"))
        for use in (bridge.version, bridge.workers, bridge.connect):
            with self.assertRaisesRegex(ValueError, "bridge is closed"):
                use()

    def test_close_kills_one_that_does_not_end(self) -> None:
        os.environ["FAKE_DAEMON"] = "immortal"
        bridge = self.private_bridge()
        pid = bridge.version()["pid"]
        with mock.patch.object(_launch, "_CLOSE_SECONDS", 0.01):
            bridge.close()
        self.assertFalse(os.path.exists(f"/proc/{pid}"))

    def test_collected_bridge_ends_it(self) -> None:
        self.use_private_daemon()
        bridge = jarpipe.Bridge()
        pid = bridge.version()["pid"]
        del bridge
        eventually("the daemon to be gone", lambda: not os.path.exists(f"/proc/{pid}"))

    def test_a_dead_one_is_reaped_and_replaced(self) -> None:
        bridge = self.private_bridge()
        ctx = bridge.get_context()
        worker = ctx.Process(target="fake.Wait")
        worker.start()
        first = bridge.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        worker.join()
        self.assertEqual(worker.exitcode, 255)
        again = ctx.Process(target="fake.Return::4")
        again.start()
        again.join()
        self.assertEqual(again.exitcode, 4)
        self.assertNotEqual(bridge.pid, first)
        self.assertFalse(os.path.exists(f"/proc/{first}"))

    def test_a_death_that_nobody_saw_yet_is_no_error(self) -> None:
        bridge = self.private_bridge()
        first = bridge.version()["pid"]
        os.kill(first, signal.SIGKILL)
        eventually("the daemon to die", lambda: has_ended(first))
        private = bridge._private
        assert private is not None
        with mock.patch.object(private, "poll", side_effect=[None, -9]):
            self.assertNotEqual(bridge.version()["pid"], first)

    def test_death_while_starting_is_reported_with_the_exit_code(self) -> None:
        bridge = self.private_bridge()
        with self.assertRaisesRegex(errors.DaemonDied, "exit code 3.*standard error") as caught:
            bridge.get_context().Process(target="fake.Die::3").start()
        self.assertEqual(caught.exception.exitcode, 3)

    def test_failure_to_launch_is_reported_with_the_exit_code(self) -> None:
        for misbehaviour, code in (("exit 7", 7), ("killed", -9)):
            os.environ["FAKE_DAEMON"] = misbehaviour
            with self.subTest(misbehaviour), self.assertRaises(errors.DaemonDied) as caught:
                self.private_bridge().version()
            self.assertEqual(caught.exception.exitcode, code)
            self.assertIn(f"exit code {code}", str(caught.exception))

    def test_unexpected_output_is_reported(self) -> None:
        for misbehaviour in ("garbage", "unpicklable"):
            os.environ["FAKE_DAEMON"] = misbehaviour
            with self.subTest(misbehaviour), self.assertRaisesRegex(
                errors.DaemonDied, "unexpected on its standard output"
            ):
                self.private_bridge().version()

    def test_one_that_is_never_ready_is_killed(self) -> None:
        os.environ["FAKE_DAEMON"] = "never ready"
        with self.assertRaisesRegex(errors.DaemonDied, "not ready within 0.05 s") as caught:
            self.private_bridge(start_timeout=0.05).version()
        self.assertEqual(caught.exception.exitcode, -9)

    def test_one_that_is_too_old_is_refused(self) -> None:
        os.environ["FAKE_DAEMON"] = "too old"
        with self.assertRaises(errors.DaemonTooOld) as caught:
            self.private_bridge().version()
        found = (caught.exception.daemon, caught.exception.found, caught.exception.needed)
        self.assertEqual(found, ("0.1.0", 0, 1))

    def test_silent_one_is_reported(self) -> None:
        bridge = self.private_bridge(start_timeout=0.2)
        bridge._timeout = 30.0
        bridge.version()
        assert bridge._private is not None
        bridge._private._timeout = 0.05
        with self.assertRaisesRegex(errors.DaemonUnavailable, r"not answered for 0.05 s.*pid \d+"):
            bridge.get_context().Process(target="fake.Silent").start()

    def test_ends_at_exit_after_the_children(self) -> None:
        bridge = self.private_bridge()
        bridge.version()
        registry = util._finalizer_registry  # type: ignore[attr-defined]
        keys = [key for key, finalizer in registry.items() if finalizer is bridge._finalizer]
        priorities = [key[0] for key in registry if key[0] is not None]
        self.assertEqual([key[0] for key in keys], [min(priorities)])

    def test_key_is_never_shown(self) -> None:
        bridge = self.private_bridge()
        bridge.version()
        assert bridge._private is not None
        key = bridge._private.authkey()
        shown = repr(bridge) + repr(bridge._private) + str(vars(jarpipe))
        self.assertEqual(len(key), 32)
        self.assertNotIn(repr(key)[2:-1], shown)
        with open(f"/proc/{bridge.pid}/cmdline", "rb") as file:
            self.assertNotIn(key, file.read())
        self.assertNotIn(key, b"".join(os.environb.values()))

    def test_cannot_be_executed(self) -> None:
        self.use_private_daemon()
        java = self.write("java", "#!/nowhere/sh\n", 0o755)
        with self.assertRaises(errors.JavaNotFound):
            jarpipe.Bridge(java=java).version()
        with self.assertRaisesRegex(errors.JavaNotFound, "cannot be executed"):
            _launch.launch([java], timeout=1.0)
