"""The Python program or the daemon ends in every way: nothing hangs, nothing is left behind."""

from __future__ import annotations

import json
import os
import signal
import threading
from subprocess import DEVNULL, PIPE
from typing import Any

import jarpipe
import procfs
from programs import QUICK_JVM, ProgramTest
from support import PATIENCE, WORKERS, await_
from workertest import WorkerTest

GONE_SECONDS = 2.0 * float(os.environ.get("JARPIPE_TEST_TIMEOUT_FACTOR", "1"))
"""How long a private daemon may outlive its Python program."""


class DaemonKilled(WorkerTest):
    """SIGKILL of the private daemon, as the kernel's out-of-memory killer sends it."""

    def setUp(self) -> None:
        super().setUp()
        self.scratch = self.path("tmp")
        os.mkdir(self.scratch)
        options = [*QUICK_JVM, f"-Djava.io.tmpdir={self.scratch}"]
        self.bridge = jarpipe.Bridge(java_options=options)
        self.addCleanup(self.bridge.close)
        self.own = self.bridge.get_context()

    def launch(self, target: str, *args: Any) -> Any:
        """Start a worker of the daemon that will be killed."""
        return self._started(self.own.Process(target=WORKERS + target, args=args))

    def kill_daemon(self) -> int:
        """Kill it; return its pid."""
        pid = self.bridge.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        return pid

    def test_every_recv_ends_and_the_next_start_launches_another(self) -> None:
        duplex, far_duplex = self.pipe()
        receiver, sender = self.pipe(duplex=False)
        jobs, lock, results = self.queue(), self.own.Lock(), self.queue()
        processes = [
            self.launch("LifecycleWorkers::echo", far_duplex),
            self.launch("LifecycleWorkers::hold", lock, sender),
            self.launch("LifecycleWorkers::pass", jobs, results),
        ]
        far_duplex.close()
        sender.close()
        duplex.send("both work")
        self.assertEqual(self.recv(duplex), "both work")
        self.assertEqual(self.recv(receiver), "running")
        ends: list[str] = []
        readers = [
            threading.Thread(target=_read_to_end, args=(end, ends)) for end in (duplex, receiver)
        ]
        for reader in readers:
            reader.start()
        first = self.kill_daemon()

        for reader in readers:
            reader.join(PATIENCE)
        self.assertEqual(ends, ["EOFError"] * 2)
        self.join(*processes, exitcode=255)
        self.assertFalse(any(process.is_alive() for process in processes))
        self.assertEqual(self.bridge.workers(), [])
        self.assert_nothing_left(first)

        again = self.launch("LifecycleWorkers::pass", jobs, results)
        self.assertNotEqual(self.bridge.pid, first)
        jobs.put("through the new daemon")
        self.assertEqual(self.get(results), "through the new daemon")
        jobs.put(None)
        self.join(again)

    def test_requests_to_a_dead_daemon_do_not_fail(self) -> None:
        near, far = self.pipe()
        process = self.launch("LifecycleWorkers::stay", far)
        far.close()
        self.recv(near)
        self.kill_daemon()
        for request in (process.interrupt, process.terminate, process.kill):
            request()
        self.join(process, exitcode=255)

    def assert_nothing_left(self, pid: int) -> None:
        """Check that a killed daemon has left no file."""
        self.assertEqual(os.listdir(self.scratch), [])
        self.assertEqual(procfs.abstract_sockets(f"@jarpipe-{pid}-"), [])
        self.assertEqual(procfs.jvm_data_files(pid), [])


def _read_to_end(connection: Any, ends: list[str]) -> None:
    try:
        while True:
            connection.recv()
    except (EOFError, OSError) as error:
        ends.append(type(error).__name__)


class ProgramEnds(ProgramTest):
    """The Python program ends: its private daemon ends too, and all it has made is gone."""

    PROGRAM = """
        import json

        ctx = jarpipe.get_context()
        jobs, results, lock = ctx.Queue(), ctx.Queue(), ctx.Lock()
        ours, theirs = ctx.Pipe()

        def start(method, *args):
            target = "io.jarpipe.interop.LifecycleWorkers::" + method
            worker = ctx.Process(target=target, args=args, daemon=True)
            worker.start()
            return worker

        workers = [start("pass", jobs, results), start("hold", lock, theirs), start("echo", theirs)]
        if "spin" in sys.argv:
            workers.append(start("spin", theirs, "/nonexistent"))
            assert ours.recv() == "running"
        assert ours.recv() == "running"
        sibling = os.fork() if "fork" in sys.argv else None
        if sibling == 0:
            while True:
                signal.pause()
        locks = [lock, *(q._rlock for q in (jobs, results)), *(q._wlock for q in (jobs, results))]
        facts = {
            "daemon": jarpipe.bridge.default_bridge().pid,
            "address": jarpipe.bridge.default_bridge().address,
            "sibling": sibling,
            "semaphores": [each._semlock.name for each in [*locks, jobs._sem, results._sem]],
        }
        print(json.dumps(facts), flush=True)
    """
    WAIT = """
        while True:
            time.sleep(0.05)  # again and again: a signal just before a long one would not end it
    """

    def program(self, ending: str, *arguments: str, **options: Any) -> tuple[Any, dict[str, Any]]:
        """Start a program with workers of all kinds; return it and what it tells of itself."""
        program = self.python(self.PROGRAM + ending, *arguments, **options)
        facts = json.loads(self.line(program))
        self.assertEqual(len(procfs.semaphores_that_exist(facts["semaphores"])), 7)
        self.assertFalse(procfs.has_ended(facts["daemon"]))
        return program, facts

    def assert_daemon_goes(self, facts: dict[str, Any]) -> None:
        """Check that the daemon is gone in time."""
        await_(
            "the private daemon to be gone",
            lambda: procfs.has_ended(facts["daemon"]),
            seconds=GONE_SECONDS,
        )
        # The kernel closes what was open a moment later.
        await_(
            "the daemon's socket to be gone",
            lambda: not procfs.abstract_sockets(facts["address"]),
        )
        self.assertEqual(procfs.jvm_data_files(facts["daemon"]), [])

    def assert_semaphores_go(self, facts: dict[str, Any]) -> None:
        """Check that Python's resource tracker removes the semaphores: nobody keeps it waiting."""
        await_(
            "the semaphores to be removed",
            lambda: not procfs.semaphores_that_exist(facts["semaphores"]),
        )

    def test_sigkill(self) -> None:
        program, facts = self.program(self.WAIT, "spin", stderr=DEVNULL)
        program.kill()
        self.assert_daemon_goes(facts)
        self.assert_semaphores_go(facts)

    def test_sigkill_while_a_forked_sibling_lives_on(self) -> None:
        program, facts = self.program(self.WAIT, "fork", stderr=DEVNULL)
        sibling = facts["sibling"]
        try:
            program.kill()
            self.assert_daemon_goes(facts)
            self.assertFalse(procfs.has_ended(sibling))
        finally:
            os.kill(sibling, signal.SIGKILL)
        self.assert_semaphores_go(facts)

    def test_sigterm(self) -> None:
        program, facts = self.program(self.WAIT, stderr=DEVNULL)
        program.terminate()
        self.assert_daemon_goes(facts)
        self.assertEqual(self.ended(program), -signal.SIGTERM)
        self.assert_semaphores_go(facts)

    def test_sigint(self) -> None:
        program, facts = self.program(self.WAIT, stderr=DEVNULL)
        program.send_signal(signal.SIGINT)
        self.assert_daemon_goes(facts)
        self.assertIn(self.ended(program), (1, -signal.SIGINT))
        self.assert_semaphores_go(facts)

    def test_ctrl_c_in_a_terminal_reaches_the_daemon_as_well(self) -> None:
        program, facts = self.program(self.WAIT, stderr=DEVNULL, start_new_session=True)
        os.killpg(program.pid, signal.SIGINT)
        self.assert_daemon_goes(facts)
        self.assertIn(self.ended(program), (1, -signal.SIGINT))
        self.assert_semaphores_go(facts)

    def test_exits(self) -> None:
        for ending, code in (
            ("", 0),
            ("sys.exit(3)", 3),
            ("raise SystemError('on purpose')", 1),
            ("os._exit(4)", 4),
        ):
            with self.subTest(ending):
                gate = "\n        sys.stdin.readline()\n        "
                program, facts = self.program(gate + ending, stdin=PIPE, stderr=DEVNULL)
                program.stdin.write("go\n")
                program.stdin.flush()
                self.assert_daemon_goes(facts)
                self.assertEqual(self.ended(program), code)
                self.assert_semaphores_go(facts)
