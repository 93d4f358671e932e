"""A Java worker is a process of `multiprocessing`: how it begins, stays and ends.

Many cases mirror `_TestProcess` in CPython's Lib/test/_test_multiprocessing.py; the comment at such
a test names the original.
"""

from __future__ import annotations

import multiprocessing
import threading
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess

import jarpipe
import procfs
from programs import ProgramTest
from support import PATIENCE, WORKERS, await_
from workertest import WorkerTest


class Attributes(WorkerTest):
    """What a process object tells about its worker."""

    def test_a_worker_is_a_process_of_the_standard_library(self) -> None:
        # _TestProcess.test_process
        ours, theirs = self.pipe()
        process = self.ctx.Process(target=WORKERS + "LifecycleWorkers::untilTold", args=(theirs,))
        self.assertIsInstance(process, BaseProcess)
        self.assertIsInstance(process, jarpipe.Process)
        self.assertFalse(process.is_alive())
        self.assertIsNone(process.pid)
        self.assertIsNone(process.exitcode)
        self.assertNotIn(process, multiprocessing.active_children())
        self.assertEqual(bytes(process.authkey), bytes(multiprocessing.current_process().authkey))

        process.start()
        theirs.close()

        self.assertEqual(self.recv(ours), "running")
        self.assertTrue(process.is_alive())
        self.assertIsNone(process.exitcode)
        self.assertIn(process, multiprocessing.active_children())
        self.assertIn("started", repr(process))

        ours.send("end")

        self.join(process)
        self.assertFalse(process.is_alive())
        self.assertNotIn(process, multiprocessing.active_children())
        self.assertIn("stopped", repr(process))

    def test_pid_is_the_kernel_id_of_a_thread_of_the_daemon(self) -> None:
        first_end, first = self.served("LifecycleWorkers::untilTold")
        second_end, second = self.served("LifecycleWorkers::untilTold")
        threads = procfs.threads(self.daemon_pid())
        for process, end in ((first, first_end), (second, second_end)):
            self.assertGreater(process.pid, 0)
            self.assertEqual(process.ident, process.pid)
            self.assertIn(process.pid, threads)
            self.assertEqual(threads[process.pid], process.name[:15])
            end.send("end")
            self.finish(process)
        self.assertNotEqual(first.pid, second.pid)
        await_(
            "both threads to leave the daemon",
            lambda: not {first.pid, second.pid} & set(procfs.threads(self.daemon_pid())),
        )

    def test_worker_thread_has_the_name_of_the_process(self) -> None:
        for name in ("indexer-7", "Größe", "a name of more than fifteen bytes"):
            with self.subTest(name):
                end, process = self.start_served("LifecycleWorkers::threadName", name=name)
                self.assertEqual(process.name, name)
                self.assertEqual(self.recv(end), name)
                self.join(process)

    def test_default_names_count_up(self) -> None:
        first, second = (self.ctx.Process(target="some.Class") for _ in range(2))
        self.assertRegex(first.name, r"^JavaProcess-\d+$")
        self.assertNotEqual(first.name, second.name)

    def test_a_subclass_keeps_what_it_adds(self) -> None:
        class Counter(jarpipe.Process):
            def __init__(self, connection: object) -> None:
                super().__init__(target=WORKERS + "LifecycleWorkers::echo", args=(connection,))
                self.lock = threading.Lock()  # cannot be pickled, and need not be
                self.counted = 17

        ours, theirs = self.pipe()
        process = Counter(theirs)
        process.start()
        theirs.close()
        ours.send("hello")
        self.assertEqual(self.recv(ours), "hello")
        self.assertEqual(process.counted, 17)
        process.terminate()
        self.join(process, exitcode=-15)

    def test_daemon_flag_cannot_change_after_the_start(self) -> None:
        # _TestProcess.test_daemon_argument and test_set_executable's neighbours
        end, process = self.start_served("LifecycleWorkers::untilTold", daemon=True)
        self.assertTrue(process.daemon)
        with self.assertRaises(AssertionError):
            process.daemon = False
        end.send("end")
        self.finish(process)


class Targets(WorkerTest):
    """What a target may be, and how it gets its arguments."""

    def test_a_class_alone_means_its_method_run(self) -> None:
        for _ in range(2):  # static fields belong to one worker, as globals to one process
            end, process = self.served("LifecycleDefault")
            self.assertEqual(self.recv(end), 1)
            self.join(process)

    def test_keyword_arguments_find_their_parameters(self) -> None:
        for args, kwargs in (((), {"what": 2, "from": 44}), ((44,), {"what": 2}), ((44, 2), {})):
            with self.subTest(kwargs=kwargs):
                end, process = self.start_served("LifecycleWorkers::subtract", *args, kwargs=kwargs)
                self.assertEqual(self.recv(end), 42)
                self.join(process)

    def test_an_implementation_of_worker_gets_all_arguments_as_they_are(self) -> None:
        end, process = self.start_served(
            "LifecycleWorker", 1, "two", None, kwargs={"three": [3.0, b"3"], "four": {"a": (4,)}}
        )
        arguments, keywords = self.recv(end)
        self.assertEqual(arguments, [1, "two", None])
        self.assertEqual(keywords, {"three": [3.0, b"3"], "four": {"a": (4,)}})
        self.join(process)

    def test_arguments_may_be_dropped_after_the_start(self) -> None:
        # _TestProcess.test_lose_target_ref, TestCloseFds
        jobs, results = self.ctx.Queue(), self.ctx.Queue()
        process = self.start("LifecycleWorkers::pass", jobs, results)
        jobs.put("kept")
        self.assertEqual(results.get(timeout=PATIENCE), "kept")
        jobs.put(None)
        for queue in (jobs, results):
            queue.close()
            queue.join_thread()
        del queue, jobs, results
        self.join(process)


class Waiting(WorkerTest):
    """join(), the sentinel and close()."""

    def test_join_gives_up_after_its_timeout(self) -> None:
        end, process = self.served("LifecycleWorkers::untilTold")
        for timeout in (0, 0.01, -1):
            process.join(timeout)
            self.assertIsNone(process.exitcode)
            self.assertTrue(process.is_alive())
        end.send("end")
        self.join(process)
        process.join()  # again: returns at once

    def test_several_threads_may_join_one_worker(self) -> None:
        end, process = self.served("LifecycleWorkers::untilTold")
        codes: list[object] = []
        joiners = [
            threading.Thread(target=lambda: (process._popen.wait(), codes.append(process.exitcode)))
            for _ in range(4)
        ]
        for joiner in joiners:
            joiner.start()
        end.send("end")
        for joiner in joiners:
            joiner.join(PATIENCE)
        self.assertEqual(codes, [0] * 4)

    def test_sentinel_is_ready_when_the_worker_has_ended(self) -> None:
        # _TestProcess.test_sentinel, TestWait.test_wait
        running_end, running = self.served("LifecycleWorkers::untilTold")
        ending_end, ending = self.served("LifecycleWorkers::untilTold")
        sentinels = [running.sentinel, ending.sentinel]
        self.assertEqual(wait(sentinels, timeout=0), [])
        ending_end.send("end")
        self.assertEqual(wait(sentinels, timeout=PATIENCE), [ending.sentinel])
        self.assertEqual(ending.exitcode, 0)
        running_end.send("end")
        self.join(running)
        for sentinel in sentinels:  # the exit codes have been read; now the pipes are at their end
            self.assertEqual(wait([sentinel], timeout=PATIENCE), [sentinel])

    def test_a_worker_cannot_be_started_twice(self) -> None:
        end, process = self.served("LifecycleWorkers::untilTold")
        with self.assertRaisesRegex(AssertionError, "cannot start a process twice"):
            process.start()
        end.send("end")
        self.join(process)
        with self.assertRaisesRegex(AssertionError, "cannot start a process twice"):
            process.start()

    def test_close_needs_an_ended_worker_and_ends_the_use_of_the_object(self) -> None:
        # _TestProcess.test_close
        end, theirs = self.pipe()
        process = self.ctx.Process(target=WORKERS + "LifecycleWorkers::untilTold", args=(theirs,))
        process.start()
        theirs.close()
        with self.assertRaisesRegex(ValueError, "still running"):
            process.close()
        end.send("end")
        self.join(process)
        process.close()
        for use in ("is_alive", "join", "terminate", "kill", "interrupt", "start"):
            with self.subTest(use), self.assertRaisesRegex(ValueError, "closed"):
                getattr(process, use)()
        with self.assertRaisesRegex(ValueError, "closed"):
            process.sentinel  # noqa: B018  # reading it raises
        process.close()

    def test_many_workers_at_once(self) -> None:
        # _TestProcess.test_many_processes
        started = [self.served("LifecycleWorkers::untilTold") for _ in range(30)]
        self.assertEqual(len({process.pid for _, process in started}), 30)
        for end, _process in started:
            self.assertEqual(self.recv(end), "running")
            end.send("end")
        self.assertEqual({self.finish(process) for _, process in started}, {0})

    def test_threads_of_the_program_may_start_workers_at_once(self) -> None:
        codes: list[int] = []

        def start_some() -> None:
            for _ in range(10):
                process = self.ctx.Process(target=WORKERS + "LifecycleWorkers::nothing")
                process.start()
                process.join(PATIENCE)
                codes.append(process.exitcode if process.exitcode is not None else -99)

        threads = [threading.Thread(target=start_some) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        self.assertEqual(codes, [0] * 40)


class AtExit(ProgramTest):
    """What happens to workers when the Python program ends in order."""

    def test_daemon_workers_are_terminated(self) -> None:
        # _TestProcess.test_daemon_argument: a daemon process is terminated, not waited for
        output = self.run_python(
            """
            ours, theirs = multiprocessing.Pipe()
            worker = jarpipe.get_context().Process(
                target="io.jarpipe.interop.LifecycleWorkers::stay", args=(theirs,), daemon=True
            )
            worker.start()
            theirs.close()
            print(ours.recv(), jarpipe.bridge.default_bridge().pid)
            # After multiprocessing has ended its children, before the private daemon is closed.
            multiprocessing.util.Finalize(
                None, lambda: print("exit code", worker.exitcode), exitpriority=-1
            )
            """
        )
        first, second = output.splitlines()
        running, daemon = first.split()
        self.assertEqual((running, second), ("running", "exit code -15"))
        self.assertTrue(procfs.has_ended(int(daemon)), "the private daemon outlived the program")

    def test_other_workers_are_joined(self) -> None:
        stop = self.path("stop")
        program = self.python(
            """
            ours, theirs = multiprocessing.Pipe()
            worker = jarpipe.get_context().Process(
                target="io.jarpipe.interop.LifecycleWorkers::spin", args=(theirs, sys.argv[1])
            )
            worker.start()
            theirs.close()
            ours.recv()
            for priority, what in ((1, "exiting"), (-1, "joined")):
                multiprocessing.util.Finalize(
                    None,
                    lambda what=what: print(what, worker.exitcode, flush=True),
                    exitpriority=priority,
                )
            """,
            stop,
        )
        self.assertEqual(self.line(program), "exiting None")
        self.assertIsNone(program.poll())
        self.write("stop")
        self.assertEqual(self.line(program), "joined 0")
        self.assertEqual(self.ended(program), 0)
