"""Forked children keep nothing of what ties their parent to its daemon."""

from __future__ import annotations

import functools
import os
import signal
from multiprocessing.connection import wait

from tests.support import PATIENCE, TestCase, descriptors, eventually, has_ended

CHILD = """
import multiprocessing, os
import jarpipe

def links():
    return {os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd")
            if os.path.exists(f"/proc/self/fd/{fd}")}

ctx = jarpipe.get_context()
before = links()
worker = ctx.Process(target="fake.Wait", name="worker")
worker.start()
mine = {link for link in links() - before if link.startswith(("pipe", "socket"))}
assert len(mine) == 3, mine  # lifeline, control connection, status pipe

def check_and_wait(ready, go):
    assert not mine & links(), "copies in the child"
    assert worker.exitcode is None
    for method in (worker.terminate, worker.kill, worker.interrupt):
        try:
            method()
        except AssertionError as error:
            assert "can only" in str(error)
        else:
            raise SystemExit("ended somebody else's worker")
    os.write(ready, b"x")
    os.read(go, 1)
"""


class ForkTest(TestCase):
    """End-of-file means the end of the parent, whatever its forked children do."""

    def setUp(self) -> None:
        super().setUp()
        self.use_private_daemon()

    def daemon_pid(self) -> int:
        """Return the pid of the only private daemon so far."""
        line = eventually("a private daemon", lambda: [x for x in self.log() if "private" in x])[0]
        return int(line.split()[1])

    def check(self, fork: str, *, kill: bool) -> None:
        """Run the parent with a forked child, end the parent, and look."""
        ready, ready_in = os.pipe()
        go_out, go = os.pipe()
        pid_out, pid_in = os.pipe()
        code = CHILD + f"ready, go, pids = {ready_in}, {go_out}, {pid_in}\n" + fork
        code += "\nos.write(pids, b'%d ' % child)\nworker.join()\n"
        parent = self.script(code, pass_fds=(ready_in, go_out, pid_in))
        for fd in (ready_in, go_out, pid_in):
            os.close(fd)
        try:
            self.assertTrue(wait([ready], PATIENCE), "the child failed")
            child = int(os.read(pid_out, 20))
            daemon = self.daemon_pid()
            parent.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
            parent.wait()
            self.await_log("lifeline closed")
            eventually("the private daemon to end", functools.partial(has_ended, daemon))
            self.assertFalse(has_ended(child), "the test needs a live sibling")
        finally:
            os.close(go)
            os.close(ready)
            os.close(pid_out)

    def test_sigkill_ends_the_daemon_while_a_bare_fork_lives(self) -> None:
        self.check(
            """
child = os.fork()
if child == 0:
    check_and_wait(ready, go)
    os._exit(0)
""",
            kill=True,
        )

    def test_sigkill_ends_the_daemon_while_a_fork_process_lives(self) -> None:
        self.check(
            """
process = multiprocessing.get_context("fork").Process(target=check_and_wait, args=(ready, go))
process.start()
child = process.pid
""",
            kill=True,
        )

    def test_sigterm_ends_the_daemon_while_a_bare_fork_lives(self) -> None:
        self.check(
            """
child = os.fork()
if child == 0:
    check_and_wait(ready, go)
    os._exit(0)
""",
            kill=False,
        )

    def test_killed_parent_ends_its_worker_in_a_shared_daemon(self) -> None:
        with self.shared_daemon() as address:
            os.environ["JARPIPE_ADDRESS"] = address
            go_out, go = os.pipe()
            parent = self.script(
                f"""
                import os, jarpipe
                jarpipe.get_context().Process(target="fake.Wait", name="orphan").start()
                if os.fork() == 0:
                    print("forked", flush=True)
                    os.read({go_out}, 1)
                    os._exit(0)
                os.read({go_out}, 1)
                """,
                pass_fds=(go_out,),
            )
            os.close(go_out)
            assert parent.stdout is not None
            self.assertEqual(parent.stdout.readline(), "forked\n")
            parent.kill()
            self.await_log("parent gone orphan")
            os.close(go)

    def test_child_gets_a_daemon_of_its_own(self) -> None:
        output = self.run_script(
            """
            import multiprocessing, jarpipe

            def work(answer):
                worker = ctx.Process(target="fake.Return::5")
                worker.start()
                worker.join()
                other = explicit.get_context().Process(target="fake.Return::6")
                other.start()
                other.join()
                answer.send((worker.exitcode, other.exitcode, explicit.pid))

            ctx = jarpipe.get_context()
            explicit = jarpipe.Bridge()
            explicit.version()
            pid = explicit.pid
            first = ctx.Process(target="fake.Wait", daemon=True)
            first.start()
            near, far = multiprocessing.Pipe()
            child = multiprocessing.get_context("fork").Process(target=work, args=(far,))
            child.start()
            *codes, child_pid = near.recv()
            child.join()
            print(codes, child.exitcode, child_pid not in (None, pid), explicit.pid == pid)
            print(first.is_alive(), explicit.version()["pid"] == pid)
            explicit.close()
            near.close(); far.close()
            """
        )
        self.assertEqual(output, "[5, 6] 0 True True\nTrue True\n")
        daemons = [int(line.split()[1]) for line in self.log() if line.startswith("private")]
        self.assertEqual(len(daemons), 4)
        for daemon in daemons:
            eventually(f"daemon {daemon} to end", functools.partial(has_ended, daemon))

    def test_bare_fork_exits_cleanly_and_leaves_the_workers_alone(self) -> None:
        output = self.run_script(
            """
            import atexit, os, jarpipe
            ctx = jarpipe.get_context()
            workers = [ctx.Process(target="fake.Wait", daemon=daemon) for daemon in (True, False)]
            for worker in workers:
                worker.start()
            child = os.fork()
            if child == 0:
                atexit._run_exitfuncs()  # sys.exit() after fork crashes 3.8 in dev mode
                os._exit(3)
            print(os.waitpid(child, 0)[1] >> 8, [worker.is_alive() for worker in workers])
            for worker in workers:
                worker.terminate()
            """
        )
        self.assertEqual(output, "3 [True, True]\n")

    def test_fork_while_another_thread_opens_and_closes(self) -> None:
        output = self.run_script(
            """
            import os, threading, warnings
            from jarpipe import _fork
            warnings.simplefilter("ignore", DeprecationWarning)  # fork in a threaded program
            stop = threading.Event()

            def churn():
                while not stop.is_set():
                    ends = _fork.pipe()
                    _fork.close(*ends)

            expected = len(os.listdir("/proc/self/fd"))
            thread = threading.Thread(target=churn)
            thread.start()
            found = set()
            for _ in range(100):
                pid = os.fork()
                if pid == 0:
                    os._exit(len(os.listdir("/proc/self/fd")))
                found.add(os.waitpid(pid, 0)[1] >> 8)
            stop.set()
            thread.join()
            print(found == {expected})
            """
        )
        self.assertEqual(output, "True\n")

    def test_the_parent_keeps_its_own_copies(self) -> None:
        bridge = self.private_bridge()
        worker = bridge.get_context().Process(target="fake.Wait")
        worker.start()
        before = descriptors()
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
        self.assertEqual(descriptors(), before)
        self.assertTrue(worker.is_alive())
        worker.kill()
        worker.join()
        self.assertEqual(worker.exitcode, -9)
