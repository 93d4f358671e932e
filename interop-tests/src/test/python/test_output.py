"""What workers print appears on the standard output and error of the Python program, tagged."""

from __future__ import annotations

import fcntl
import os
import select

from programs import ProgramTest
from support import await_
from workertest import WorkerTest, replaced

PIPE_SIZE = 1 << 16
"""What a pipe holds in Linux, in bytes."""


class Lines(WorkerTest):
    """Lines are tagged with the name of their worker, and stay whole."""

    def printed(self, target: str, *args: object, **options: object) -> tuple[str, str]:
        """Return what a worker prints on standard output and standard error."""
        with self.redirected(1) as output, self.redirected(2) as errors:
            process = self.start("OutputWorkers::" + target, *args, **options)
        self.join(process)
        return self.content(output), self.content(errors)

    def test_both_streams_are_tagged_line_by_line(self) -> None:
        self.assertEqual(
            self.printed("print", "one\n\ntwo\n", "bad\n", name="talker"),
            ("[talker] one\n[talker] \n[talker] two\n", "[talker] bad\n"),
        )

    def test_text_is_utf_8(self) -> None:
        self.assertEqual(
            self.printed("print", "Größe 東京 🐍\n", "", name="Prüfer"),
            ("[Prüfer] Größe 東京 🐍\n", ""),
        )

    def test_an_unfinished_last_line_is_shown(self) -> None:
        self.assertEqual(
            self.printed("print", "done\nthe last wor", "!", name="talker"),
            ("[talker] done\n[talker] the last wor\n", "[talker] !\n"),
        )

    def test_nothing_printed_is_nothing_shown(self) -> None:
        self.assertEqual(self.printed("print", "", ""), ("", ""))

    def test_threads_of_a_worker_print_as_the_worker(self) -> None:
        output, _ = self.printed("printInThread", "from a thread", name="talker")
        self.assertEqual(output, "[talker] from a thread\n")

    def test_a_line_longer_than_a_pipe_holds_is_shown(self) -> None:
        length = 3 * PIPE_SIZE
        output, _ = self.printed("lines", 2, "x" * length, 1, name="talker")
        self.assertEqual(output.replace("[talker] ", ""), ("x" * length + "\n") * 2)

    def test_lines_of_workers_that_print_at_once_do_not_mix(self) -> None:
        with self.redirected(1) as output:
            processes = [
                self.start("OutputWorkers::lines", 2000, letter * 9, 3, name=letter)
                for letter in "abcd"
            ]
        self.join(*processes)
        lines = self.content(output).splitlines()
        expected = [f"[{letter}] {letter * 27}" for letter in "abcd" for _ in range(2000)]
        self.assertEqual(sorted(lines), expected)

    def test_output_of_a_terminated_worker_is_shown(self) -> None:
        with self.redirected(1) as output:
            near, process = self.served("OutputWorkers::printAndStay", "before the end")
        self.recv(near)
        process.terminate()
        self.join(process, exitcode=-15)
        self.assertEqual(self.content(output), f"[{process.name}] before the end\n")


class Streams(WorkerTest):
    """The program's standard streams may be closed, full, or without a reader."""

    def test_stdout_is_closed_in_the_program(self) -> None:
        near, far = self.pipe()
        saved = os.dup(1)
        os.close(1)
        try:
            process = self.start("OutputWorkers::printAndTell", "nobody hears this", far)
        finally:
            os.dup2(saved, 1)
            os.close(saved)
        self.assertFalse(self.recv(near), "printing to the null device failed")
        self.join(process)

    def test_nobody_reads_stdout(self) -> None:
        near, far = self.pipe()
        reader, writer = os.pipe()
        os.close(reader)
        with replaced(1, writer):
            process = self.start("OutputWorkers::printAndTell", "nobody hears this", far)
        os.close(writer)
        self.assertTrue(self.recv(near), "printing into a broken pipe did not fail")
        self.join(process)

    def test_a_full_pipe_stops_its_worker_alone(self) -> None:
        reader, writer = os.pipe()
        try:
            with replaced(1, writer):
                near, blocked = self.served("OutputWorkers::flood")
            self.recv(near)
            await_("the pipe to be full", lambda: _is_full(writer))
            os.close(writer)

            with self.redirected(1) as output:
                other = self.start("OutputWorkers::print", "heard\n", "", name="other")
            self.join(other)
            self.assertEqual(self.content(output), "[other] heard\n")
            self.assertTrue(blocked.is_alive())

            blocked.terminate()
            self.join(blocked, exitcode=-15)
            while os.read(reader, PIPE_SIZE):
                pass  # to its end: the daemon holds no copy of the writing end
        finally:
            os.close(reader)

    def test_a_full_pipe_that_is_read_again_lets_its_worker_go_on(self) -> None:
        reader, writer = os.pipe()
        with replaced(1, writer):
            process = self.start("OutputWorkers::lines", 20_000, "0123456789", 1, name="w")
        await_("the pipe to be full", lambda: _is_full(writer))
        os.close(writer)
        with os.fdopen(reader) as text:
            lines = text.read().splitlines()
        self.assertEqual(lines, ["[w] 0123456789"] * 20_000)
        self.join(process)

    def test_flags_of_the_programs_streams_are_left_alone(self) -> None:
        # O_NONBLOCK belongs to the open file description, which the program shares.
        reader, writer = os.pipe()
        before = fcntl.fcntl(writer, fcntl.F_GETFL)
        with replaced(1, writer):
            process = self.start("OutputWorkers::print", "text\n", "")
        self.join(process)
        self.assertEqual(fcntl.fcntl(writer, fcntl.F_GETFL), before)
        os.close(writer)
        with os.fdopen(reader) as text:
            self.assertIn("text", text.read())


class Programs(ProgramTest):
    """The same with a program of its own."""

    def test_order_with_what_python_prints(self) -> None:
        output = self.run_python(
            """
            ctx = jarpipe.get_context()
            print("before")  # stays in Python's buffer, as stdout is a pipe
            worker = ctx.Process(
                target="io.jarpipe.interop.OutputWorkers::print", args=("java\\n", ""), name="w"
            )
            worker.start()
            worker.join()
            print("after")
            """
        )
        self.assertEqual(output, "before\n[w] java\nafter\n")

    def test_program_without_standard_streams(self) -> None:
        result = self.path("result")
        self.run_python(
            """
            for stream in (sys.stdin, sys.stdout, sys.stderr):
                stream.close()
            for fd in range(3):
                try:
                    os.close(fd)
                except OSError:
                    pass  # the object above has closed it
            worker = jarpipe.get_context().Process(
                target="io.jarpipe.interop.OutputWorkers::print", args=("text\\n", "text\\n")
            )
            worker.start()
            worker.join()
            with open(sys.argv[1], "w") as file:
                file.write(str(worker.exitcode))
            """,
            result,
        )
        with open(result, encoding="utf-8") as file:
            self.assertEqual(file.read(), "0")


def _is_full(writer: int) -> bool:
    """Say whether a pipe takes nothing more."""
    return not select.select([], [writer], [], 0)[1]
